"""The axis of time: where its marks stand on the clock of a zone, and what they say in the reader's language. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from translations.words import Words

Unit = Literal["hour", "day", "month"]

_MARKS = 8  # at most
_HOURS = (1, 2, 3, 6, 12)
_DAYS = (1, 2, 7, 14)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)
_HOUR_S, _DAY_S, _MONTH_S = 3600, 86_400, 2_629_800


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment with its text. Those that are not `is_major` are left out where there is little room."""

    at: float  # seconds since 1970
    text: str
    is_major: bool


def marks(start: datetime, end: datetime, zone: tzinfo, words: Words) -> Sequence[Mark]:
    """Marks at full hours, midnights or first days of months by the clock of the zone, up to eight of them."""
    unit, count = _distance((end - start).total_seconds())
    found = [
        (local, moment)
        for local in _locals(start, end, zone, unit, count)
        if start <= (moment := _utc(local)) < end and _is_shown(local, moment)
    ]
    return [
        Mark(moment.timestamp(), _text(local, unit, words, is_first=number == 0), is_major=number % 2 == 0)
        for number, (local, moment) in enumerate(found)
    ]


def _distance(span_s: float) -> tuple[Unit, int]:
    choices: list[tuple[Unit, int, int]] = [
        *(("hour", count, _HOUR_S) for count in _HOURS),
        *(("day", count, _DAY_S) for count in _DAYS),
        *(("month", count, _MONTH_S) for count in _MONTHS),
    ]
    for unit, count, seconds in choices:
        if span_s <= _MARKS * count * seconds:
            return unit, count
    return "month", 1200


def _locals(start: datetime, end: datetime, zone: tzinfo, unit: Unit, count: int) -> Iterator[datetime]:
    """Moments on the clock of the zone, from before `start` to after `end`."""
    local = start.astimezone(zone)
    if unit == "month":
        number = (local.year * 12 + local.month - 1) // count * count
        while True:
            moment = datetime(number // 12, number % 12 + 1, 1, tzinfo=zone)
            if _utc(moment) >= end:
                return
            yield moment
            number += count
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if unit == "day":
        # Mondays for weeks; other days count from a fixed one, so that the marks stay where they are when time goes on.
        midnight -= timedelta(days=(midnight.toordinal() - 1) % count)
    step = timedelta(hours=count) if unit == "hour" else timedelta(days=count)
    while _utc(midnight) < end:
        yield midnight
        midnight += step  # on the clock: a day has 23, 24 or 25 hours


def _is_shown(local: datetime, moment: datetime) -> bool:
    """Whether the clock ever shows this time: it leaves out an hour in spring, in some zones that after midnight."""
    return moment.astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)


def _utc(local: datetime) -> datetime:
    return local.astimezone(UTC)


def _text(local: datetime, unit: Unit, words: Words, *, is_first: bool) -> str:
    if unit == "hour":
        return words.day(local) if local.hour == 0 else words.clock(local)
    if unit == "day":
        return words.day(local)
    return words.short_month(local, with_year=is_first or local.month == 1)
