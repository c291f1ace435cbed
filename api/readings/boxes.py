"""Boxes: registered, or only seen."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from api import deps
from api.http import cursors, etags, formats, paging
from api.http.formats import Format
from api.http.problems import Problem, Slug
from api.readings import filters, geojson
from api.readings.schemas import examples, resources
from devices import boxes
from kiezbox import sql

router = APIRouter(tags=["boxes"])


@router.get(
    "/v1/boxes",
    response_model=resources.Boxes,
    responses=examples.of(examples.BOXES, 304, 400, 406, 422, 503, others={Format.GEOJSON: examples.BOX_FEATURES}),
)
async def list_boxes(request: Request, query: Annotated[filters.Boxes, Query()], given: deps.Given) -> Response:
    """Every box in the order of ids, with when it was last seen and what it last said about itself.

    As GeoJSON each box is a feature; one whose position nobody knows has no geometry.
    """
    form = formats.chosen(request, query.format, Format.JSON, Format.GEOJSON)
    limit = paging.limit(query.limit, given.settings.api)
    after = cursors.read("boxes", query.cursor, str)[0] if query.cursor else None
    if after is not None and not boxes.is_id(str(after)):
        raise cursors.invalid("boxes")
    rows = await given.database.fetch(
        sql.load("api.readings", "boxes"), None, filters.numbers(query.district), after, limit + 1
    )
    shown = rows[:limit]
    following = cursors.write("boxes", shown[-1]["id"]) if len(rows) > limit else None
    now = datetime.now(UTC)

    def body() -> BaseModel:
        items = [resources.Box.of(row, now) for row in shown]
        return (
            geojson.boxes(items, following) if form is Format.GEOJSON else resources.Boxes(items=items, next=following)
        )

    return etags.answer(
        request, etags.of(shown, following, form), body, paging.link(request, following), formats.MEDIA_TYPES[form]
    )


@router.get("/v1/boxes/{box}", response_model=resources.Box, responses=examples.of(examples.BOX, 304, 404, 422, 503))
async def show_box(
    request: Request,
    box: Annotated[str, Path(examples=["71-01"])],
    _query: Annotated[filters.Nothing, Query()],
    given: deps.Given,
) -> Response:
    """One box."""
    rows = []
    if boxes.is_id(box):
        rows = await given.database.fetch(sql.load("api.readings", "boxes"), [box], None, None, 1)
    if not rows:
        raise Problem(
            404, Slug.UNKNOWN_BOX, "No such box", "Nobody registered this box, and nothing was received from it so far."
        )
    return etags.answer(request, etags.of(rows), lambda: resources.Box.of(rows[0], datetime.now(UTC)))
