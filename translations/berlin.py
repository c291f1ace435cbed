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


def local(at: datetime) -> datetime:
    """The time in Berlin. In UTC during the last hours of the year 9999, and without a table of time zones.

    "Until the end of the year 9999" is how programs write "for ever": that must never cost anybody the page.
    """
    try:
        return at.astimezone(zone())
    except OverflowError:
        return at.astimezone(UTC)
