"""The history of readings."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api import deps
from api.database import Row
from api.http import cursors, etags, formats, paging, problems
from api.http.formats import Format
from api.readings import downloads, filters
from api.readings.schemas import examples, resources
from kiezbox import sql

router = APIRouter(tags=["readings"])

# Rows that one page may fetch over all series together: a page of few series is full, one of very many stays cheap.
LOOK_AHEAD_ROWS = 50_000
_SERIES_MAX = 2**31 - 1


@router.get(
    "/v1/readings",
    response_model=resources.Readings,
    responses=examples.of(
        examples.READINGS,
        *(304, 400, 406, 422, 501, 503),
        others={Format.CSV: examples.READINGS_CSV, Format.PARQUET: None},
    ),
)
async def list_readings(request: Request, query: Annotated[filters.Readings, Query()], given: deps.Given) -> Response:
    """Stored readings, oldest first by measured time.

    Follow `next` (or `Link`) until it is null: every reading that was stored when you began comes exactly once, while
    new ones arrive. A page may be shorter than `limit` and still have a next one. A late reading whose measured time
    you have already passed is not seen by this walk; the live stream has it.

    CSV and Parquet are the whole range in one file, without pages. A download that was broken off has no proper end:
    its connection closes early. A text that a spreadsheet would take for a formula begins with an apostrophe in CSV.
    """
    form = formats.chosen(request, query.format, Format.JSON, Format.CSV, Format.PARQUET)
    if query.from_ is not None and query.to is not None and query.from_ > query.to:
        raise problems.invalid("to", "is before from")
    if form is Format.JSON:
        return await _page(request, query, given)
    for parameter in ("limit", "cursor"):
        if getattr(query, parameter) is not None:
            raise problems.invalid(parameter, f"belongs to pages of JSON; {form} is the whole range in one file")
    return await downloads.of(given, query, form)


async def _page(request: Request, query: filters.Readings, given: deps.Parts) -> Response:
    limit = paging.limit(query.limit, given.settings.api)
    rows = await given.database.fetch(
        sql.load("api.readings", "readings"),
        *(query.box, query.quantity, query.source, query.districts),
        *(query.from_, query.to),
        *_after(query.cursor),
        limit + 1,
        LOOK_AHEAD_ROWS,
    )
    shown = rows[:limit]
    following = _next(shown[-1]) if len(rows) > limit or (shown and shown[-1]["cut"]) else None
    now = datetime.now(UTC)
    return etags.answer(
        request,
        etags.of(shown, following),
        lambda: resources.Readings(items=[resources.Reading.of(row, now) for row in shown], next=following),
        paging.link(request, following),
    )


def _next(last: Row) -> str:
    return cursors.write("readings", cursors.microseconds(last["measured_at"]), last["series"])


def _after(cursor: str | None) -> tuple[datetime, int] | tuple[None, None]:
    if cursor is None:
        return None, None
    microseconds, series = cursors.read("readings", cursor, int, int)
    try:
        moment = cursors.moment(int(microseconds))
    except OverflowError:
        raise cursors.invalid("readings") from None
    if not 0 <= int(series) <= _SERIES_MAX:
        raise cursors.invalid("readings")
    return moment, int(series)
