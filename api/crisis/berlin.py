"""Berlin's local time, which residents and staff read."""

import zoneinfo
from datetime import UTC, datetime, tzinfo
from functools import cache

_ZONE = "Europe/Berlin"


@cache
def zone() -> tzinfo:
    """Berlin's time zone; UTC on a system without time zone data."""
    try:
        return zoneinfo.ZoneInfo(_ZONE)
    except zoneinfo.ZoneInfoNotFoundError:
        return UTC


def local(at: datetime) -> datetime:
    """A moment in Berlin's time; in UTC in the last hours of the year 9999, and without time zone data.

    Programs write "for ever" as the end of the year 9999: that must not break a page.
    """
    try:
        return at.astimezone(zone())
    except OverflowError:
        return at.astimezone(UTC)
