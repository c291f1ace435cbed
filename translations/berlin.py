"""The time on the clocks of Berlin, which residents and staff read."""

import zoneinfo
from datetime import UTC, datetime, tzinfo
from functools import cache

_ZONE = "Europe/Berlin"


@cache
def zone() -> tzinfo:
    """Berlin's time zone; UTC on a system without a table of time zones."""
    try:
        return zoneinfo.ZoneInfo(_ZONE)
    except zoneinfo.ZoneInfoNotFoundError:
        return UTC


class NoSuchTimeError(ValueError):
    """A time of day that the clocks of Berlin skip on that day."""


def read(typed: str, *, is_later: bool) -> datetime:
    """A local time such as `2026-10-25T02:30`, in UTC. A time that comes twice is its later or its earlier one.

    Raises NoSuchTimeError for a time that the clocks skip, ValueError for what is no time, and OverflowError.
    """
    named = datetime.fromisoformat(typed).replace(tzinfo=zone(), fold=is_later)
    at = named.astimezone(UTC)
    if at.astimezone(zone()).replace(tzinfo=None) != named.replace(tzinfo=None):
        raise NoSuchTimeError(typed)
    return at


def comes_twice(at: datetime) -> bool:
    """Whether the clocks of Berlin show the same time an hour before or after this moment."""
    named = local(at)
    return named.replace(fold=0).utcoffset() != named.replace(fold=1).utcoffset()


def is_summer_time(at: datetime) -> bool:
    """Whether the clocks of Berlin are an hour ahead at this moment."""
    return bool(local(at).dst())


_MONTHS = ("jan", "feb", "mrz", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez")


def time_group(at: datetime) -> str:
    """A date-time group as on German message forms: `171403jan2027` in Berlin's time.

    A time that comes twice, when the clocks go back, says which of the two it is: `250230okt2026 MESZ`.
    """
    here = local(at)
    text = f"{here:%d%H%M}{_MONTHS[here.month - 1]}{here:%Y}"
    return f"{text} {'MESZ' if is_summer_time(at) else 'MEZ'}" if comes_twice(at) else text


def local(at: datetime) -> datetime:
    """The time in Berlin. In UTC during the last hours of the year 9999, and without a table of time zones.

    "Until the end of the year 9999" is how programs write "for ever": that must never cost anybody the page.
    """
    try:
        return at.astimezone(zone())
    except OverflowError:
        return at.astimezone(UTC)
