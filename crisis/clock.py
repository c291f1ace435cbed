"""Time when clocks lie. A Raspberry Pi has no clock of its own, and in a blackout nobody sets it.

Three rules keep every node at the same order, whatever the clocks say:

1. Who writes an act that competes with others (a mode, a notice, a point) dates it after everything that it has seen:
   if the node's clock is behind that, `at` goes on from the newest, and `clock_at` keeps what the clock said. So an
   answer always comes after its question.
2. The hub judges what a box sends, when it first receives it: a time before 2020 or more than 5 minutes ahead is none.
   The hub then writes a `time_corrected` event, and everywhere the event counts as having happened when the hub
   received it: order falls back to arrival. The event itself stays as it was written.

3. A button's call that says that it is more than 30 days old counts from when it arrived, and `clock_at` keeps what it
   said: staff must see it as the news that it is.

All are events or parts of events, so nodes that have the same events have the same times.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crisis.model import event_bodies
from devices.wire import times

if TYPE_CHECKING:
    from collections.abc import Callable

TOLERANCE = timedelta(minutes=1)  # a clock that is wrong by less is a good clock
# The blackout of January 2026 took four and a half days. A call that says that it is older than this was not on its way
# for so long: the clock of its box was never set.
ON_ITS_WAY_MAX = timedelta(days=30)
_STEP = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Stamp:
    """When something happened, and what the clock said if that is another time."""

    at: datetime
    clock_at: datetime | None = None


class Clock:
    """The best time that a node knows: its wall's, but never before what it has seen.

    Where the wall is plainly behind, time goes on from what was seen last, by a counter that nobody sets: a call for
    help must grow old, and escalate, on a box whose clock stopped while its power was gone.
    """

    def __init__(self, wall: Callable[[], datetime], seconds: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._seconds = seconds
        self._seen: datetime | None = None
        self._seen_seconds = 0.0  # when that was
        self._is_behind = False  # whether the wall was plainly behind it since

    def see(self, at: datetime | None) -> None:
        """The time of the newest thing that happened, as far as the node knows."""
        if at != self._seen:
            self._seen, self._seen_seconds, self._is_behind = at, self._seconds(), False

    def now(self) -> datetime:
        """The time, in UTC and whole milliseconds."""
        wall = event_bodies.whole(self._wall())
        if self._seen is None:
            return wall
        self._is_behind = self._is_behind or self._seen - wall > TOLERANCE
        gone_seconds = self._seconds() - self._seen_seconds if self._is_behind else 0.0
        return max(wall, event_bodies.whole(self._seen + timedelta(seconds=gone_seconds)))


def stamp_act(wall: datetime, now: datetime, latest: datetime | None) -> Stamp:
    """The time of an act that must come after everything seen so far. `now` is the best time, `wall` the clock's."""
    wall = event_bodies.whole(wall)
    at = now if latest is None or now > latest else latest + _STEP
    return Stamp(at, wall if at - wall > TOLERANCE else None)


def stamp_call(wall: datetime, now: datetime) -> Stamp:
    """The time of something that competes with nothing: the clock's, unless the clock is plainly behind."""
    wall = event_bodies.whole(wall)
    at = wall if now - wall <= TOLERANCE else now
    return Stamp(at, wall if at != wall else None)


def stamp_heard(said: datetime, received_at: datetime) -> Stamp:
    """The time of a call that a box without a node of its own sent: what it said, unless that is too long ago."""
    said, received_at = event_bodies.whole(said), event_bodies.whole(received_at)
    return Stamp(received_at, said) if received_at - said > ON_ITS_WAY_MAX else Stamp(said)


def is_plausible(at: datetime, received_at: datetime) -> bool:
    """Whether something can have happened then that arrives now (the limits of protocol.md, telemetry)."""
    return times.measured(event_bodies.milliseconds(at), received_at) is not None
