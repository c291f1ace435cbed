"""What a question about steps selects: its series, how wide their steps are, and what was read of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from api.database import Database, Row
from api.http import problems, times
from api.readings import buckets, filters
from api.readings.buckets import Plan
from api.readings.means import steps
from api.readings.means.steps import Steps
from kiezbox import sql

SERIES_MAX = 1_000
DEFAULT_SPAN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows of series.sql, and the steps of those that have any in the plan's range, by the id of the series."""

    plan: Plan
    found: Sequence[Row]
    steps: Mapping[int, Steps]


async def read(database: Database, query: filters.Steps, aggregates: Sequence[str]) -> Selection:
    """What the query selects. Raises a 422 problem for more series or steps than one answer holds, and Unavailable."""
    end = query.to or datetime.now(UTC)
    start = query.from_ or _before(end)
    if start > end:
        raise problems.invalid("to", "is before from")
    found = await database.fetch(
        sql.load("api.readings.means", "series"),
        *(query.box, query.quantity, query.source, query.districts),
        SERIES_MAX + 1,
    )
    if len(found) > SERIES_MAX:
        raise problems.invalid("box", f"more than {SERIES_MAX:,} series fit: narrow box, quantity, source or district")
    return Selection(*await _steps(database, found, _plans(query, start, end, found), aggregates))


def described(plan: Plan, tz: str) -> dict[str, Any]:
    """What an answer says of its steps (`schemas.series.Steps`)."""
    return {
        "from_": plan.start,
        "to": plan.end,
        "tz": tz,
        "bucket": plan.bucket,
        "bucket_s": int(plan.width.total_seconds()),
        "taken_from": plan.relation,
    }


async def _steps(
    database: Database, found: Sequence[Row], plans: Sequence[Plan], aggregates: Sequence[str]
) -> tuple[Plan, Sequence[Row], Mapping[int, Steps]]:
    """The first plan that finds readings; the first of all, without steps, when none finds any."""
    for plan in plans:
        by_series = await steps.read(database, found, plan, aggregates)
        if by_series:
            return plan, found, by_series
    return plans[0], found, {}


def _before(end: datetime) -> datetime:
    try:
        return end - DEFAULT_SPAN
    except OverflowError:
        raise problems.invalid("to", "lies at the end of the calendar") from None


def _plans(query: filters.Steps, start: datetime, end: datetime, found: Sequence[Row]) -> Sequence[Plan]:
    try:
        return buckets.plans(
            query.bucket,
            query.points,
            *(start, end),
            series_count=max(1, len(found)),
            zone=times.zone(query.tz),
            civil_zone=found[0]["civil_zone"] if found else None,
        )
    except buckets.TooManyPointsError as error:
        raise problems.invalid("bucket", str(error)) from None
    except buckets.UnevenZoneError as error:
        raise problems.invalid("tz", f"{error}: ask bucket=1h, or another zone") from None
    except OverflowError:
        raise problems.invalid("to", "lies at the end of the calendar") from None
