"""How wide the steps (buckets) of a series are, where they begin, and which relation they are read from. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from typing import overload

POINTS_MAX = 20_000  # of one series
TOTAL_MAX = 50_000  # of all series of one answer

# On the clock of a zone. Every width divides a day, so a step of a day begins at its midnight.
_MIDNIGHT = datetime(2000, 1, 1)  # noqa: DTZ001 -- what a clock on the wall shows has no zone
_HOUR = timedelta(hours=1)
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


WIDTHS: dict[Bucket, timedelta] = {  # from the narrowest to the widest
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
# How much time one row stands for. The coarsest first.
_ROLLUPS: Mapping[Relation, timedelta] = {
    Relation.READING_1D: timedelta(days=1),
    Relation.READING_1H: _HOUR,
    Relation.READING_5M: timedelta(minutes=5),
}


class TooManyPointsError(Exception):
    """More points than one answer may have; the text says what to ask for instead."""


class UnevenZoneError(Exception):
    """Steps that begin within an hour of UTC, of which there are no hours to make them from."""


@dataclass(frozen=True, slots=True)
class EvenMoments(Sequence[datetime]):
    """`length` moments at the same distance: a chart has thousands of steps and asks about few of them."""

    first: datetime
    width: timedelta
    length: int

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, at: int) -> datetime: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[datetime]: ...

    def __getitem__(self, at: int | slice) -> datetime | Sequence[datetime]:
        found = range(self.length)[at]
        if isinstance(found, range):
            return [self.first + number * self.width for number in found]
        return self.first + found * self.width


@dataclass(frozen=True, slots=True)
class Grid:
    """Where steps begin: at multiples of their width on the clock of a zone, counted from midnight.

    So a day has 23, 24 or 25 hours, and a step of three hours two or four where the clock is changed within it.
    """

    width: timedelta
    zone: tzinfo

    def floor(self, moment: datetime) -> datetime:
        """Where the step of this moment begins, on the clock of the zone. Raises OverflowError."""
        local = moment.astimezone(self.zone).replace(tzinfo=None, fold=0)
        return local - (local - _MIDNIGHT) % self.width

    def ceiling(self, moment: datetime) -> datetime:
        """Where the first step begins that begins at this moment or later, on the clock. Raises OverflowError."""
        floor = self.floor(moment)
        return floor if self.moment(floor) == moment else floor + self.width

    def count(self, start: datetime, end: datetime) -> int:
        """How many steps there are from the one of `start` until `end`. Raises OverflowError."""
        return (self.ceiling(end) - self.floor(start)) // self.width

    def begins(self, start: datetime, end: datetime) -> Sequence[datetime]:
        """Where each step begins from the one of `start` until `end`, in UTC, and where the last ends.

        Raises OverflowError.
        """
        first, count = self.floor(start), self.count(start, end)
        if self.zone is UTC:  # most charts: no clock needs to be looked at
            return EvenMoments(first.replace(tzinfo=UTC), self.width, count + 1)
        # Where a zone has left a day out, two are the same.
        return sorted({self.moment(first + number * self.width) for number in range(count + 1)})

    def moment(self, local: datetime) -> datetime:
        """When the clock shows this time, in UTC: for the first time, or at the change where it is left out."""
        return local.replace(tzinfo=self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one answer covers: whole steps. `begins` has the start of each in UTC, and where the last one ends."""

    bucket: Bucket
    relation: Relation
    begins: Sequence[datetime]
    has_utc_days: bool = False  # days of UTC are stored beside those of the civil zone, which `reading_1d` has

    @property
    def start(self) -> datetime:
        """Where the first step begins."""
        return self.begins[0]

    @property
    def end(self) -> datetime:
        """Where the last step ends."""
        return self.begins[-1]

    @property
    def width(self) -> timedelta:
        """Of one step; on a day when the clock is changed it is an hour more or less."""
        return WIDTHS[self.bucket]

    @property
    def is_one_to_one(self) -> bool:
        """Whether a step is one row of the relation."""
        return _ROLLUPS.get(self.relation) == self.width

    @property
    def is_even(self) -> bool:
        """Whether all steps are equally long: no clock is changed within them."""
        return (
            isinstance(self.begins, EvenMoments)
            or self.width <= _HOUR
            or all(end - begin == self.width for begin, end in pairwise(self.begins))
        )

    def parts(self) -> Sequence[int]:
        """Of how many rows of the rollup each step consists when all of its time was heard; 1 for readings."""
        row = _ROLLUPS.get(self.relation)
        if row is None or self.is_one_to_one:
            return [1] * (len(self.begins) - 1)
        if self.is_even:
            return [self.width // row] * (len(self.begins) - 1)
        return [(end - begin) // row for begin, end in pairwise(self.begins)]


def plans(
    requested: Bucket,
    points: int,
    start: datetime,
    end: datetime,
    *,
    series_count: int,
    zone: tzinfo = UTC,
    civil_zone: str | None = None,
) -> Sequence[Plan]:
    """The plan for this range and so many series; for `auto` also coarser ones, to try in order when one finds nothing.

    Steps wider than an hour follow the clock of `zone`. Days are stored of UTC and of the civil zone, others made from
    hours.
    Raises TooManyPointsError, UnevenZoneError, and OverflowError for a range that ends with the calendar.
    """
    bucket = _automatic(points, start, end, series_count, zone) if requested is Bucket.AUTO else requested
    _check(bucket, start, end, series_count, zone)
    first = _plan(bucket, start, end, zone, civil_zone)
    if requested is not Bucket.AUTO:
        return [first]
    # Fine data is kept for months, coarse data forever: an old range has coarse data only.
    wider = [wide for wide in (Bucket.M5, Bucket.H1, Bucket.D1) if WIDTHS[wide] > first.width]
    coarser = [plan for wide in wider if (plan := _possible(wide, start, end, zone, civil_zone)) is not None]
    return [first, *(plan for plan in coarser if plan.relation is not first.relation)]


def _possible(bucket: Bucket, start: datetime, end: datetime, zone: tzinfo, civil_zone: str | None) -> Plan | None:
    try:
        return _plan(bucket, start, end, zone, civil_zone)
    except UnevenZoneError:
        return None


def _plan(bucket: Bucket, start: datetime, end: datetime, zone: tzinfo, civil_zone: str | None) -> Plan:
    grid = _grid(bucket, zone)
    begins = grid.begins(start, end)
    has_days = zone is UTC or str(zone) == civil_zone
    fitting = [
        relation
        for relation, row in _ROLLUPS.items()
        if grid.width % row == timedelta() and (has_days or relation is not Relation.READING_1D)
    ]
    relation = (fitting or [Relation.READING])[0]
    is_local = grid.zone is not UTC
    if relation is Relation.READING_1H and is_local and any(begin.minute or begin.second for begin in begins):
        raise UnevenZoneError(f"the clock of {zone} is not whole hours from UTC, and such steps are made from hours")
    return Plan(bucket, relation, begins, has_utc_days=relation is Relation.READING_1D and zone is UTC)


def _grid(bucket: Bucket, zone: tzinfo) -> Grid:
    """Up to an hour every step is one of UTC, as the rollups have it."""
    width = WIDTHS[bucket]
    return Grid(width, zone if width > _HOUR else UTC)


def _automatic(points: int, start: datetime, end: datetime, series_count: int, zone: tzinfo) -> Bucket:
    """The widest bucket that gives the points that are wanted; a wider one where these are too many for one answer."""
    enough = (bucket for bucket in reversed(WIDTHS) if _grid(bucket, zone).count(start, end) >= points)
    least = WIDTHS[next(enough, Bucket.M1)]
    room = (
        bucket for bucket, wide in WIDTHS.items() if wide >= least and _fits(bucket, start, end, series_count, zone)
    )
    return next(room, Bucket.D1)


def _check(bucket: Bucket, start: datetime, end: datetime, series_count: int, zone: tzinfo) -> None:
    if _fits(bucket, start, end, series_count, zone):
        return
    grid = _grid(bucket, zone)
    count = grid.count(start, end)
    text = f"{_span_text(grid.ceiling(end) - grid.floor(start))} of {bucket} is {count:,} points"
    if count > POINTS_MAX:
        text += f", more than {POINTS_MAX:,}"
    else:
        text += f", and of {series_count:,} series {count * series_count:,}, more than {TOTAL_MAX:,}"
    fitting = [wide for wide in WIDTHS if _fits(wide, start, end, series_count, zone)]
    advice = f"ask bucket={fitting[0]}" if fitting else "ask a shorter range"
    raise TooManyPointsError(f"{text}: {advice}{', or fewer series' if series_count > 1 else ''}")


def _fits(bucket: Bucket, start: datetime, end: datetime, series_count: int, zone: tzinfo) -> bool:
    count = _grid(bucket, zone).count(start, end)
    return count <= POINTS_MAX and count * series_count <= TOTAL_MAX


def _span_text(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return f"{hours:.4g} hours" if hours < _TWO_DAYS_HOURS else f"{round(hours / 24, 1):,g} days"
