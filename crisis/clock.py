"""Time when clocks lie. A Raspberry Pi has no clock of its own, and in a blackout nobody sets it.

Two rules keep every node at the same order, whatever the clocks say:

1. Who writes an act that competes with others (a mode, a notice, a point) dates it after everything that it has seen:
   if the node's clock is behind that, `at` is one millisecond later than the newest, and `clock_at` keeps what the
   clock said. So an answer always comes after its question.
2. The hub judges what a box sends, when it first receives it: a time before 2020 or more than 5 minutes ahead is none.
   The hub then writes a `time_corrected` event, and everywhere the event counts as having happened when the hub
   received it: order falls back to arrival. The event itself stays as it was written.

Both are events or parts of events, so nodes that have the same events have the same times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from crisis import bodies
from devices.wire import times

TOLERANCE = timedelta(minutes=1)  # a clock that is wrong by less is a good clock
_STEP = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Stamp:
    """When something happened, and what the clock said if that is another time."""

    at: datetime
    clock_at: datetime | None = None


def now(wall: datetime, latest: datetime | None) -> datetime:
    """The best time that a node knows: its clock's, but never before what it has seen."""
    wall = bodies.whole(wall)
    return wall if latest is None else max(wall, latest)


def stamp_act(wall: datetime, latest: datetime | None) -> Stamp:
    """The time of an act that must come after everything seen so far."""
    wall = bodies.whole(wall)
    at = wall if latest is None or wall > latest else latest + _STEP
    return Stamp(at, wall if at - wall > TOLERANCE else None)


def stamp_call(wall: datetime, latest: datetime | None) -> Stamp:
    """The time of something that competes with nothing: the clock's, unless the clock is plainly behind."""
    wall = bodies.whole(wall)
    at = wall if latest is None or latest - wall <= TOLERANCE else latest
    return Stamp(at, wall if at != wall else None)


def is_plausible(at: datetime, received_at: datetime) -> bool:
    """Whether something can have happened then that arrives now (the limits of protocol.md, telemetry)."""
    return times.EARLIEST <= at <= received_at + times.AHEAD_MAX
