"""What the values of a box are called: by the newest value, the mean of the last hour, or that of 24 hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from api.http import times
from api.readings import filters
from api.readings.buckets import Bucket
from api.readings.means import selection
from api.site.city import classes, quantities
from devices.means import VALID_COVERAGE, mean
from devices.quantities import Averaging

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.database import Database, Row
    from api.readings.means.steps import Steps
    from api.site.city.classes import Rating
    from devices.limits import Statistic
    from translations.words import Words

_HOUR, _HOURS = timedelta(hours=1), 24
_HOUR_COVERAGE = 0.25  # as on the map (city/sql/values.sql): a box that measures every twenty minutes has it
_OF_HOURS = frozenset({"day_mean", "hour_mean"})


@dataclass(frozen=True, slots=True)
class Rated:
    """What a series is called, and by which value of which kind."""

    rating: Rating
    statistic: Statistic
    value: float

    def mean(self, unit: str, decimals: int, words: Words) -> str | None:
        """`Mean of the last 24 hours: 12.3 µg/m³`; None where the newest value itself is rated."""
        if self.statistic not in _OF_HOURS:
            return None
        return f"{words.text(quantities.BY[self.statistic])}: {words.exact(self.value, min(decimals, 1))} {unit}"


async def read(database: Database, rows: Sequence[Row], now: datetime) -> Mapping[int, Rated]:
    """What the series are called, by id, of those for which there is a word. Raises Unavailable."""
    statistics = {quantity: classes.statistic(quantity) for quantity in {row["quantity"] for row in rows}}
    of_hours = [row for row in rows if statistics[row["quantity"]] in _OF_HOURS]
    hours = await _last_day(database, of_hours, now)
    found: dict[int, Rated] = {}
    for row in rows:
        quantity, statistic = row["quantity"], statistics[row["quantity"]]
        value = None if statistic is None else rated_value(row, statistic, hours.get(row["id"]), now)
        rating = None if value is None or statistic is None else classes.rate(quantity, statistic, value)
        if rating is not None and statistic is not None and value is not None:
            found[row["id"]] = Rated(rating, statistic, value)
    return found


def rated_value(row: Row, statistic: Statistic, hours: Steps | None, now: datetime) -> float | None:
    """The value by which a series is rated; None for an old value, and for a mean of which too little was heard."""
    if statistic == "newest":
        is_sound = not row["flag"] and now - row["measured_at"] < _HOUR
        return row["value"] if is_sound else None
    if hours is None:
        return None
    if statistic == "hour_mean":
        is_rated = hours.number[-1] == _HOURS - 1 and (hours.coverage[-1] or 0) >= _HOUR_COVERAGE
        last = hours.avg[-1] if is_rated else None
        return None if last is None else classes.shown(row["quantity"], last)
    values = [value for value in hours.avg if value is not None]
    found = mean(values, Averaging(row["averaging"])) if len(values) >= VALID_COVERAGE * _HOURS else None
    return None if found is None else classes.shown(row["quantity"], found)


async def _last_day(database: Database, rows: Sequence[Row], now: datetime) -> Mapping[int, Steps]:
    """The last 24 full hours of these series, by id, of those that were heard in any. Raises Unavailable."""
    if not rows:
        return {}
    end = now.replace(minute=0, second=0, microsecond=0)
    query = filters.Series(
        box=[rows[0]["box"]],
        quantity=sorted({row["quantity"] for row in rows}),
        bucket=Bucket.H1,
        **{"from": times.write(end - _HOURS * _HOUR), "to": times.write(end)},
    )
    selected = await selection.read(database, query, ("avg",))
    return selected.steps
