"""Boxes: registered by an operator, or only known because they sent something."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from api.deps import Deps
from api.http import cursors, etags, formats, paging
from api.http.formats import Format
from api.http.parameters import StrictQuery
from api.http.problems import Problem, Slug
from api.readings import examples, filters, geojson
from api.readings.schemas import boxes
from devices import boxes as box_ids
from kiezbox import sql

router = APIRouter(tags=["boxes"])


@router.get(
    "/v1/boxes",
    response_model=boxes.Boxes,
    responses=examples.of(
        examples.BOXES, 304, 400, 406, 422, 503, other_formats={Format.GEOJSON: examples.BOX_FEATURES}
    ),
)
async def list_boxes(request: Request, query: Annotated[filters.Boxes, Query()], deps: Deps) -> Response:
    """Every box in the order of ids, with when it was last seen and what it last said about itself.

    As GeoJSON each box is a feature; a box without a known position has no geometry.
    """
    format_ = formats.choose(request, query.format, Format.JSON, Format.GEOJSON)
    limit = paging.limit(query.limit, deps.settings.api)
    after = cursors.read("boxes", query.cursor, str)[0] if query.cursor else None
    if after is not None and not box_ids.is_id(str(after)):
        raise cursors.invalid("boxes")
    rows = await deps.database.fetch(
        sql.load("api.readings", "boxes"), None, filters.district_numbers(query.district), after, limit + 1
    )
    page = rows[:limit]
    next_cursor = cursors.write("boxes", page[-1]["id"]) if len(rows) > limit else None
    now = datetime.now(UTC)

    def body() -> BaseModel:
        items = [boxes.Box.of(row, now) for row in page]
        return (
            geojson.boxes(items, next_cursor)
            if format_ is Format.GEOJSON
            else boxes.Boxes(items=items, next=next_cursor)
        )

    return etags.answer(
        request,
        etags.of(page, next_cursor, format_),
        body,
        paging.link(request, next_cursor),
        formats.MEDIA_TYPES[format_],
    )


@router.get("/v1/boxes/{box}", response_model=boxes.Box, responses=examples.of(examples.BOX, 304, 404, 422, 503))
async def show_box(
    request: Request,
    box: Annotated[str, Path(examples=["71-01"])],
    _query: Annotated[StrictQuery, Query()],
    deps: Deps,
) -> Response:
    """One box."""
    rows = []
    if box_ids.is_id(box):
        rows = await deps.database.fetch(sql.load("api.readings", "boxes"), [box], None, None, 1)
    if not rows:
        raise Problem(
            404, Slug.UNKNOWN_BOX, "No such box", "This box is not registered, and nothing was received from it so far."
        )
    return etags.answer(request, etags.of(rows), lambda: boxes.Box.of(rows[0], datetime.now(UTC)))
