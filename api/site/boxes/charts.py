"""Charts of one box: its series in a period, with the limits that are valid and the means of other boxes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from api.charts.chart import Chart, Limit, Line, Role, Shape, YearLimit
from api.http import times
from api.readings import filters
from api.readings.buckets import Bucket
from api.readings.means import selection
from api.readings.means.steps import Steps
from api.site.boxes import periods
from devices.limits import Source
from devices.quantities import Averaging
from kiezbox import sql
from translations import units
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.database import Database, Row
    from api.readings.buckets import Plan
    from api.site.boxes.others import Mean
    from api.site.boxes.periods import Period
    from translations.words import Words

_SHORT = frozenset({Bucket.M1, Bucket.M5})  # steps of a reading or two: their extremes say nothing
_AGGREGATES = ("avg", "min", "max", "last")
MAIN_SOURCE = "core"
DAY_LIMITS: Mapping[str, str] = MappingProxyType(
    {
        Source.WHO_2021: N_("WHO guideline for a day"),
        Source.EU_2008_50: N_("EU limit for a day"),
        Source.EU_2024_2881: N_("EU limit for a day"),
    }
)
YEAR_LIMITS: Mapping[str, str] = MappingProxyType(
    {
        Source.WHO_2021: N_("WHO guideline for a year"),
        Source.EU_2008_50: N_("EU limit for a year"),
        Source.EU_2024_2881: N_("EU limit for a year"),
    }
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One series of a box in a period: the row of newest.sql, and its steps."""

    row: Row
    period: Period
    plan: Plan
    steps: Steps


async def read(database: Database, rows: Sequence[Row], period: Period, days_only: frozenset[str]) -> list[Measured]:
    """These series (rows of newest.sql) in a period, in the same order. Raises Unavailable.

    `days_only`: the quantities whose limits are of days: longer times are read in days for them.
    """
    found: dict[int, Measured] = {}
    for in_days in (False, True):
        asked = [row for row in rows if (period.has_days and row["quantity"] in days_only) == in_days]
        if not asked:
            continue
        query = filters.Series(
            box=[asked[0]["box"]],
            quantity=sorted({row["quantity"] for row in asked}),
            source=sorted({row["source"] for row in asked}),
            bucket=Bucket.D1 if in_days else Bucket.AUTO,
            points=periods.POINTS,
            tz=period.tz,
            **{"from": times.write(period.start), "to": times.write(period.end)},
        )
        selected = await selection.read(database, query, _AGGREGATES)
        for row in asked:
            # A day of which the period is a part may have values of before it.
            is_over = row["measured_at"] < period.start
            steps = Steps() if is_over else selected.steps.get(row["id"], Steps())
            found[row["id"]] = Measured(row, period, selected.plan, steps)
    return [found[row["id"]] for row in rows]


async def limits(database: Database, quantities: Sequence[str], period: Period) -> Mapping[str, Sequence[Row]]:
    """The limits (rows of limits.sql) that are valid at the end of a period, by quantity. Raises Unavailable."""
    day = period.end.astimezone(period.zone).date()
    found: dict[str, list[Row]] = {}
    for row in await database.fetch(sql.load("api.site.boxes", "limits"), list(quantities), day):
        found.setdefault(row["quantity"], []).append(row)
    return found


def line(measured: Measured, label: str) -> Line:
    """The line of a series: its means, of a total its last values; with extremes where a step has many readings."""
    found, plan = measured.steps, measured.plan
    begins = [moment.timestamp() for moment in plan.begins]
    is_total = measured.row["averaging"] == Averaging.NONE
    has_band = not is_total and measured.row["averaging"] != Averaging.CIRCULAR and plan.bucket not in _SHORT
    return Line(
        label=label,
        role=Role.BOX,
        begin=[begins[number] for number in found.number],
        end=[begins[number + 1] for number in found.number],
        value=list(found.last if is_total else found.avg),
        low=list(found.min) if has_band else (),
        high=list(found.max) if has_band else (),
        # A box that measures every ten minutes is heard in half of the five-minutes of an hour, and misses nothing.
        coverage=list(found.coverage) if plan.bucket is Bucket.D1 else (),
    )


def chart(measured: Measured, title: str, label: str, words: Words, valid_limits: Sequence[Row]) -> Chart:
    """The chart of a series, without other boxes. `label`: what the box is called in it."""
    row, period = measured.row, measured.period
    averaging = Averaging(row["averaging"])
    return Chart(
        title=title,
        unit=units.sign(row["unit"]),
        start=period.start,
        end=period.end,
        zone=period.zone,
        lines=(line(measured, label),),
        limits=[
            Limit(words.text(DAY_LIMITS[each["source"]]), each["threshold"])
            for each in valid_limits
            if each["averaging_time"] == "day" and each["source"] in DAY_LIMITS
        ],
        year_limits=[
            YearLimit(words.text(YEAR_LIMITS[each["source"]]), each["threshold"], each["data_capture"])
            for each in valid_limits
            if each["averaging_time"] == "year" and each["source"] in YEAR_LIMITS
        ],
        shape=shape(averaging, measured.plan),
        averaging=averaging,
        decimals=row["decimals"],
    )


def beside(made: Chart, role: Role, label: str, mean: Mean | None) -> Chart:
    """The chart with the mean of other boxes as a further line; as it is where there is none."""
    if mean is None or not mean.begin:
        return made
    line_ = Line(label=label, role=role, begin=mean.begin, end=mean.end, value=mean.value)
    return replace(made, lines=(*made.lines, line_))


def shape(averaging: Averaging, plan: Plan) -> Shape:
    """Directions are dots, days steps, all else lines."""
    if averaging is Averaging.CIRCULAR:
        return Shape.DOTS
    return Shape.STEPS if plan.bucket is Bucket.D1 else Shape.LINE
