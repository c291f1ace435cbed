"""The first page: which boxes there are and what they measure now. It works without scripts."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field

from api.assembly import SETTINGS
from api.deps import Deps
from api.http import problems
from api.http.parameters import StrictQuery
from api.live import outages
from api.readings import area_names, filters
from api.site.first_page import cards
from api.site.layout import assets
from api.site.layout.assets import Script
from api.site.layout.pages import Pages
from api.site.layout.reader import PageReader, Reader
from kiezbox import sql
from kiezbox.errors import Unavailable
from translations import units
from translations.words import SHORT_AGES

router = APIRouter(include_in_schema=False)

BOXES = 100  # of one page
_SCRIPT = Script("first_page.js", outages.script() + assets.read(__package__, "first_page.js"))
# What the script needs to write ages and flags as the server does.
_SCRIPT_TEXTS = {
    **SHORT_AGES,
    **{f"flag_{slug}": text for slug, text in cards.FLAGS.items()},
}
_PAGES = Pages(
    __package__, style=assets.read(__package__, "first_page.css"), script=_SCRIPT, script_texts=_SCRIPT_TEXTS
)
_SCRIPT.serve(router)


class BoxFilter(StrictQuery):
    """Which boxes the page shows."""

    district: filters.District | None = None
    after: filters.BoxId | None = Field(default=None, description="Boxes after this one.")
    lang: str | None = None


@router.get("/", response_class=HTMLResponse)
async def show_boxes(
    request: Request, query: Annotated[BoxFilter, Query()], deps: Deps, reader: PageReader
) -> Response:
    """Boxes with their newest values and ages."""
    try:
        names = await area_names.given(deps.database, SETTINGS(request))
        content = await _content(query, deps, reader, names)
    except Unavailable:
        return _PAGES.answer(
            request, reader, "away.html", status=problems.UNAVAILABLE_STATUS, refresh_s=problems.RETRY_AFTER_SECONDS
        )
    script_values = {"units": dict(units.SIGNS), "old_s": cards.OLD_S}
    if not content["groups"]:
        return _PAGES.answer(request, reader, "empty.html", refresh_s=problems.RETRY_AFTER_SECONDS, **content)
    return _PAGES.answer(request, reader, "boxes.html", script_values=script_values, **content)


async def _content(query: BoxFilter, deps: Deps, reader: Reader, names: Mapping[str, str]) -> dict[str, Any]:
    """What the page shows. Raises Unavailable."""
    districts = None if query.district is None else [int(query.district, 16)]
    fetch, language = deps.database.fetch, reader.words.language.tag
    boxes = await fetch(sql.load("api.readings", "boxes"), None, districts, query.after, BOXES + 1)
    shown = boxes[:BOXES]
    readings = await fetch(sql.load("api.site.first_page", "page_latest"), [box["id"] for box in shown], language)
    (totals,) = await fetch(sql.load("api.site.first_page", "page_totals"), districts)
    return {
        "groups": cards.group(shown, readings, reader.now, reader.words, names),
        "total": totals["boxes"],
        "online": totals["online"],
        "district": query.district,
        "after": query.after,
        "next": shown[-1]["id"] if len(boxes) > BOXES else None,
    }
