"""The books: received = stored + duplicate + rejected, for each box and hour."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api import deps
from api.http import cursors, etags, paging, problems
from api.readings import filters
from api.readings.schemas import examples, overviews
from kiezbox import sql

router = APIRouter(tags=["health"])

LOOK_AHEAD_ROWS = 100_000  # minutes of boxes that one page may read
DEFAULT_SPAN = timedelta(hours=24)
_HOUR = timedelta(hours=1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@router.get("/v1/ledger", response_model=overviews.Ledger, responses=examples.of(examples.LEDGER, 304, 400, 422, 503))
async def list_ledger(request: Request, query: Annotated[filters.Ledger, Query()], given: deps.Given) -> Response:
    """What the hub received from each box in each hour, and what became of it. Without `from`: the last 24 hours.

    `balanced` says that received = stored + duplicate + rejected, in messages and in readings. Hours are whole, in UTC,
    by the time of receiving; one in which a box sent nothing is absent. The box is null for messages whose topic named
    none. A page may be shorter than `limit`, or empty, and still have a next one.
    """
    limit = paging.limit(query.limit, given.settings.api)
    start, end = _range(query)
    after = _after(query.cursor)
    rows = await given.database.fetch(
        sql.load("api.readings", "ledger"), start, end, query.box, *after, limit + 1, LOOK_AHEAD_ROWS
    )
    entries = [row for row in rows if row["hour"] is not None]
    shown = entries[:limit]
    following = _next(shown[-1]["hour"], shown[-1]["box"]) if len(entries) > limit else None
    if following is None and rows[0]["until"] is not None:
        following = _next(rows[0]["until"], "")
    return etags.answer(
        request,
        etags.of(shown, following),
        lambda: overviews.Ledger(items=[overviews.LedgerEntry.of(row) for row in shown], next=following),
        paging.link(request, following),
    )


def _range(query: filters.Ledger) -> tuple[datetime, datetime]:
    """Whole hours around what was asked for."""
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
