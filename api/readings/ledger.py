"""The ledger: received = stored + duplicate + rejected, for each box and hour."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.deps import Deps
from api.http import cursors, etags, paging, problems
from api.readings import examples, filters
from api.readings.schemas import ledger
from kiezbox import sql

router = APIRouter(tags=["health"])

LOOK_AHEAD_ROWS = 100_000  # ledger rows (one for each box and minute) that one page may read
DEFAULT_SPAN = timedelta(hours=24)
_HOUR = timedelta(hours=1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@router.get("/v1/ledger", response_model=ledger.Ledger, responses=examples.of(examples.LEDGER, 304, 400, 422, 503))
async def list_ledger(request: Request, query: Annotated[filters.Ledger, Query()], deps: Deps) -> Response:
    """What the hub received from each box in each hour, and what became of it. Without `from`: the last 24 hours.

    `balanced` says that received = stored + duplicate + rejected, in messages and in readings. Hours are whole, in UTC,
    by the time of receiving; an hour in which a box sent nothing is absent. The box is null for messages whose topic
    names no box. A page may be shorter than `limit`, or empty, and still have a next one.
    """
    limit = paging.limit(query.limit, deps.settings.api)
    start, end = _range(query)
    after = _after(query.cursor)
    rows = await deps.database.fetch(
        sql.load("api.readings", "ledger"), start, end, query.box, *after, limit + 1, LOOK_AHEAD_ROWS
    )
    entries = [row for row in rows if row["hour"] is not None]
    page = entries[:limit]
    next_cursor = _next(page[-1]["hour"], page[-1]["box"]) if len(entries) > limit else None
    if next_cursor is None and rows[0]["until"] is not None:
        next_cursor = _next(rows[0]["until"], "")
    return etags.answer(
        request,
        etags.of(page, next_cursor),
        lambda: ledger.Ledger(items=[ledger.LedgerEntry.of(row) for row in page], next=next_cursor),
        paging.link(request, next_cursor),
    )


def _range(query: filters.Ledger) -> tuple[datetime, datetime]:
    """The whole hours that contain the range of the query."""
    try:
        end = query.to or datetime.now(UTC)
        start = query.from_ or end - DEFAULT_SPAN
        if start > end:
            raise problems.invalid("to", "is before from")
        return start - (start - _EPOCH) % _HOUR, end + (_EPOCH - end) % _HOUR
    except OverflowError:
        raise problems.invalid("to", "lies at the end of the calendar") from None


def _next(hour: datetime, box: str) -> str:
    return cursors.write("ledger", cursors.microseconds(hour), box)


def _after(cursor: str | None) -> tuple[datetime, str] | tuple[None, None]:
    if cursor is None:
        return None, None
    microseconds, box = cursors.read("ledger", cursor, int, str)
    try:
        moment = cursors.moment(int(microseconds))
    except OverflowError:
        raise cursors.invalid("ledger") from None
    return moment, str(box)
