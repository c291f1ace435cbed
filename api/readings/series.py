"""Charts: series in equal steps, from the coarsest source that is fine enough."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api import deps
from api.database import Database, Row
from api.http import etags, problems
from api.readings import buckets, filters
from api.readings.buckets import Plan, Relation
from api.readings.schemas import examples, overviews
from kiezbox import sql

router = APIRouter(tags=["readings"])

LINES_MAX = 1_000
DEFAULT_SPAN = timedelta(hours=24)


@router.get("/v1/series", response_model=overviews.Charts, responses=examples.of(examples.CHARTS, 304, 422, 503))
async def list_series(request: Request, query: Annotated[filters.Charts, Query()], given: deps.Given) -> Response:
    """Averages, extremes, counts and last values in equal steps of time: one item a series, its steps as lists.

    `at` is when a step begins, in UTC. The range is widened to whole steps; `from` and `to` of the answer say how far.
    A step without readings is absent: nothing is filled in. `taken_from` says which relation the values were read from:
    the coarsest whose steps fit. With `bucket=auto` the step is the widest that gives at least `points` steps, and
    wider only where many series would make the answer too large, or where only coarser data is kept that long.
    """
    end = query.to or datetime.now(UTC)
    start = query.from_ or _before(end)
    if start > end:
        raise problems.invalid("to", "is before from")
    lines = await given.database.fetch(
        sql.load("api.readings", "series_lines"),
        *(query.box, query.quantity, query.source, query.districts),
        LINES_MAX + 1,
    )
    if len(lines) > LINES_MAX:
        raise problems.invalid("box", f"more than {LINES_MAX:,} series fit: narrow box, quantity, source or district")
    plan, found = await _read(given.database, lines, _plans(query, start, end, len(lines)), query)
    body = overviews.Charts(
        from_=plan.start,
        to=plan.end,
        bucket=plan.bucket,
        bucket_s=int(plan.width.total_seconds()),
        taken_from=plan.relation,
        items=[_chart(line, found.get(line["id"]), query.aggregates) for line in lines],
        next=None,
    ).model_dump_json(by_alias=True, exclude_unset=True)
    return etags.written(request, body)


def _before(end: datetime) -> datetime:
    try:
        return end - DEFAULT_SPAN
    except OverflowError:
        raise problems.invalid("to", "lies at the end of the calendar") from None


def _plans(query: filters.Charts, start: datetime, end: datetime, lines: int) -> Sequence[Plan]:
    try:
        return buckets.plans(query.bucket, query.points, start, end, lines=max(1, lines))
    except buckets.TooMany as error:
        raise problems.invalid("bucket", str(error)) from None
    except OverflowError:
        raise problems.invalid("to", "lies at the end of the calendar") from None


async def _read(
    database: Database, lines: Sequence[Row], plans: Sequence[Plan], query: filters.Charts
) -> tuple[Plan, Mapping[int, Row]]:
    """The first plan that finds anything, and what it found by series; the first plan when none does."""
    if lines:
        for plan in plans:
            rows = await database.fetch(
                statement(plan.relation, has_last="last" in query.aggregates),
                [line["id"] for line in lines],
                *(plan.start, plan.end, plan.width),
            )
            if rows:
                return plan, {row["series"]: row for row in rows}
    return plans[0], {}


def statement(relation: Relation, *, has_last: bool) -> str:
    """The statement that reads charts from a relation; the newest values cost a sort, so only who asks pays."""
    name, newest = ("readings", "value") if relation is Relation.READING else ("rollups", "last")
    moment = "measured_at" if relation is Relation.READING else "bucket"
    last = f"(array_agg(part.{newest} ORDER BY part.{moment} DESC))[1]" if has_last else "NULL::float8"
    text = sql.load("api.readings", f"series_{name}")
    return text.replace("{relation}", relation).replace("{last}", last)


def _chart(line: Row, found: Row | None, aggregates: Sequence[str]) -> overviews.Chart:
    return overviews.Chart(
        box=line["box"],
        source=line["source"],
        quantity=line["quantity"],
        unit=line["unit"],
        at=[] if found is None else found["at"],
        **{name: [] if found is None else found[name] for name in overviews.AGGREGATES if name in aggregates},
    )
