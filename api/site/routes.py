"""The page for people: which boxes there are and what they measure now. It works without scripts."""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import metadata, resources
from typing import Annotated, Any

import jinja2
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field

from api.assembly import SETTINGS
from api.deps import Deps
from api.http import negotiation, problems, times
from api.http.parameters import StrictQuery
from api.live import outages
from api.live.parts import ServedParts
from api.readings import filters
from api.site import cards
from kiezbox import sql
from kiezbox.errors import Unavailable
from translations import bidi, catalogues, domains, units
from translations.words import SHORT_AGES, Words

router = APIRouter(include_in_schema=False)

BOXES = 100  # of one page
_SCRIPT = "live.js"
# What the script needs to write ages and flags as the server does.
_SCRIPT_TEXTS = {
    **SHORT_AGES,
    **{f"flag_{slug}": text for slug, text in cards.FLAGS.items()},
}


class BoxFilter(StrictQuery):
    """Which boxes the page shows."""

    district: filters.District | None = None
    after: filters.BoxId | None = Field(default=None, description="Boxes after this one.")


@router.get("/", response_class=HTMLResponse)
async def show_boxes(
    request: Request, query: Annotated[BoxFilter, Query()], deps: Deps, parts: ServedParts
) -> Response:
    """Boxes with their newest values and ages."""
    words, now = _words(request), datetime.now(UTC)
    away = parts.outages()
    banners = {"outages": outages.banners(away, words, now), "as_of": outages.as_of(away, words, now)}
    try:
        content = await _content(query, deps, now, words, SETTINGS(request).crisis.area_names) | banners
    except Unavailable:
        return _render("away.html", words, now, status=503, refresh_s=problems.RETRY_AFTER_SECONDS, **banners)
    if not content["groups"]:
        return _render("empty.html", words, now, refresh_s=problems.RETRY_AFTER_SECONDS, **content)
    return _render("boxes.html", words, now, **content)


@router.get(f"/static/{_SCRIPT}")
async def show_script(request: Request) -> Response:
    """The page's script; its address carries its hash, so browsers keep it until it changes."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    if request.query_params.get("v") != _digest(_script()):
        headers = {"Cache-Control": "no-cache"}
    return Response(_script(), headers=headers, media_type="text/javascript")


def show_unknown(request: Request, status: int) -> Response:
    """The page for an address that nobody serves. Nothing of the address is written into it."""
    is_crisis_served = SETTINGS(request).crisis.served
    words, now = _words(request), datetime.now(UTC)
    return _render("unknown.html", words, now, status=status, outages=(), is_crisis_served=is_crisis_served)


def _words(request: Request) -> Words:
    accepted = negotiation.preferences(request.headers.get("accept-language"))
    language = negotiation.choose_language(accepted, domains.SITE.find) or domains.SITE.fallback
    return catalogues.words(domains.SITE, language)


async def _content(
    query: BoxFilter, deps: Deps, now: datetime, words: Words, names: Mapping[str, str]
) -> dict[str, Any]:
    """What the page shows. Raises Unavailable."""
    districts = None if query.district is None else [int(query.district, 16)]
    fetch = deps.database.fetch
    boxes = await fetch(sql.load("api.readings", "boxes"), None, districts, query.after, BOXES + 1)
    shown = boxes[:BOXES]
    readings = await fetch(sql.load("api.site", "page_latest"), [box["id"] for box in shown], words.language.tag)
    (totals,) = await fetch(sql.load("api.site", "page_totals"), districts)
    return {
        "groups": cards.group(shown, readings, now, words, names),
        "total": totals["boxes"],
        "online": totals["online"],
        "district": query.district,
        "after": query.after,
        "next": shown[-1]["id"] if len(boxes) > BOXES else None,
    }


def _render(
    template: str,
    words: Words,
    now: datetime,
    *,
    status: int = 200,
    refresh_s: int | None = None,
    **values: Any,
) -> Response:
    language = words.language.tag
    style = _asset("templates", "page.css") + outages.style()
    texts = {name: words.text(text) for name, text in _SCRIPT_TEXTS.items()}
    script_words = {**texts, **outages.script_texts(words), "units": dict(units.SIGNS)}
    html = (
        _templates()
        .get_template(template)
        .render(
            _=words.text,
            language=language,
            now=times.write(now),
            old_s=cards.OLD_S,
            refresh_s=refresh_s,
            style=style,
            script=f"/static/{_SCRIPT}?v={_digest(_script())}",
            script_words=json.dumps(script_words, ensure_ascii=False),
            version=metadata.version("kiezbox"),
            **values,
        )
    )
    headers = {
        "Content-Security-Policy": _policy(style),
        "Cache-Control": "no-store",
        "Vary": "Accept-Language",
        "Content-Language": language,
        "Referrer-Policy": "no-referrer",
    }
    if status == problems.UNAVAILABLE_STATUS:
        headers["Retry-After"] = str(problems.RETRY_AFTER_SECONDS)
    return HTMLResponse(html, status_code=status, headers=headers)


@cache
def _policy(style: str) -> str:
    """Nothing from elsewhere, and of inline parts only the one style that we wrote (named by its hash)."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; script-src 'self'; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("api.site"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=bidi.finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["look_alike"] = bidi.has_look_alikes
    return environment


@cache
def _asset(folder: str, name: str) -> str:
    return resources.files("api.site").joinpath(folder, name).read_text(encoding="utf-8")


@cache
def _script() -> str:
    return outages.script() + _asset("static", _SCRIPT)


@cache
def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
