"""How wide the steps (buckets) of a series are, and which relation they are read from. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

POINTS_MAX = 20_000  # of one series
TOTAL_MAX = 50_000  # of all series of one answer

# The origin of date_bin in the SQL statements. Every width divides a day, so buckets of a day begin at midnight UTC.
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_TWO_DAYS_HOURS = 48


class Bucket(StrEnum):
    """The widths of a bucket; `auto` chooses the widest that gives at least the points that are wanted."""

    AUTO = "auto"
    M1 = "1m"
    M5 = "5m"
    M10 = "10m"
    M15 = "15m"
    M30 = "30m"
    H1 = "1h"
    H3 = "3h"
    H6 = "6h"
    D1 = "1d"


class Relation(StrEnum):
    """The relation that values are read from: readings, or a rollup of them."""

    READING = "reading"
    READING_5M = "reading_5m"
    READING_1H = "reading_1h"
    READING_1D = "reading_1d"


WIDTHS: Mapping[Bucket, timedelta] = {
    Bucket.M1: timedelta(minutes=1),
    Bucket.M5: timedelta(minutes=5),
    Bucket.M10: timedelta(minutes=10),
    Bucket.M15: timedelta(minutes=15),
    Bucket.M30: timedelta(minutes=30),
    Bucket.H1: timedelta(hours=1),
    Bucket.H3: timedelta(hours=3),
    Bucket.H6: timedelta(hours=6),
    Bucket.D1: timedelta(days=1),
}
# The coarsest first.
_ROLLUPS: Mapping[Relation, timedelta] = {
    Relation.READING_1D: timedelta(days=1),
    Relation.READING_1H: timedelta(hours=1),
    Relation.READING_5M: timedelta(minutes=5),
}


class TooManyPointsError(Exception):
    """More points than one answer may have; the text says what to ask for instead."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one answer covers: whole buckets, from the start of the first to the end of the last."""

    bucket: Bucket
    start: datetime
    end: datetime
    relation: Relation

    @property
    def width(self) -> timedelta:
        """Of one bucket."""
        return WIDTHS[self.bucket]


def plans(requested: Bucket, points: int, start: datetime, end: datetime, *, series_count: int) -> Sequence[Plan]:
    """The plan for this range and so many series; for `auto` also coarser ones, to try in order when one finds nothing.

    Raises TooManyPointsError, and OverflowError for a range that ends with the calendar.
    """
    bucket = _automatic(points, start, end, series_count) if requested is Bucket.AUTO else requested
    _check(bucket, start, end, series_count)
    first = _plan(bucket, start, end)
    if requested is not Bucket.AUTO:
        return [first]
    # Fine data is kept for months, coarse data forever: an old range has coarse data only.
    coarser = [_plan(wide, start, end) for wide in (Bucket.M5, Bucket.H1, Bucket.D1)]
    return [first, *(plan for plan in coarser if plan.width > first.width and plan.relation is not first.relation)]


def _plan(bucket: Bucket, start: datetime, end: datetime) -> Plan:
    width = WIDTHS[bucket]
    fitting = [relation for relation, step in _ROLLUPS.items() if width % step == timedelta()]
    return Plan(bucket, _floor(start, width), _ceiling(end, width), (fitting or [Relation.READING])[0])


def _automatic(points: int, start: datetime, end: datetime, series_count: int) -> Bucket:
    """The widest bucket that gives the points that are wanted; a wider one where these are too many for one answer."""
    enough = [bucket for bucket in WIDTHS if _count(bucket, start, end) >= points]
    bucket = enough[-1] if enough else Bucket.M1
    room = [wide for wide in WIDTHS if WIDTHS[wide] >= WIDTHS[bucket] and _fits(wide, start, end, series_count)]
    return room[0] if room else Bucket.D1


def _check(bucket: Bucket, start: datetime, end: datetime, series_count: int) -> None:
    if _fits(bucket, start, end, series_count):
        return
    count = _count(bucket, start, end)
    span = _span_text(_ceiling(end, WIDTHS[bucket]) - _floor(start, WIDTHS[bucket]))
    text = f"{span} of {bucket} is {count:,} points"
    if count > POINTS_MAX:
        text += f", more than {POINTS_MAX:,}"
    else:
        text += f", and of {series_count:,} series {count * series_count:,}, more than {TOTAL_MAX:,}"
    fitting = [wide for wide in WIDTHS if _fits(wide, start, end, series_count)]
    advice = f"ask bucket={fitting[0]}" if fitting else "ask a shorter range"
    raise TooManyPointsError(f"{text}: {advice}{', or fewer series' if series_count > 1 else ''}")


def _fits(bucket: Bucket, start: datetime, end: datetime, series_count: int) -> bool:
    count = _count(bucket, start, end)
    return count <= POINTS_MAX and count * series_count <= TOTAL_MAX


def _count(bucket: Bucket, start: datetime, end: datetime) -> int:
    width = WIDTHS[bucket]
    return (_ceiling(end, width) - _floor(start, width)) // width


def _floor(moment: datetime, width: timedelta) -> datetime:
    return moment - (moment - _EPOCH) % width


def _ceiling(moment: datetime, width: timedelta) -> datetime:
    return moment + (_EPOCH - moment) % width


def _span_text(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return f"{hours:.4g} hours" if hours < _TWO_DAYS_HOURS else f"{round(hours / 24, 1):,g} days"
