"""Times on the wire: counted from 1970 UTC by the box's clock, and judged by the hub's (protocol.md, telemetry)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

AHEAD_MAX = timedelta(minutes=5)
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_FIRST_MS = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND
_LAST_MS = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND


def moment(ms: int) -> datetime | None:
    """The time that so many milliseconds since 1970 name, or None beyond the years 1 to 9999."""
    return _EPOCH + timedelta(milliseconds=ms) if _FIRST_MS <= ms <= _LAST_MS else None


def measured(ms: int, received_at: datetime) -> datetime | None:
    """The time, if a box can have measured then; None before 2020 and more than 5 minutes ahead of the hub."""
    return until(ms, received_at + AHEAD_MAX)


def until(ms: int, latest: datetime) -> datetime | None:
    """The time, if it is one from 2020 on and not after `latest`."""
    at = moment(ms)
    return at if at is not None and EARLIEST <= at <= latest else None


def complaint(ms: int, received_at: datetime) -> str:
    """What is wrong with a time for which `measured` is None."""
    at = moment(ms)
    if at is None:
        return "the time is beyond the years 1 to 9999"
    if at < EARLIEST:
        return f"{at.isoformat()} is before 2020"
    return f"{at.isoformat()} is {(at - received_at).total_seconds():.0f} s ahead of the hub"
