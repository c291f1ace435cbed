"""On a hub whose clock is set while it is behind: its events get the times at which they happened (crisis/clock.py, 5).

A step of the clock proves nothing by itself: a virtual machine that stood still looks the same. So the hub believes
that it had been wrong only where a second witness agrees, one that the hub's clock does not know:

* an event that claimed to be ahead of the hub, and with the clock of now is not;
* for what the hub dated itself: an event that came without delay, a node's clock, or a time that cannot have been.

Everything is read from the log, so a restart in between does no harm. In the same boot of the machine its steady clock
says how far the clock was set meanwhile. After another boot nobody can count; then the clock has to have gone on by
more than a day, beyond what the machine had reached, to a time that is not ahead of it now.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from crisis import clock
from crisis.clock import AHEAD_MAX, TOLERANCE, Moment
from crisis.log.errors import NotKept
from crisis.log.file import Job
from crisis.model import event_bodies, events, subjects
from crisis.model.event_bodies import ModeSeen
from crisis.sync.clocks import corrections
from devices import readings
from kiezbox import process

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from uuid import UUID

    from crisis.model.events import EncodedEvent, Event
    from crisis.node import Node

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
_NOTE_SECONDS = 3600.0  # how often the log remembers what the clocks say
_PROMPT = timedelta(minutes=5)  # a witness that says the same as the step, but for this, came without delay
_SPANS_MAX = 8
_PAGE = 500
_MILLISECOND = timedelta(milliseconds=1)
_SINCE, _BOOT, _WALL, _STEADY = "clock_since", "clock_boot", "clock_wall_ms", "clock_steady_ms"  # marks of the log


class _Span(NamedTuple):
    """A part of the log that was written while nobody set the clock."""

    after: int  # this place in the log
    moment: Moment


class _Arrival(NamedTuple):
    """An event whose time the hub has set, by its own clock."""

    event: Event
    at: datetime  # the hub's wall clock when it came, or was written
    claimed_at: datetime | None  # what somebody else's clock says


@dataclass(slots=True)
class _Found:
    """What to correct."""

    times: dict[UUID, datetime] = field(default_factory=dict)
    modes: dict[str, tuple[ModeSeen, datetime]] = field(default_factory=dict)  # that a box showed, and since when


class ClockSteps:
    """Watches the hub's clock."""

    def __init__(
        self,
        node: Node,
        *,
        steady_seconds: Callable[[], float] = process.steady_seconds,
        boot: Callable[[], int] = clock.boot,
    ) -> None:
        self._node = node
        self._steady_seconds = steady_seconds
        self._boot = boot()
        self._head = node.log.head
        self._spans: list[_Span] = []
        self._looked: Moment = self._moment()
        self._noted: Moment = self._looked
        self._said = ""

    async def run(self) -> None:
        """Look for as long as the node runs."""
        while True:
            await self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> None:
        """Correct times if the clock was set since the last look. A full disk delays that."""
        try:
            if not self._spans:
                await self._begin()
            await self._check()
            self._said = ""
        except NotKept as error:
            if str(error) != self._said:
                log.warning("times cannot be corrected yet", extra={"error": error})
                self._said = str(error)

    def _moment(self) -> Moment:
        return Moment(self._boot, self._node.wall(), self._steady_seconds())

    async def _begin(self) -> None:
        """Go on from what the process before this one knew."""
        now, before = self._moment(), _remembered(self._node.log.marks())
        if before is not None and before.moment.boot == now.boot != 0:
            self._spans, self._looked = [before], before.moment
            return
        span = _Span(self._head, now)
        if before is not None and now.wall - before.moment.wall > AHEAD_MAX:
            step = await self._step_over(before, now)
            if step is not None:
                await self._correct(before.after, self._head, step, now)
                await self._move_waiting(step, now)
        elif before is not None:  # if the clock was wrong then, it is wrong by as much now, or by more
            span = _Span(before.after, now)
        await self._note(span, now)
        self._spans, self._looked = [span], now

    async def _check(self) -> None:
        now = self._moment()
        if abs(now.step_since(self._looked)) > TOLERANCE:
            head = self._node.log.head
            ends = [*(span.after for span in self._spans[1:]), head]
            for span, until in zip(self._spans, ends, strict=True):
                step = now.step_since(span.moment)
                if step > TOLERANCE:
                    await self._correct(span.after, until, step, now)
            await self._move_waiting(now.step_since(self._spans[-1].moment), now)
            made = _Span(head, now)
            await self._note(made, now)
            self._spans = [*self._spans, made][-_SPANS_MAX:]
        elif now.steady_seconds - self._noted.steady_seconds > _NOTE_SECONDS:
            await self._note(self._spans[-1], now)
        self._looked = now

    async def _note(self, span: _Span, now: Moment) -> None:
        """Remember what the clocks say, and since which place in the log nobody has set them."""
        wall_ms, steady_ms = event_bodies.milliseconds(now.wall), round(now.steady_seconds * 1000)
        marks = ((_SINCE, span.after), (_BOOT, now.boot), (_WALL, wall_ms), (_STEADY, steady_ms))
        await self._node.log.append(Job((), is_urgent=False, marks=marks))
        self._noted = now

    # -- what was wrong ----------------------------------------------------------------------------------------------

    async def _step_over(self, before: _Span, now: Moment) -> timedelta | None:
        """How far the clock had been behind before the machine was started anew, as far as claims show it."""
        believed_from = before.moment.wall + AHEAD_MAX
        steps = [
            arrival.claimed_at - arrival.at
            async for arrival in self._arrivals(before.after, self._head)
            if arrival.claimed_at is not None
            and arrival.claimed_at > believed_from
            and clock.is_plausible(arrival.claimed_at, now.wall)
        ]
        return max(steps, default=None)

    async def _arrivals(self, after: int, until: int) -> AsyncIterator[_Arrival]:
        """What was dated by the hub's clock in a part of the log, and what it holds back."""
        while page := await self._node.log.after(after, _PAGE):
            for record in page:
                if record.seq > until:
                    return
                found = self._arrival(record.encoded, record.received_ms, is_ours=record.via == "")
                if found is not None:
                    yield found
            after = page[-1].seq
        for held in list(self._node.held.values()):
            found = self._arrival(held.encoded, held.received_ms, is_ours=False)
            if found is not None:
                yield found

    def _arrival(self, encoded: EncodedEvent, received_ms: int, *, is_ours: bool) -> _Arrival | None:
        event, at = events.decode(encoded), readings.moment(received_ms)
        if not is_ours:
            return _Arrival(event, at, event.at) if self._node.state.is_corrected(event.id) else None
        if event.node != self._node.name:
            return None
        if subjects.is_beginning(event) and event.clock_at is not None and event.clock_at > event.at:
            return _Arrival(event, at, event.clock_at)
        return _Arrival(event, at, None) if _is_dated_by(at, event) else None

    async def _correct(self, after: int, until: int, step: timedelta, now: Moment) -> None:
        """Correct what was dated by a clock that was behind by `step`, as far as witnesses say so."""
        arrivals = [each async for each in self._arrivals(after, until) if each.at + step <= now.wall + TOLERANCE]
        found = self._judge(arrivals, step)
        chosen = list(found.times.items())
        for start in range(0, len(chosen), _PAGE):
            items = corrections.items(self._node, dict(chosen[start : start + _PAGE]))
            await self._node.log.append(Job(tuple(items)))
        for body, since in found.modes.values():
            await self._node.record(ModeSeen(body.box, body.mode, since), self._node.name)
        if chosen or found.modes:
            extra = {"events": len(chosen), "behind_seconds": round(step.total_seconds())}
            log.warning("our clock was behind: events count from when they happened", extra=extra)

    async def _move_waiting(self, step: timedelta, now: Moment) -> None:
        """Calls beyond their sender's share are not in the log yet: they get their times when they are (intake.py)."""
        if step > TOLERANCE:
            by_ms = round(step.total_seconds() * 1000)
            await self._node.waiting_calls.move(by_ms, event_bodies.milliseconds(now.wall - step + TOLERANCE))

    def _judge(self, arrivals: list[_Arrival], step: timedelta) -> _Found:
        """Which of them had another time, and which."""
        found, is_sure, last = _Found(), self._is_sure(arrivals, step), None
        for event, arrived_at, claimed_at in arrivals:
            counts_at, right_at = self._node.state.time_of(event), event_bodies.whole(arrived_at + step)
            if claimed_at is not None and clock.is_plausible(claimed_at, arrived_at + step):
                if counts_at != claimed_at:
                    found.times[event.id] = claimed_at
                continue
            if not (is_sure or _was_wrong(event, arrived_at, right_at)):
                continue
            if isinstance(event.body, ModeSeen):
                self._judge_mode(event.body, right_at, found)
                continue
            last = right_at if last is None else max(right_at, last + _MILLISECOND)  # their order stays
            if abs(counts_at - last) > TOLERANCE:
                found.times[event.id] = last
        return found

    def _judge_mode(self, body: ModeSeen, since: datetime, found: _Found) -> None:
        seen = self._node.state.seen_mode(body.box)
        if seen is not None and seen.since == body.since:
            found.modes[body.box] = body, since

    def _is_sure(self, arrivals: list[_Arrival], step: timedelta) -> bool:
        """Whether somebody else's clock says that ours was behind by just so much."""
        heard = [peer.clock_skew_seconds for peer in self._node.peers.values() if not peer.is_silent]
        skews = [timedelta(seconds=skew) for skew in heard if skew is not None]
        claims = [each.claimed_at - each.at for each in arrivals if each.claimed_at is not None]
        return any(abs(ahead - step) <= _PROMPT for ahead in (*skews, *claims))


def _remembered(marks: dict[str, int]) -> _Span | None:
    if _SINCE not in marks:
        return None
    moment = Moment(marks[_BOOT], readings.moment(marks[_WALL]), marks[_STEADY] / 1000)
    return _Span(marks[_SINCE], moment)


def _is_dated_by(at: datetime, event: Event) -> bool:
    """Whether the hub's clock, which said `at`, gave the event its time, and that time counts for anything."""
    if isinstance(event.body, ModeSeen):
        return abs(event.body.since - at) <= TOLERANCE
    try:
        subjects.of(event)
    except KeyError:
        return False
    return abs(event.at - at) <= TOLERANCE or (event.clock_at is not None and abs(event.clock_at - at) <= TOLERANCE)


def _was_wrong(event: Event, at: datetime, right_at: datetime) -> bool:
    """Whether the hub's clock said what cannot have been: a time before this program, or before what the hub knew."""
    clock_at = event.clock_at
    is_before_known = clock_at is not None and abs(clock_at - at) <= TOLERANCE and clock_at < event.at <= right_at
    return at < clock.RELEASED_AT or is_before_known
