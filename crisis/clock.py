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
4. A call over the wire that claims to be from a time ahead of the hub counts from its arrival by the hub's clock. When
   that clock is then set while the hub runs, so far ahead that the claim was right, the hub writes a `time_corrected`
   event with the claimed time: its clock had been wrong, and not that of the box (`AheadClaims`).

All of these are events or parts of events, so nodes with the same events have the same times.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID  # noqa: TC003 -- a NamedTuple's fields

from crisis.model import event_bodies
from devices.wire import times

if TYPE_CHECKING:
    from collections.abc import Callable

AHEAD_MAX = timedelta(days=1)  # of the best clock that a node has: what says a later time is not believed
TOLERANCE = timedelta(minutes=1)  # a clock that is wrong by less counts as right
# The blackout of January 2026 took four and a half days. A call that claims to be older than this was not under way for
# so long: the clock of its box was never set.
UNDER_WAY_MAX = timedelta(days=30)
_STEP = timedelta(milliseconds=1)
_CLAIMS_MAX = 10_000  # remembered at once; a claim beyond that counts from its arrival
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


def _steady_seconds() -> float:
    """Seconds that count on while the machine sleeps, so that its sleep does not look as if its clock had been set."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class _Claim(NamedTuple):
    event: UUID
    at: datetime  # when it claims to have happened
    arrived_at: datetime  # by the wall clock of then
    arrived_seconds: float


class AheadClaims:
    """Calls whose own times were ahead of this machine's clock when they arrived, since this process began."""

    def __init__(self, wall: Callable[[], datetime], seconds: Callable[[], float] = _steady_seconds) -> None:
        self._wall = wall
        self._seconds = seconds
        self._claims: list[_Claim] = []

    def note(self, event: UUID, at: datetime) -> None:
        """An event has just arrived that claims to be of `at`, ahead of the wall clock."""
        if len(self._claims) < _CLAIMS_MAX:
            self._claims.append(_Claim(event, event_bodies.whole(at), self._wall(), self._seconds()))

    def forget(self, event: UUID) -> None:
        """This event has its right time."""
        self._claims = [claim for claim in self._claims if claim.event != event]

    def proven(self) -> list[tuple[UUID, datetime]]:
        """Those events, each with its claimed time, that turn out right now that the clock was set.

        With the right clock they arrived when they claim, or later. A clock that merely went on proves nothing.
        """
        if not self._claims:
            return []
        wall, seconds = self._wall(), self._seconds()
        found = []
        for claim in self._claims:
            arrived_at = wall - timedelta(seconds=seconds - claim.arrived_seconds)
            if arrived_at - claim.arrived_at > TOLERANCE and is_plausible(claim.at, arrived_at):
                found.append((claim.event, claim.at))
        return found


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
