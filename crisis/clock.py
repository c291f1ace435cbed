"""Time when clocks are wrong. A Raspberry Pi has no clock that runs without power, and in a blackout nobody sets it.

Four rules give every node the same order of events, whatever the clocks say:

1. A node dates an act that competes with others (a mode, a notice, a point) after everything that it has seen. If the
   node's clock is behind that, `at` goes on from the newest act, and `clock_at` holds what the clock said. So an answer
   always comes after its question.
2. The hub checks the times of a box's events when it first receives them. A time before 2020 or more than 5 minutes
   ahead is invalid. The hub then writes a `time_corrected` event, and on every node the event counts as having happened
   when the hub received it, so that the order is that of arrival. The event itself stays as it was written.
3. A button's call that claims to be more than 30 days old counts from its arrival, and `clock_at` holds what it
   claimed: staff must see it as a new call.
4. A call over the wire that claims to be from a time ahead of the hub counts from its arrival by the hub's clock, and
   `clock_at` holds what it claimed.
5. When the hub's clock is then set so far ahead that claims of 2 and 4 were right, the hub had been wrong, and not the
   boxes: it corrects these to what they claim, and what it dated itself by as much (sync/clocks/steps.py).

Of several corrections of one event the one that the hub wrote last counts: each is dated after the one before.
All of these are events or parts of events, so nodes with the same events have the same times.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from crisis.model import event_bodies
from devices.wire import times

if TYPE_CHECKING:
    from collections.abc import Callable

AHEAD_MAX = timedelta(days=1)  # of the best clock that a node has: what says a later time is not believed
TOLERANCE = timedelta(minutes=1)  # a clock that is wrong by less counts as right
# The blackout of January 2026 took four and a half days. A call that claims to be older than this was not under way for
# so long: the clock of its box was never set.
UNDER_WAY_MAX = timedelta(days=30)
RELEASED_AT = datetime(2026, 1, 1, tzinfo=UTC)  # no clock that runs this program can be right before
_STEP = timedelta(milliseconds=1)
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_LAST = datetime(9999, 12, 31, tzinfo=UTC)  # nothing is dated later, so that something can still follow


@dataclass(frozen=True, slots=True)
class Stamp:
    """When something happened, and what the clock said if that differs."""

    at: datetime
    clock_at: datetime | None = None


class Clock:
    """The best time that a node knows: that of its wall clock, but never before the newest event it has seen.

    While the wall clock is more than TOLERANCE behind, time goes on from that event by a monotonic counter: a call for
    help must grow old, and escalate, on a box whose clock stopped while it had no power.
    """

    def __init__(self, wall: Callable[[], datetime], seconds: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._seconds = seconds
        self._seen: datetime | None = None
        self._seen_seconds = 0.0  # the counter at that moment
        self._is_behind = False  # whether the wall clock was behind it by more than TOLERANCE since then

    def see(self, at: datetime | None) -> None:
        """Take note of the time of the newest event that the node knows; None when it knows none."""
        if at != self._seen:
            self._seen, self._seen_seconds, self._is_behind = at, self._seconds(), False

    def now(self) -> datetime:
        """The time, in UTC and whole milliseconds."""
        wall = event_bodies.whole(self._wall())
        if self._seen is None:
            return wall
        self._is_behind = self._is_behind or self._seen - wall > TOLERANCE
        passed_seconds = self._seconds() - self._seen_seconds if self._is_behind else 0.0
        return max(wall, event_bodies.whole(self._seen + timedelta(seconds=passed_seconds)))


@dataclass(frozen=True, slots=True)
class Moment:
    """This machine's clocks at one moment: the wall clock, and one that nobody can set."""

    boot: int  # names the start of the machine since which `steady_seconds` counts; 0: not known
    wall: datetime
    steady_seconds: float

    def step_since(self, before: Moment) -> timedelta:
        """How far the wall clock was set since then, in the same boot; negative: back."""
        return self.wall - before.wall - timedelta(seconds=self.steady_seconds - before.steady_seconds)


def boot() -> int:
    """What names this start of the machine, as a number that a log can remember; 0 where no system says it."""
    try:
        return int(_BOOT_ID.read_text()[:8], 16)
    except (OSError, ValueError):  # not Linux: then a restart counts as one of the machine
        return 0


def stamp_act(wall: datetime, now: datetime, latest: datetime | None) -> Stamp:
    """The time of an act that must come after `latest`. `wall` is what the clock says, `now` the best time known."""
    wall = event_bodies.whole(wall)
    at = now if latest is None or now > latest else min(latest, _LAST) + _STEP
    return Stamp(at, wall if at - wall > TOLERANCE else None)


def stamp_call(wall: datetime, now: datetime) -> Stamp:
    """The time of a call or report, which competes with nothing: the clock's, unless that is behind by TOLERANCE."""
    wall = event_bodies.whole(wall)
    at = wall if now - wall <= TOLERANCE else now
    return Stamp(at, wall if at != wall else None)


def stamp_heard(stated: datetime, received_at: datetime) -> Stamp:
    """The time of a call from a box without a node: the time that it states, unless that is too long ago."""
    stated, received_at = event_bodies.whole(stated), event_bodies.whole(received_at)
    return Stamp(received_at, stated) if received_at - stated > UNDER_WAY_MAX else Stamp(stated)


def is_bounded(at_ms: int, now: datetime) -> bool:
    """Whether something may have happened then at all: not before 2020, not more than a day ahead of `now`."""
    return times.EARLIEST_MS <= at_ms <= event_bodies.milliseconds(now + AHEAD_MAX)


def is_plausible(at: datetime, received_at: datetime) -> bool:
    """Whether something received at `received_at` can have happened `at` that time (protocol.md, telemetry: limits)."""
    return times.measured(event_bodies.milliseconds(at), received_at) is not None
