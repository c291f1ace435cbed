"""What the values of a box are called: by the newest value, the mean of the last hour, or that of 24 hours."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from api.http import times
from api.readings import filters
from api.readings.buckets import Bucket
from api.readings.means import selection
from api.site.boxes import classes
from devices.means import VALID_COVERAGE, mean
from devices.quantities import Averaging
from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.database import Database, Row
    from api.readings.means.steps import Steps
    from api.site.boxes.classes import Rating
    from translations.words import Words

_HOUR, _HOURS = timedelta(hours=1), 24


async def read(
    database: Database, rows: Sequence[Row], now: datetime, words: Words
) -> tuple[Mapping[int, Rating], frozenset[str]]:
    """What the values of the series are called, by id; and by which statistics any of them are. Raises Unavailable."""
    by_quantity: dict[str, list[Row]] = {}
    quantities = sorted({row["quantity"] for row in rows})
    for found in await database.fetch(sql.load("api.site.boxes", "classes"), quantities):
        by_quantity.setdefault(found["quantity"], []).append(found)
    statistics = {quantity: classes.statistic(found) for quantity, found in by_quantity.items()}
    of_hours = [row for row in rows if statistics.get(row["quantity"]) in {classes.DAY_MEAN, classes.HOUR_MEAN}]
    hours = await _last_day(database, of_hours, now)
    ratings: dict[int, Rating] = {}
    for row in rows:
        statistic = statistics.get(row["quantity"])
        value = None if statistic is None else rated_value(row, statistic, hours.get(row["id"]), now)
        rating = None
        if value is not None and statistic is not None:
            rating = classes.of(value, by_quantity[row["quantity"]], statistic, words)
        if rating is not None:
            ratings[row["id"]] = rating
    rated = {statistics[row["quantity"]] for row in rows if row["id"] in ratings}
    return ratings, frozenset(each for each in rated if each is not None)


def rated_value(row: Row, statistic: str, hours: Steps | None, now: datetime) -> float | None:
    """The value by which a series is rated; None for an old value, and for a mean of which too little was heard."""
    if statistic == classes.NEWEST:
        is_sound = not row["flag"] and now - row["measured_at"] < _HOUR
        return row["value"] if is_sound else None
    if hours is None:
        return None
    if statistic == classes.HOUR_MEAN:
        return hours.avg[-1] if hours.number[-1] == _HOURS - 1 else None
    values = [value for value in hours.avg if value is not None]
    return mean(values, Averaging(row["averaging"])) if len(values) >= VALID_COVERAGE * _HOURS else None


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
