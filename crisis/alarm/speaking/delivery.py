"""Delivery: gives each channel what waits for it. A channel that hangs, refuses or limits delays no other one.

Each channel has a task of its own, which sends one message at a time. What a channel does not take goes to the person's
next one at once; when none is left, all of them are tried again after growing pauses, until the alarm ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crisis.alarm.alarms import Alarm
from crisis.alarm.channel import ChannelRefused, ChannelUnavailable, Severity, Sort
from crisis.alarm.kinds import KINDS, Origin
from crisis.alarm.outbox.rows import UNSURE, WAITING
from crisis.alarm.speaking import composing
from crisis.alarm.speaking.composing import Addressee, Material
from crisis.model.alarm_bodies import AlarmFailed, AlarmSent, ClosedBy
from crisis.state.conclusions import area_names
from kiezbox import metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from crisis.alarm.channel import Channel, Message
    from crisis.alarm.outbox.outbox import Outbox
    from crisis.alarm.outbox.rows import KeptMessage
    from crisis.alarm.plan import Person, Plan
    from crisis.alarm.speaking.journal import Journal

log = logging.getLogger(__name__)

SEND_SECONDS = 60.0
_BUSY_SECONDS = 10.0  # who waits for longer than this behind a channel is told by the next one
_PAUSE_SECONDS, _PAUSE_MAX_SECONDS = 30.0, 600.0
NOBODY = "no_address"  # the reason of what no channel of this node could carry


@dataclass(slots=True)
class _Lane:
    """One channel: what it is given, since when it is busy with one message, until when it wants to be left alone."""

    channel: Channel
    queue: asyncio.PriorityQueue[tuple[int, int, KeptMessage]] = field(default_factory=asyncio.PriorityQueue)
    busy_since: float | None = None
    rests_until: float = 0.0


class Delivery:
    """Sends what waits in the outbox. `link`: what stands before a token in a link; "" for none."""

    def __init__(
        self, outbox: Outbox, journal: Journal, plan: Callable[[], Plan], channels: Sequence[Channel], link: str = ""
    ) -> None:
        self._node = journal.node
        self._outbox = outbox
        self._journal = journal
        self._plan = plan
        self._link = link
        self._lanes = {channel.name: _Lane(channel) for channel in channels}
        self.given: set[uuid.UUID] = set()  # in a lane now
        self._again_at: dict[uuid.UUID, float] = {}  # when a round begins again, by the loop's clock
        self._rounds: dict[uuid.UUID, int] = {}
        self._number = 0
        self._to_note = asyncio.Event()
        self._noting = asyncio.Lock()
        self.wake = asyncio.Event()  # set when something was sent or failed: the speaker looks again

    async def run(self) -> None:
        """Carry messages for as long as the node runs."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_noting(), name="alarm notes")
            for lane in self._lanes.values():
                group.create_task(self._work(lane), name=f"alarm channel {lane.channel.name}")

    # -- who carries what --------------------------------------------------------------------------------------------

    async def hand_out(self, awaiting: Collection[str] = ()) -> None:
        """Give every message that waits to the channel whose turn it is; but those of alarms in `awaiting`."""
        now = asyncio.get_running_loop().time()
        plan = self._plan()
        self._to_note.set()  # what the log would not take before
        pending = await self._outbox.pending()
        waiting = {message.id for message in pending}
        for table in (self._again_at, self._rounds):
            for gone in [each for each in table if each not in waiting]:
                del table[gone]
        for message in pending:
            if message.state != WAITING or message.counted_in is not None or message.id in self.given:
                continue
            if message.alarm in awaiting or now < self._again_at.get(message.id, 0.0):
                continue
            lane = self._lane_for(message, plan.person(message.person), now)
            if lane is None:
                await self._failed_everywhere(message)
            elif now >= lane.rests_until or message.only:
                self.given.add(message.id)
                self._number += 1
                lane.queue.put_nowait((_urgency(message), self._number, message))

    def _lane_for(self, message: KeptMessage, person: Person | None, now: float) -> _Lane | None:
        """The next channel of the person that was not tried in this round; one that is free, if there is any."""
        names = [message.only] if message.only else [name for name, _ in (person.addresses if person else ())]
        left = [self._lanes[name] for name in names if name in self._lanes and name not in message.tried]
        free = [lane for lane in left if now >= lane.rests_until and not self._is_stuck(lane, now)]
        return next(iter(free or left), None)

    @staticmethod
    def _is_stuck(lane: _Lane, now: float) -> bool:
        return lane.busy_since is not None and now - lane.busy_since > _BUSY_SECONDS

    async def _failed_everywhere(self, message: KeptMessage) -> None:
        """No channel of this node reaches the person: the chain goes on, and it is tried again later."""
        if not message.is_failing:
            await self._outbox.failed(message, "", NOBODY, is_last=True, is_channels_fault=False)
            log.error("nobody can be told by any channel", extra={"person": message.person, "alarm": message.alarm})
            self.wake.set()
        self._pause(message)

    def _pause(self, message: KeptMessage) -> None:
        rounds = self._rounds.get(message.id, 0)
        self._rounds[message.id] = rounds + 1
        pause = min(_PAUSE_SECONDS * 2**rounds, _PAUSE_MAX_SECONDS)
        self._again_at[message.id] = asyncio.get_running_loop().time() + pause

    # -- one channel -------------------------------------------------------------------------------------------------

    async def _work(self, lane: _Lane) -> None:
        loop = asyncio.get_running_loop()
        while True:
            _, _, message = await lane.queue.get()
            lane.busy_since = loop.time()
            try:
                await self._carry(lane, message)
            finally:
                lane.busy_since = None
                self.given.discard(message.id)
                self.wake.set()

    async def _carry(self, lane: _Lane, message: KeptMessage) -> None:
        begun = await self._begin(lane, message)
        if begun is None:
            return
        current, composed = begun
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await lane.channel.send(composed)
        except ChannelRefused as error:
            await self._not_taken(lane, current, error.slug, "refused", error)
        except ChannelUnavailable as error:
            if error.retry_after_seconds is not None:
                lane.rests_until = asyncio.get_running_loop().time() + error.retry_after_seconds
            await self._not_taken(lane, current, error.slug, "unavailable", error)
        except TimeoutError as error:
            await self._not_taken(lane, current, "timeout", "unavailable", error)
        except Exception as error:  # a fault in one channel must cost nobody an alarm
            log.exception("a channel of alarms has a fault", extra={"channel": lane.channel.name})
            await self._not_taken(lane, current, "fault", "unavailable", error)
        else:
            await self._outbox.sent(current.id, lane.channel.name)
            metrics.ALARM_MESSAGES.labels(lane.channel.name, "sent").inc()
            self._to_note.set()

    async def _begin(self, lane: _Lane, message: KeptMessage) -> tuple[KeptMessage, Message] | None:
        """The message as it is kept now, and in words; None when nothing is to be sent."""
        current = await self._outbox.find(message.id)
        if current is None or current.state != WAITING:
            return None  # the alarm ended meanwhile
        try:
            composed = await self._composed(lane.channel, current)
        except Exception as error:  # one message that cannot be written must keep nobody from the others
            metrics.CRISIS_FAILURES.inc()
            log.exception("a message of alarms cannot be written", extra={"alarm": current.alarm})
            await self._not_taken(lane, current, "fault", "unavailable", error)
            return None
        if composed is None:
            await self._outbox.give_up(current.id)
            return None
        # Another node may have told this person while the words were found: then it waits no longer.
        return (current, composed) if await self._outbox.sending(current.id, lane.channel.name) else None

    async def _not_taken(
        self, lane: _Lane, message: KeptMessage, slug: str, outcome: str, error: BaseException
    ) -> None:
        name = lane.channel.name
        metrics.ALARM_MESSAGES.labels(name, outcome).inc()
        log.warning(
            "a channel has not taken a message",
            extra={"channel": name, "reason": slug, "alarm": message.alarm, "error": error},
        )
        person = self._plan().person(message.person)
        names = [message.only] if message.only else [each for each, _ in (person.addresses if person else ())]
        is_last = not (set(names) & set(self._lanes)) - {*message.tried, name}
        is_rule = slug == "real_only"
        await self._outbox.failed(message, name, slug, is_last=is_last, is_channels_fault=not is_rule)
        if is_last:
            self._pause(message)
        await self._note_failed(message, name, slug)

    async def _composed(self, channel: Channel, row: KeptMessage) -> Message | None:
        """The message; None when there is nothing left to say."""
        person = self._plan().person(row.person)
        if person is None:
            return None
        to = dict(person.addresses).get(channel.name, "")
        now = self._node.now()
        found = await self._material(row)
        if found is None:
            return None
        has_link = bool(self._link) and row.sort not in {Sort.END, Sort.COUNT}
        link = f"{self._link}{composing.token(self._outbox.secret, row.id)}" if has_link else ""
        return composing.message(row, Addressee(person, to, link), found, now)

    async def _material(self, row: KeptMessage) -> Material | None:
        """What the message is made of; None for one that counts what is over meanwhile."""
        if row.sort == Sort.COUNT:
            counted = await self._outbox.counted(row.id)
            if not counted:
                return None
            alarms = [await self._outbox.alarm(each.alarm) for each in counted if each.sort != Sort.END]
            ends = sum(each.sort == Sort.END for each in counted)
            placeholder = Alarm(kind="count", subject=str(row.id), opened_at=self._node.now())
            return Material(placeholder, tuple(each[0].alarm for each in alarms if each is not None), ends)
        found = await self._outbox.alarm(row.alarm)
        assert found is not None, "a message is deleted before its alarm"
        kept, closed_by = found
        with contextlib.suppress(ValueError):
            ended = ClosedBy(closed_by)
            return self._of_alarm(kept.alarm, ended)
        return self._of_alarm(kept.alarm)

    def _of_alarm(self, alarm: Alarm, closed_by: ClosedBy = ClosedBy.OVER) -> Material:
        details, names = composing.details_of(self._node, alarm), area_names.given(self._node)
        return Material(alarm, closed_by=closed_by, details=details, names=names)

    # -- the log -----------------------------------------------------------------------------------------------------

    async def _keep_noting(self) -> None:
        """Write down who was told, beside the channels: a message that counts many has an event for each."""
        while True:
            await self._to_note.wait()
            self._to_note.clear()
            await self.note()

    async def note(self) -> None:
        """Write into the log who was told; what is not there yet since before this start included."""
        async with self._noting:
            for message in await self._outbox.unnoted():
                if _is_logged(message.alarm):
                    area, exercise = await self._about(message.alarm)
                    if message.state == UNSURE:
                        body: AlarmSent | AlarmFailed = AlarmFailed(
                            message.alarm, message.person, message.channel, "unsure", message.step, area
                        )
                    else:
                        body = AlarmSent(
                            message.alarm, message.person, message.channel, message.step, message.sort, area, exercise
                        )
                    if not await self._journal.record(body, uuid.uuid5(message.id, "sent")):
                        return
                await self._outbox.note_sent(message.id)

    async def _note_failed(self, message: KeptMessage, channel: str, slug: str) -> None:
        """Write into the log that a channel failed: of a message that counts others, for each of these."""
        about = [(message.id, message.alarm, message.step)]
        if message.sort == Sort.COUNT:
            about = [(each.id, each.alarm, 0) for each in await self._outbox.counted(message.id)]
        for name, alarm, step in about:
            if _is_logged(alarm):
                area, _ = await self._about(alarm)
                body = AlarmFailed(alarm, message.person, channel, slug, step, area)
                await self._journal.record(body, uuid.uuid5(name, f"failed {channel}"))

    async def _about(self, name: str) -> tuple[str, bool]:
        """The area for events about an alarm, and whether it is one of an exercise."""
        found = await self._outbox.alarm(name)
        if found is None:
            return self._journal.area_for(self._node.default_area), False
        alarm = found[0].alarm
        return self._journal.area_for(alarm.area), alarm.exercise

    def busy(self) -> frozenset[str]:
        """The channels that are sending now."""
        return frozenset(name for name, lane in self._lanes.items() if lane.busy_since is not None)

    def stuck(self) -> frozenset[str]:
        """The channels that have been sending one message for so long that others go round them."""
        now = asyncio.get_running_loop().time()
        return frozenset(name for name, lane in self._lanes.items() if self._is_stuck(lane, now))


def _is_logged(alarm: str) -> bool:
    """Whether the log tells of an alarm of this name: of all but those that the hub's database alone knows."""
    kind = KINDS.get(alarm.partition("/")[0])
    return kind is not None and kind.origin is not Origin.DATABASE


def _urgency(message: KeptMessage) -> int:
    """Calls for help first, then everything else, tests last."""
    kind = KINDS.get(message.alarm.partition("/")[0])
    if message.sort == Sort.COUNT or (kind is not None and kind.severity is Severity.CALL):
        return 0
    return 2 if message.sort == Sort.TEST else 1
