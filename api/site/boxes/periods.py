"""Which time a page of charts shows: the last day, week, month or year, or a time that its address names. Pure.

Whatever is asked is widened to whole steps, so that few different pictures exist of one box.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from api.http import times
from api.readings.buckets import Bucket, Grid
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

POINTS = 250  # that a line has at least; steps of a day are never made finer for them
_LONGEST = timedelta(days=1_100)
_EARLIEST = datetime(1999, 12, 31, tzinfo=UTC)  # midnight of the year 2000 in every zone
_FEW_DAYS = timedelta(days=8)  # up to here a time begins at minutes; longer ones at midnight
_ONE_DAY = timedelta(hours=36)
_DAY = timedelta(days=1)
_DATE_CHARACTERS = 10
_MOMENT: TypeAdapter[datetime] = TypeAdapter(times.TimeInput)


class Span(StrEnum):
    """How long a time is that ends now."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


_DAYS: Mapping[Span, int] = {Span.DAY: 1, Span.WEEK: 7, Span.MONTH: 31, Span.YEAR: 365}


class BadPeriodError(Exception):
    """A time that cannot be shown; the text says why, for the catalogues."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` until `end`, in UTC, by the clock of `zone`, which is called `tz`.

    `span`: this time ends now and goes on; None: it is the one that the address names.
    """

    start: datetime
    end: datetime
    zone: tzinfo
    tz: str
    span: Span | None = None

    @property
    def length(self) -> timedelta:
        """From start to end."""
        return self.end - self.start

    @property
    def start_ms(self) -> int:
        """Where it begins, in milliseconds since 1970, as scripts count."""
        return int(self.start.timestamp() * 1000)

    @property
    def end_ms(self) -> int:
        """Where it ends, likewise."""
        return int(self.end.timestamp() * 1000)

    @property
    def has_days(self) -> bool:
        """Whether it is of whole civil days."""
        return self.length > _FEW_DAYS

    @property
    def bucket_of_means(self) -> Bucket:
        """In which steps the means of districts and of the city are read: of hours, or of days."""
        return Bucket.D1 if self.has_days else Bucket.H1

    def in_hours(self) -> Period:
        """The same time, widened to full hours: so what is made of hours is made once an hour or twice."""
        if self.has_days:
            return self
        grid = Grid(timedelta(hours=1), UTC)
        start, end = grid.moment(grid.floor(self.start)), grid.moment(grid.ceiling(self.end))
        return replace(self, start=start, end=end, span=None)

    @property
    def max_age_s(self) -> int:
        """For how long a picture of it may be kept."""
        return _MAX_AGE_S[self.span]

    def moved(self, times_: int) -> Period | None:
        """The time of the same length before (-1) or after (1) it; None before 2000."""
        grid = _grid(self.length, self.zone)
        if self.has_days:
            # On the clock: the day before one of 23 hours has 24.
            local = grid.floor(self.start)
            days = times_ * round(self.length / _DAY) * _DAY
            start, end = grid.moment(local + days), grid.moment(grid.floor(self.end) + days)
        else:
            start, end = self.start + times_ * self.length, self.end + times_ * self.length
        return None if start < _EARLIEST else Period(start, end, self.zone, self.tz)


_MAX_AGE_S: Mapping[Span | None, int] = {Span.DAY: 60, Span.WEEK: 300, Span.MONTH: 900, Span.YEAR: 1800, None: 900}


def last(span: Span, now: datetime, tz: str) -> Period:
    """The last day, week, month or year. Months and years are of whole civil days, with today."""
    zone = times.zone(tz)
    length = timedelta(days=_DAYS[span])
    grid = _grid(length, zone)
    end = grid.ceiling(now)
    if length > _FEW_DAYS:
        end = grid.floor(now) + _DAY
        return Period(grid.moment(end - length), grid.moment(end), zone, tz, span)
    until = grid.moment(end)
    return Period(until - length, until, zone, tz, span)


def around(moment: datetime, period: Period) -> Period:
    """A time of the length of another one that ends just after a moment."""
    grid = _grid(period.length, period.zone)
    end = grid.floor(moment) + grid.width
    if period.has_days:
        return Period(grid.moment(end - round(period.length / _DAY) * _DAY), grid.moment(end), period.zone, period.tz)
    until = grid.moment(end)
    return Period(until - period.length, until, period.zone, period.tz)


def named(start: str, end: str, now: datetime, tz: str) -> Period:
    """The time that an address names: moments (RFC 3339), or days of the zone, the last one included.

    Raises BadPeriodError.
    """
    zone = times.zone(tz)
    since, until = _read(start, zone, is_end=False), _read(end, zone, is_end=True)
    if since >= until:
        raise BadPeriodError(N_("The end of this time lies before its beginning."))
    if until - since > _LONGEST:
        raise BadPeriodError(N_("This is more than three years. Please choose a shorter time."))
    if since < _EARLIEST:
        raise BadPeriodError(N_("There are no values from before the year 2000."))
    if since > now:
        raise BadPeriodError(N_("This time has not come yet."))
    grid = _grid(until - since, zone)
    since, until = grid.moment(grid.floor(since)), grid.moment(grid.ceiling(until))
    return Period(since, until, zone, tz)


def _grid(length: timedelta, zone: tzinfo) -> Grid:
    """Where times of this length begin and end."""
    if length <= _ONE_DAY:
        return Grid(timedelta(minutes=5), UTC)
    return Grid(timedelta(minutes=30), UTC) if length <= _FEW_DAYS else Grid(_DAY, zone)


def _read(text: str, zone: tzinfo, *, is_end: bool) -> datetime:
    try:
        if len(text) == _DATE_CHARACTERS:
            midnight = datetime.fromisoformat(text).replace(tzinfo=zone)
            return (midnight + timedelta(days=is_end)).astimezone(UTC)
        return _MOMENT.validate_python(text)
    except (ValueError, OverflowError):
        raise BadPeriodError(N_("Please write times as 2025-11-23 or as 2025-11-23T08:00:00Z.")) from None
