"""Stored readings, oldest first: pages of JSON, or a whole range as one file."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.database import Row
from api.deps import Deps
from api.http import cursors, etags, formats, paging, problems
from api.http.formats import Format
from api.readings import downloads, examples, filters
from api.readings.schemas import readings
from kiezbox import sql

router = APIRouter(tags=["readings"])

# The most rows that a page reads over all series together: so a page of very many series stays cheap, although shorter.
LOOK_AHEAD_ROWS = 50_000
_SERIES_MAX = 2**31 - 1


@router.get(
    "/v1/readings",
    response_model=readings.Readings,
    responses=examples.of(
        examples.READINGS,
        *(304, 400, 406, 422, 501, 503),
        other_formats={Format.CSV: examples.READINGS_CSV, Format.PARQUET: None},
    ),
)
async def list_readings(request: Request, query: Annotated[filters.Readings, Query()], deps: Deps) -> Response:
    """Stored readings, oldest first by measured time.

    Follow `next` (or `Link`) until it is null: every reading that was stored when you began comes exactly once, while
    new ones arrive. A page may be shorter than `limit` and still have a next one. A late reading that was measured
    before the page that you have reached is not on the pages that follow; the live stream has it.

    CSV and Parquet are the whole range in one file, without pages. A download that fails has no proper end: its
    connection closes early. In CSV an apostrophe is put before a text that a spreadsheet would take for a formula.
    CSV is RFC 4180 with times in UTC, unless `dialect=excel-de` asks for a file that German Excel opens as it is: with
    a byte order mark, semicolons, `20,5`, times as `29.11.2026 19:02:47` in the zone that the header names, whole
    seconds, and what begins with a digit as `="71-01"`, so that no box id becomes a date.
    """
    wanted = query.format or (Format.CSV if query.dialect else None)
    format_ = formats.choose(request, wanted, Format.JSON, Format.CSV, Format.PARQUET)
    if query.from_ is not None and query.to is not None and query.from_ > query.to:
        raise problems.invalid("to", "is before from")
    if query.dialect is not None and format_ is not Format.CSV:
        raise problems.invalid("dialect", "belongs to format=csv")
    if format_ is Format.JSON:
        return await _page(request, query, deps)
    for parameter in ("limit", "cursor"):
        if getattr(query, parameter) is not None:
            raise problems.invalid(parameter, f"belongs to pages of JSON; {format_} is the whole range in one file")
    return await downloads.of(deps, query, format_)


async def _page(request: Request, query: filters.Readings, deps: Deps) -> Response:
    limit = paging.limit(query.limit, deps.settings.api)
    rows = await deps.database.fetch(
        sql.load("api.readings", "readings"),
        *(query.box, query.quantity, query.source, query.districts),
        *(query.from_, query.to),
        *_after(query.cursor),
        limit + 1,
        LOOK_AHEAD_ROWS,
    )
    page = rows[:limit]
    next_cursor = _next(page[-1]) if len(rows) > limit or (page and page[-1]["cut"]) else None
    now = datetime.now(UTC)
    return etags.answer(
        request,
        etags.of(page, next_cursor),
        lambda: readings.Readings(items=[readings.Reading.of(row, now) for row in page], next=next_cursor),
        paging.link(request, next_cursor),
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
