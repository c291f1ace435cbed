"""The newest reading of each series."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from api import deps
from api.http import cursors, etags, formats, paging
from api.http.formats import Format
from api.readings import filters, geojson
from api.readings.schemas import examples, resources
from kiezbox import sql

router = APIRouter(tags=["readings"])


@router.get(
    "/v1/latest",
    response_model=resources.Readings,
    responses=examples.of(examples.LATEST, 304, 400, 406, 422, 503, others={Format.GEOJSON: examples.LATEST_FEATURES}),
)
async def list_latest(request: Request, query: Annotated[filters.Latest, Query()], given: deps.Given) -> Response:
    """The newest reading, by measured time, of each box, source and quantity, in that order, with its age.

    The ETag is made from the data without the ages. After a 304 everything is as you have it, only older: add the
    seconds since the answer you kept to each `age_s`, or count from `measured_at`. As GeoJSON each reading is a feature
    where its box stands.
    """
    form = formats.chosen(request, query.format, Format.JSON, Format.GEOJSON)
    limit = paging.limit(query.limit, given.settings.api)
    after = cursors.read("latest", query.cursor, str, str, str) if query.cursor else (None, None, None)
    rows = await given.database.fetch(
        sql.load("api.readings", "latest"), query.box, query.quantity, query.source, query.districts, *after, limit + 1
    )
    shown = rows[:limit]
    following = None
    if len(rows) > limit:
        last = shown[-1]
        following = cursors.write("latest", last["box"], last["source"], last["quantity"])
    now = datetime.now(UTC)

    def body() -> BaseModel:
        items = [resources.Reading.of(row, now) for row in shown]
        if form is Format.GEOJSON:
            return geojson.readings(items, shown, following)
        return resources.Readings(items=items, next=following)

    return etags.answer(
        request, etags.of(shown, following, form), body, paging.link(request, following), formats.MEDIA_TYPES[form]
    )
