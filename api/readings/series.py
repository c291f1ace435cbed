"""Series in equal steps of time, read from the coarsest relation that is fine enough."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.database import Database, Row
from api.deps import Deps
from api.http import etags, problems
from api.readings import buckets, examples, filters
from api.readings.buckets import Plan, Relation
from api.readings.schemas import series
from kiezbox import sql

router = APIRouter(tags=["readings"])

SERIES_MAX = 1_000
DEFAULT_SPAN = timedelta(hours=24)


@router.get("/v1/series", response_model=series.SeriesPage, responses=examples.of(examples.SERIES, 304, 422, 503))
async def list_series(request: Request, query: Annotated[filters.Series, Query()], deps: Deps) -> Response:
    """Averages, extremes, counts and last values in equal steps of time: one item for each series, its steps as lists.

    `at` is when a step begins, in UTC. The range is widened to whole steps; `from` and `to` of the answer say how far.
    A step without readings is absent: nothing is filled in. `taken_from` says which relation the values were read from:
    the coarsest whose steps fit. With `bucket=auto` the step is the widest that gives at least `points` steps, and
    wider only where many series would make the answer too large, or where only coarser data is kept that long.
    """
    end = query.to or datetime.now(UTC)
    start = query.from_ or _before(end)
    if start > end:
        raise problems.invalid("to", "is before from")
    found = await deps.database.fetch(
        sql.load("api.readings", "series"),
        *(query.box, query.quantity, query.source, query.districts),
        SERIES_MAX + 1,
    )
    if len(found) > SERIES_MAX:
        raise problems.invalid("box", f"more than {SERIES_MAX:,} series fit: narrow box, quantity, source or district")
    plan, steps = await _read(deps.database, found, _plans(query, start, end, len(found)), query)
    body = series.SeriesPage(
        from_=plan.start,
        to=plan.end,
        bucket=plan.bucket,
        bucket_s=int(plan.width.total_seconds()),
        taken_from=plan.relation,
        items=[_series(row, steps.get(row["id"]), query.aggregates) for row in found],
        next=None,
    ).model_dump_json(by_alias=True, exclude_unset=True)
    return etags.written(request, body)


def _before(end: datetime) -> datetime:
    try:
        return end - DEFAULT_SPAN
    except OverflowError:
        raise problems.invalid("to", "lies at the end of the calendar") from None


def _plans(query: filters.Series, start: datetime, end: datetime, series_count: int) -> Sequence[Plan]:
    try:
        return buckets.plans(query.bucket, query.points, start, end, series_count=max(1, series_count))
    except buckets.TooManyPointsError as error:
        raise problems.invalid("bucket", str(error)) from None
    except OverflowError:
        raise problems.invalid("to", "lies at the end of the calendar") from None


async def _read(
    database: Database, found: Sequence[Row], plans: Sequence[Plan], query: filters.Series
) -> tuple[Plan, Mapping[int, Row]]:
    """The first plan that finds readings, and its rows by series; the first plan and no rows when none finds any."""
    if found:
        for plan in plans:
            rows = await database.fetch(
                statement(plan.relation, has_last="last" in query.aggregates),
                [row["id"] for row in found],
                *(plan.start, plan.end, plan.width),
            )
            if rows:
                return plan, {row["series"]: row for row in rows}
    return plans[0], {}


def statement(relation: Relation, *, has_last: bool) -> str:
    """The statement that reads steps from a relation. The last value of a step costs a sort: only with `has_last`."""
    name, newest = ("readings", "value") if relation is Relation.READING else ("rollups", "last")
    moment = "measured_at" if relation is Relation.READING else "bucket"
    last = f"(array_agg(part.{newest} ORDER BY part.{moment} DESC))[1]" if has_last else "NULL::float8"
    text = sql.load("api.readings", f"series_{name}")
    return text.replace("{relation}", relation).replace("{last}", last)


def _series(row: Row, steps: Row | None, aggregates: Sequence[str]) -> series.Series:
    return series.Series(
        box=row["box"],
        source=row["source"],
        quantity=row["quantity"],
        unit=row["unit"],
        at=[] if steps is None else steps["at"],
        **{name: [] if steps is None else steps[name] for name in series.AGGREGATES if name in aggregates},
    )
