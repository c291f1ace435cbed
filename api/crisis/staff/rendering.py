"""How the staff's pages are rendered: texts, ages, and a policy that lets nothing run but our own script."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from importlib import metadata, resources
from typing import Any

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2.runtime import Context
from markupsafe import Markup

from api.crisis import berlin, deps
from api.crisis.auth.principal import Principal
from api.crisis.staff import texts
from api.http import times
from api.site import texts as site_texts
from api.site.texts import Language
from crisis.model import event_bodies

LANGUAGE_COOKIE = "kiezbox_staff_lang"
LANGUAGE_SECONDS = 365 * 86_400
_WITHOUT_YEAR = timedelta(days=180)
_SCRIPT_WORDS = (
    *("s", "min", "h", "d", "ahead", "ago", "live", "connecting", "lost", "meanwhile", "sound_on", "sound_off"),
)
# Characters that turn the direction of what follows them: in a name they can make one thing look like another.
_OVERRIDES = re.compile("[\u202d\u202e]")


def language_of(request: Request) -> Language:
    """The reader's language: chosen now, chosen before, or as their browser prefers."""
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return texts.negotiate(chosen, request.headers.get("accept-language"))


def render(
    request: Request, template: str, *, principal: Principal | None = None, status: int = 200, **values: Any
) -> HTMLResponse:
    """A page in the reader's language, which says of when it is."""
    language = language_of(request)
    words = texts.texts(language)
    node = deps.node_of(request)
    now = node.now()
    html = (
        _templates()
        .get_template(template)
        .render(
            t=words,
            language=language.value,
            now=now,
            node=node,
            principal=principal,
            style=_asset("staff.css"),
            script=_asset("staff.js"),
            script_words=json.dumps({name: words[name] for name in _SCRIPT_WORDS}, ensure_ascii=False),
            script_kinds=" ".join((*event_bodies.KINDS, "escalation", "gap")),
            age=partial(_age, now=now, words=words),
            version=metadata.version("kiezbox"),
            **values,
        )
    )
    response = HTMLResponse(html, status_code=status, headers={**_headers(), "Content-Language": language.value})
    if request.query_params.get("lang") == language.value:
        response.set_cookie(
            LANGUAGE_COOKIE, language.value, LANGUAGE_SECONDS, path="/crisis", httponly=True, samesite="lax"
        )
    return response


@cache
def _headers() -> Mapping[str, str]:
    policy = (
        f"default-src 'none'; style-src '{_digest('staff.css')}'; script-src '{_digest('staff.js')}'; "
        "connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Vary": "Accept-Language, Cookie",
        # Not `no-referrer`: with that, browsers would hide a form's origin from us, too.
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }


def _digest(name: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(_asset(name).encode()).digest()).decode()


@cache
def _asset(name: str) -> str:
    return resources.files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_without_overrides,
    )
    environment.filters |= {"clock": clock, "local": local, "iso": times.write}
    return environment


def _without_overrides(value: Any) -> Any:
    """A text as it is shown: direction overrides become visible, and change nothing beside them."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _OVERRIDES.sub("\N{REPLACEMENT CHARACTER}", value)
    return value


# -- times -----------------------------------------------------------------------------------------------------------


def _age(at: datetime, now: datetime, words: Mapping[str, str]) -> str:
    text = site_texts.age(times.age_s(at, now), words)
    return text if at > now else words["ago"].format(text)


@jinja2.pass_context
def clock(context: Context, at: datetime) -> str:
    """`23.11. 06:45` in Berlin's time; with the year when that is long ago, because a button's clock may be wrong."""
    is_near = abs(context["now"] - at) < _WITHOUT_YEAR
    return f"{berlin.local(at):{'%d.%m.' if is_near else '%d.%m.%Y'} %H:%M}"


def local(at: datetime | None) -> str:
    """A time as a field of a form holds it: `2026-11-23T06:45` in Berlin's time."""
    return "" if at is None else f"{berlin.local(at):%Y-%m-%dT%H:%M}"
