"""How the staff's pages are rendered: texts, ages, and a policy that lets nothing run but our own script."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from importlib import metadata
from typing import Any

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2.runtime import Context

from api.crisis import deps, text_runs
from api.crisis.auth.principal import Principal
from api.crisis.staff import assets, labels
from api.http import negotiation, times
from api.live import outages
from api.live.parts import LIVE_PARTS, PartName
from crisis.model import event_bodies
from crisis.state.conclusions import area_names
from translations import berlin, bidi, catalogues, domains
from translations.languages import Language
from translations.marks import N_, NP_
from translations.words import SHORT_AGES, Words

LANGUAGE_COOKIE = "kiezbox_staff_lang"
LANGUAGE_SECONDS = 365 * 86_400
_WITHOUT_YEAR = timedelta(days=180)
_AGO = N_("{} ago")
_VERSION = metadata.version("kiezbox")
# What the script needs to write ages as the server does, and its own texts.
_SCRIPT_TEXTS = {
    **SHORT_AGES,
    "ago": _AGO,
    "meanwhile": N_(
        "This has changed while you typed. Nothing of yours is lost; the new state shows once you send or clear it."
    ),
    "changed": N_("Meanwhile:"),
    "gone": N_("It is not in this list any more."),
    "sound_on": N_("Alarm sound: on"),
    "sound_off": N_("Alarm sound: off"),
    "sound_blocked": N_("Alarm sound: on after a click"),
    "hush": N_("Silence the alarm"),
    "sending": N_("Sending …"),
    "unsent": N_("Not sent: no connection. It is tried again in {} s, and only once counts."),
    "again": N_("Try now"),
    "give_up": N_("Do not send"),
    "signed_out": N_("Not sent: your session is over. Sign in in another window, then try again here."),
    "failed": N_("Not done: the node could not answer. Try again."),
    "moved": N_("The list has just moved: press again."),
    "discard": N_("What you typed here is not sent. Press again to throw it away."),
}


def language_of(request: Request) -> Language:
    """The reader's language: chosen now, chosen before, or as their browser prefers."""
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    domain = domains.STAFF
    named = {language.tag: language for language in domain.languages}.get(chosen or "")
    accepted = negotiation.preferences(request.headers.get("accept-language"))
    return named or negotiation.choose_language(accepted, domain.find) or domain.fallback


def words_of(request: Request) -> Words:
    """The words in the reader's language."""
    return catalogues.words(domains.STAFF, language_of(request))


def render(
    request: Request,
    template: str,
    *,
    principal: Principal | None = None,
    status: int = 200,
    own_script: str = "",
    own_style: str = "",
    more_style: str = "",
    more_script: str = "",
    moment: datetime | None = None,
    **values: Any,
) -> HTMLResponse:
    """A page in the reader's language, which says of when it is.

    `own_script` names a page's own script beside the templates, which then is the only one that its policy lets run;
    `own_style` in the same way its style. `more_style` and `more_script` name a style and a script besides those of all
    pages; a page with such a style may show pictures of this node. `moment`: of the past that the page shows.
    """
    language = words_of(request).language
    pieces = pieces_of(
        request,
        template,
        moment=moment,
        principal=principal,
        style=(assets.read(own_style) if own_style else "") + _more(more_style),
        style_address="" if own_style else assets.address("staff.css"),
        script=_more(more_script),
        own_script=assets.read(own_script) if own_script else "",
        **values,
    )
    response = HTMLResponse(
        "".join(pieces),
        status_code=status,
        headers={**_headers(own_script, own_style, more_style, more_script), "Content-Language": language.tag},
    )
    if request.query_params.get("lang") == language.tag:
        response.set_cookie(
            LANGUAGE_COOKIE, language.tag, LANGUAGE_SECONDS, path="/crisis", httponly=True, samesite="lax"
        )
    return response


