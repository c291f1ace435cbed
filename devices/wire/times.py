"""Times on the wire: counted from 1970 UTC by the box's clock, checked against the hub's (protocol.md, telemetry)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from devices import readings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_SECOND = timedelta(seconds=1)
_AHEAD_MAX_MS = 5 * 60 * 1000
_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
EARLIEST_MS = (_EARLIEST - _EPOCH) // _MILLISECOND
_HALF_A_MICROSECOND_MS = 0.0005  # makes up for the rounding of a float of seconds: datetimes have microseconds
_FIRST_MS = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND
_LAST_MS = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND


def is_moment(ms: int) -> bool:
    """Whether so many milliseconds since 1970 name a time between the years 1 and 9999."""
    return _FIRST_MS <= ms <= _LAST_MS


def latest_ms(received_at: datetime) -> int:
    """The last millisecond in which a box can have measured what the hub received then: 5 minutes ahead of the hub."""
    return int(received_at.timestamp() * 1000 + _HALF_A_MICROSECOND_MS) + _AHEAD_MAX_MS


class Latest:
    """`latest_ms` for messages that come one after the other: computed once a second, so up to a second too low."""

    def __init__(self) -> None:
        self._since = self._until = _EPOCH
        self._ms = 0

    def at(self, received_at: datetime) -> int:
        """`latest_ms(received_at)`, or up to 1,000 less."""
        if not self._since <= received_at < self._until:
            self._since, self._until = received_at, received_at + _SECOND
            self._ms = latest_ms(received_at)
        return self._ms


def measured(ms: int, received_at: datetime) -> datetime | None:
    """The time, if a box can have measured then: None before 2020 and more than 5 minutes ahead of the hub."""
    return readings.moment(ms) if EARLIEST_MS <= ms <= latest_ms(received_at) else None


def complaint(ms: int, received_at: datetime) -> str:
    """What is wrong with a time for which `measured` is None."""
    if not is_moment(ms):
        return "the time is beyond the years 1 to 9999"
    at = readings.moment(ms)
    if at < _EARLIEST:
        return f"{at.isoformat()} is before 2020"
    return f"{at.isoformat()} is {(at - received_at).total_seconds():.0f} s ahead of the hub"
