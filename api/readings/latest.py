"""The newest reading of each series."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from api.deps import Deps
from api.http import cursors, etags, formats, paging
from api.http.formats import Format
from api.readings import examples, filters, geojson
from api.readings.schemas import readings
from kiezbox import sql

router = APIRouter(tags=["readings"])


@router.get(
    "/v1/latest",
    response_model=readings.Readings,
    responses=examples.of(
        examples.LATEST, 304, 400, 406, 422, 503, other_formats={Format.GEOJSON: examples.LATEST_FEATURES}
    ),
)
async def list_latest(request: Request, query: Annotated[filters.Latest, Query()], deps: Deps) -> Response:
    """The newest reading, by measured time, of each box, source and quantity, in that order, with its age.

    The ETag is made from the data without the ages. After a 304 the answer that you have is still right, only older:
    add the seconds since that answer to each `age_s`, or count from `measured_at`. As GeoJSON each reading is a feature
    at the position of its box.
    """
    format_ = formats.choose(request, query.format, Format.JSON, Format.GEOJSON)
    limit = paging.limit(query.limit, deps.settings.api)
    after = cursors.read("latest", query.cursor, str, str, str) if query.cursor else (None, None, None)
    rows = await deps.database.fetch(
        sql.load("api.readings", "latest"), query.box, query.quantity, query.source, query.districts, *after, limit + 1
    )
    page = rows[:limit]
    next_cursor = None
    if len(rows) > limit:
        last = page[-1]
        next_cursor = cursors.write("latest", last["box"], last["source"], last["quantity"])
    now = datetime.now(UTC)

    def body() -> BaseModel:
        items = [readings.Reading.of(row, now) for row in page]
        if format_ is Format.GEOJSON:
            return geojson.readings(items, page, next_cursor)
        return readings.Readings(items=items, next=next_cursor)

    return etags.answer(
        request,
        etags.of(page, next_cursor, format_),
        body,
        paging.link(request, next_cursor),
        formats.MEDIA_TYPES[format_],
    )