def pieces_of(request: Request, template: str, *, moment: datetime | None = None, **values: Any) -> Iterator[str]:
    """A page in the reader's language, made piece by piece. It is for nobody in particular but by `values`."""
    words = words_of(request)
    node = deps.node_of(request)
    now = moment or node.now()
    away = LIVE_PARTS(request).outages() if moment is None else []
    return (
        _templates()
        .get_template(template)
        .generate(
            {
                "_": words.text,
                "pgettext": lambda context, text: words.text(NP_(context, text)),
                "words": words,
                "labels": labels,
                "language": words.language.tag,
                "now": now,
                "node": node,
                "principal": None,
                "is_plain_http": request.url.scheme != "https",
                "outages": outages.banners(away, words, now),
                "is_broker_away": any(part.name is PartName.BROKER for part in away),
                "script_address": assets.address("staff.js"),
                "script_words": _script_words(words),
                "script_kinds": " ".join((*event_bodies.KINDS, "escalation", "gap")),
                "age": partial(_age, now=now, words=words),
                "version": _VERSION,
                **values,
            }
        )
    )


def _script_words(words: Words) -> str:
    texts = {name: words.text(text) for name, text in _SCRIPT_TEXTS.items()}
    return json.dumps({**texts, **outages.script_texts(words)}, ensure_ascii=False)


@cache
def _headers(own_script: str, own_style: str, more_style: str, more_script: str) -> Mapping[str, str]:
    inline_style = (assets.read(own_style) if own_style else "") + _more(more_style)
    pictures = "'self' data:" if more_style else "data:"
    # A page with a script of its own runs that one alone.
    script = _sources(assets.read(own_script) if own_script else _more(more_script), is_shared=not own_script)
    policy = (
        f"default-src 'none'; style-src {_sources(inline_style, is_shared=not own_style)}; script-src {script}; "
        f"connect-src 'self'; img-src {pictures}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
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


def _sources(inline: str, *, is_shared: bool) -> str:
    """What a page may use: the file that all pages share, and the text that stands in the page itself."""
    found = ["'self'"] if is_shared else []
    return " ".join([*found, f"'{_digest(inline)}'"] if inline else found) or "'none'"


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _more(name: str) -> str:
    """A style or script of one page besides those of all."""
    if not name:
        return ""
    return assets.packed(assets.read(name)) if name.endswith(".js") else assets.read(name)


def load(template: str) -> None:
    """Compile a template, so that the first reader of its page does not wait for that."""
    _templates().get_template(template)


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=bidi.finalize,
    )
    environment.tests["look_alike"] = bidi.has_look_alikes
    environment.filters |= {
        "area": area,
        "clock": clock,
        "time_group": berlin.time_group,
        "in_summer_time": berlin.is_summer_time,
        "local": local,
        "iso": times.write,
        "runs": text_runs.mark,
    }
    return environment


# -- areas -----------------------------------------------------------------------------------------------------------


@jinja2.pass_context
def area(context: Context, name: str) -> str:
    """An area as people call it, with its id (labels.area)."""
    return labels.area(name, context["words"], area_names.given(context["node"]))


# -- times -----------------------------------------------------------------------------------------------------------


def _age(at: datetime, now: datetime, words: Words) -> str:
    text = words.short_age(times.age_s(at, now))
    return text if at > now else words.text(_AGO).format(text)


@jinja2.pass_context
def clock(context: Context, at: datetime) -> str:
    """`23.11. 06:45` in Berlin's time; with the year when that is long ago, because a button's clock may be wrong.

    A time that comes twice, when the clocks go back, says which of the two it is.
    """
    is_near = abs(context["now"] - at) < _WITHOUT_YEAR
    text = f"{berlin.local(at):{'%d.%m.' if is_near else '%d.%m.%Y'} %H:%M}"
    if not berlin.comes_twice(at):
        return text
    words: Words = context["words"]
    which = N_("summer time") if berlin.is_summer_time(at) else N_("winter time")
    return f"{text} ({words.text(which)})"


def local(at: datetime | None) -> str:
    """A time as a field of a form holds it: `2026-11-23T06:45` in Berlin's time."""
    return "" if at is None else f"{berlin.local(at):%Y-%m-%dT%H:%M}"


def time_remark(at: datetime | None, words: Words) -> str:
    """What stands beside a field whose time comes twice: which of the two is meant; empty for any other time."""
    if at is None or not berlin.comes_twice(at):
        return ""
    earlier = N_("comes twice when the clocks go back: the earlier one is meant, in summer time")
    later = N_("comes twice when the clocks go back: the later one is meant, in winter time")
    return words.text(earlier if berlin.is_summer_time(at) else later)
