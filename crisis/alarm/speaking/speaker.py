"""The speaker: looks what is open, opens and ends alarms in the outbox, and puts there whom to tell.

It decides; delivery.py sends. Everything is on the disk before anybody is told, and every decision can be made again:
the same alarm, person and step are the same message.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crisis.alarm import alarms, chain
from crisis.alarm.channel import Sort
from crisis.alarm.kinds import DISTRESS, KINDS, TEST, Origin
from crisis.alarm.outbox import outbox as outboxes
from crisis.alarm.outbox import rows
from crisis.alarm.outbox.rows import HELD, KeptAlarm
from crisis.alarm.speaking import progress
from crisis.alarm.speaking.progress import Progress
from crisis.model.alarm_bodies import AlarmClosed, AlarmOpened, ClosedBy
from crisis.model.moments import milliseconds
from crisis.state.views import DistressStatus
from kiezbox import metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from crisis.alarm.alarms import Alarm, Picture
    from crisis.alarm.outbox.outbox import Outbox
    from crisis.alarm.outbox.rows import KeptMessage, KeptSeen
    from crisis.alarm.plan import Plan
    from crisis.alarm.speaking.journal import Journal
    from crisis.alarm.watching.watch import Watch
    from crisis.node import Node
    from crisis.state.alarms.views import RecordedAlarm

log = logging.getLogger(__name__)

LIMIT, LIMIT_MS = 5, 600_000  # messages to one person in ten minutes
COUNT_CALLS_MS, COUNT_OTHERS_MS = 30_000, 600_000  # how often what is beyond the limit is counted
TEST_LASTS_MS = 24 * 3_600_000
_SHOWN_MAX = 100  # alarms, where nobody can be told
_AGE_MAX_MS = 3_600_000  # an alarm that is learnt of late is at most so old for its chain
_NAMESPACE = uuid.UUID("6f70656e-6564-5078-8000-616c61726d00")  # fixed for ever: an event is written once


@dataclass(slots=True)
class Speaker:
    """What one node tells people. `channels`: the names of those that this node has.

    `has_looked`: whether this node can know by now, since it started, that an alarm is over. `word_ms`: how long a hub
    that starts waits at most with calls that boxes have received: they may have told people, and say so in an answer.
    """

    node: Node
    outbox: Outbox
    watch: Watch
    journal: Journal
    plan: Callable[[], Plan]
    channels: frozenset[str]
    word_ms: int = 0
    has_looked: Callable[[Alarm], bool] = lambda _alarm: True
    picture: Picture = field(default_factory=lambda: alarms.Picture(()))
    awaiting: frozenset[str] = frozenset()  # alarms of which nothing goes out yet: see `word_ms`
    _open: dict[str, Progress] = field(default_factory=dict)
    _has_put: bool = False  # in this look
    _started_ms: int = 0  # by the chain's clock

    def __post_init__(self) -> None:
        """The first beats are awaited from now on."""
        self._started_ms = self.outbox.clock.now_ms()

    # -- for others to read ------------------------------------------------------------------------------------------

    def open(self) -> tuple[Progress, ...]:
        """The alarms that are open here, with what was done about each, as of the last look."""
        return tuple(self._open.values())

    def told(self) -> frozenset[tuple[str, str]]:
        """Whom this node has told of which open alarm: for the other nodes."""
        return frozenset(
            (found.kept.name, each.person)
            for found in self._open.values()
            for each in found.messages
            if each.sent_ms is not None
        )

    def speaks_for(self, area: str) -> bool:
        """Whether this node is the one that tells of alarms there."""
        return self.watch.rank(area) == 0

    # -- one look ----------------------------------------------------------------------------------------------------

    def recorded(self) -> tuple[RecordedAlarm, ...]:
        """What the log says to be open, of what can be seen in the log: to be asked before anybody looks.

        Not the alarm of a call which has not come yet: it is not over.
        """
        return tuple(
            each
            for each in self.node.state.alarms.open()
            if (kind := KINDS.get(each.kind)) is not None
            and kind.origin is Origin.LOG
            and (kind.name != DISTRESS or self._knows_call(each.name))
        )

    async def look(self, found: Iterable[Alarm], recorded: Iterable[RecordedAlarm]) -> None:
        """Open, change and end alarms, and put into the outbox whom to tell now. `recorded`: from before the look."""
        found = tuple(found)
        now, chain_ms = self.node.now(), self.outbox.clock.now_ms()
        if not self.is_set_up():
            self._only_show(found, now, chain_ms)
            return
        kept = {each.name: each for each in await self.outbox.open_alarms()}
        seen = _named([alarm for alarm in found if alarm.kind in KINDS], kept)
        await self._adopt(kept, recorded, found, chain_ms)
        if kept and not self._open:
            await self._load(kept)  # the first look since the start
        known = frozenset(name for name, each in self._open.items() if each.messages)
        silences = self.node.state.alarms.silences(now)
        self.picture = alarms.picture(seen.values(), silences, now, known)
        told = {alarm.name: alarm for alarm in self.picture.told}
        for name, alarm in told.items():
            if name not in kept:
                kept[name] = await self._begin(alarm, now, chain_ms)
        await self._sort_out(kept, seen, told, now, chain_ms)
        self.awaiting = frozenset(name for name, alarm in told.items() if self._awaits_word(alarm, chain_ms))
        await self._load(kept)  # after that: who speaks meanwhile is believed, and then what was said is known
        fresh = [each for found in self._open.values() for each in found.newly_seen(chain_ms, now)]
        if fresh:
            await self.outbox.note_seen(fresh)
            await self._load(kept)
        self._has_put = False
        for name in told:
            if name in self.awaiting:
                continue
            try:
                await self._advance(await self._leave_to_others(self._open[name]), now, chain_ms)
            except Exception:  # a fault with one alarm must keep nobody from being told of the others
                metrics.CRISIS_FAILURES.inc()
                log.exception("an alarm cannot be told of", extra={"alarm": name})
        await self._count_held(chain_ms)
        if self._has_put:
            await self._load(kept)

    def _only_show(self, found: Iterable[Alarm], now: datetime, chain_ms: int) -> None:
        """Where nobody can be told: what is open is for the pages alone, and costs a box neither disk nor memory."""
        silences = self.node.state.alarms.silences(now)
        self.picture = alarms.picture((alarm for alarm in found if alarm.kind in KINDS), silences, now)
        shown = sorted(self.picture.told, key=lambda alarm: alarm.opened_at, reverse=True)[:_SHOWN_MAX]
        self._open = {
            alarm.name: Progress(KeptAlarm(alarm, _NAMESPACE, chain_ms - self._age_ms(alarm, now)), ())
            for alarm in shown
        }

    async def _sort_out(
        self,
        kept: dict[str, KeptAlarm],
        seen: Mapping[str, Alarm],
        told: Mapping[str, Alarm],
        now: datetime,
        chain_ms: int,
    ) -> None:
        """End what is over, and note what is known now of the rest."""
        for name, each in list(kept.items()):
            if name not in seen and name not in told:
                if self._is_over(each):
                    del kept[name]
                    await self._end(each, now, chain_ms)
            elif name in told:
                kept[name] = await self._renewed(each, told[name])

    async def _load(self, kept: Mapping[str, KeptAlarm]) -> None:
        """Read what is open from the outbox, beside what the log and other nodes say."""
        messages: dict[str, list[KeptMessage]] = {}
        for message in await self.outbox.open_messages():
            messages.setdefault(message.alarm, []).append(message)
        seen: dict[uuid.UUID, list[KeptSeen]] = {}
        for each_seen in await self.outbox.seen():
            seen.setdefault(each_seen.opening, []).append(each_seen)
        made: dict[str, Progress] = {}
        for name, each in kept.items():
            recorded = self.node.state.alarms.alarm(name)
            recorded = recorded if recorded is not None and recorded.is_open else None
            heard = self.watch.told(each.alarm.area)
            elsewhere = progress.told_by_others(recorded, self.node.name, heard, name)
            sent, read = tuple(messages.get(name, ())), tuple(seen.get(each.opening, ()))
            made[name] = Progress(each, sent, recorded, elsewhere, read)
        self._open = made

    async def _adopt(
        self, kept: dict[str, KeptAlarm], before: Iterable[RecordedAlarm], found: Sequence[Alarm], chain_ms: int
    ) -> None:
        """Alarms that another node opened, and that ended before this one heard of them: their end is to be told."""
        for recorded in before:
            if recorded.name in kept or recorded.opened_at is None or self.watch.rank(recorded.area) != 0:
                continue
            if any(alarm.is_same(recorded.name) for alarm in found):
                continue
            alarm = alarms.Alarm(
                kind=recorded.kind,
                subject=recorded.name.partition("/")[2],
                opened_at=recorded.opened_at,
                area=recorded.area,
                label=recorded.label,
                exercise=recorded.exercise,
            )
            kept[recorded.name] = await self._begin(alarm, self.node.now(), chain_ms)

    def _knows_call(self, name: str) -> bool:
        with contextlib.suppress(ValueError):
            return self.node.state.distress(uuid.UUID(name.partition("/")[2])) is not None
        return True  # a name that no call has: over, whatever it was

    # -- beginning and end -------------------------------------------------------------------------------------------

    async def _begin(self, alarm: Alarm, now: datetime, chain_ms: int) -> KeptAlarm:
        kept = KeptAlarm(alarm, uuid.uuid4(), chain_ms - self._age_ms(alarm, now), alarm.count)
        await self.outbox.open(kept)
        return kept

    @staticmethod
    def _age_ms(alarm: Alarm, now: datetime) -> int:
        """How old an alarm is for its chain when it is first seen."""
        age_ms = 0 if alarm.is_doubtful else milliseconds(now) - milliseconds(alarm.opened_at)
        return min(max(0, age_ms), _AGE_MAX_MS)

    async def _renewed(self, kept: KeptAlarm, alarm: Alarm) -> KeptAlarm:
        """What is known now, under the name and the time of its beginning; who was told hears of a great change."""
        same = dataclasses.replace(
            alarm, subject=kept.alarm.subject, opened_at=kept.alarm.opened_at, names=kept.alarm.names | alarm.names
        )
        has_grown = alarm.count >= 2 * max(1, kept.told_count) and kept.name in self._open
        if same == kept.alarm and not has_grown:
            return kept
        renewed = dataclasses.replace(kept, alarm=same, told_count=alarm.count if has_grown else kept.told_count)
        await self.outbox.change(kept.name, same, renewed.told_count)
        if has_grown and self._may_tell(renewed):
            told = {each.person for each in self._open[kept.name].messages if each.sent_ms is not None}
            await self._put(renewed, sorted(told), Sort.CHANGED)
        return renewed

    def _is_over(self, kept: KeptAlarm) -> bool:
        """Whether an alarm that nobody sees any more has ended, and who could see it is not merely silent."""
        if not self.has_looked(kept.alarm):
            return False
        author = kept.alarm.seen_by
        if not author or author == self.node.name:
            return True
        if self.watch.is_gone(author):
            return True
        return author in self.watch.present() and not self.watch.may_see(author, kept.name)

    async def _end(self, kept: KeptAlarm, now: datetime, chain_ms: int) -> None:
        closed_by = self._closed_by(kept)
        found = self._open.get(kept.name) or Progress(kept, tuple(await self.outbox.messages(kept)))
        is_ours = self._may_tell(kept) or self._has_told(found)
        people = self._to_be_told_of_the_end(found) if is_ours and kept.alarm.kind != TEST else ()
        ends = [
            outboxes.new_message(kept, person, Sort.END, chain_ms, state=await self._state_for(person, chain_ms))
            for person in people
        ]
        await self.outbox.end(kept.name, milliseconds(now), closed_by, ends)
        self._open.pop(kept.name, None)
        if is_ours and self._is_logged(kept) and self._is_recorded(kept.name):
            area = self.journal.area_for(kept.alarm.area)
            await self.journal.record(AlarmClosed(kept.name, closed_by, area), uuid.uuid5(kept.opening, "closed"))

    def _has_told(self, found: Progress) -> bool:
        """Whether this node alone sees it and has told people: it tells them of the end, whoever speaks by then."""
        is_own = found.kept.alarm.kind_of.origin is Origin.NODE and not found.kept.alarm.seen_by
        return is_own and (found.kept.is_noted or any(each.sent_ms is not None for each in found.messages))

    def _to_be_told_of_the_end(self, found: Progress) -> tuple[str, ...]:
        mine = {each.person for each in found.messages if each.state in {rows.SENT, rows.UNSURE, rows.SENDING}}
        return tuple(sorted(mine | found.told_elsewhere))

    def _closed_by(self, kept: KeptAlarm) -> ClosedBy:
        if not kept.alarm.is_call:
            recorded = self.node.state.alarms.alarm(kept.name)
            return (recorded.closed_by if recorded is not None else None) or ClosedBy.OVER
        try:
            call = self.node.state.distress(uuid.UUID(kept.alarm.subject))
        except ValueError:
            call = None
        if call is not None and call.status is DistressStatus.RECEIVED:
            return ClosedBy.MERGED  # it waits still, and tells nobody any more
        return ClosedBy.TAKEN if call is None or call.taken else ClosedBy.OVER

    # -- telling -----------------------------------------------------------------------------------------------------

    def _may_tell(self, kept: KeptAlarm) -> bool:
        return self._rank(kept)[0] == 0

    def _rank(self, kept: KeptAlarm) -> tuple[int | None, float]:
        """Our place among those who may tell of it, and how many seconds later than the first of all we do so."""
        area, late = kept.alarm.area, 0.0
        rank = self.watch.rank(area)
        if rank is None and self.watch.is_left_alone(kept.name):
            rank, late = self.watch.rank_of_boxes(area), self.watch.silent_seconds
        return rank, late + (rank or 0) * progress.RANK_SECONDS

    async def _advance(self, found: Progress, now: datetime, chain_ms: int) -> None:
        """Put into the outbox whom to tell of this alarm now."""
        kept, plan = found.kept, self.plan()
        if kept.alarm.kind == TEST:
            if found.recorded is not None and found.recorded.node == self.node.name:
                await self._test(found, chain_ms)  # whoever speaks: a test is of the channels where it was begun
            return
        rank, late = self._rank(kept)
        if rank is None:
            return
        if rank == 0 and not kept.is_noted and self.is_set_up() and (not late or found.told_here()):
            await self._note_opened(kept)
        steps = plan.chains[kept.alarm.severity]
        schedule = found.schedule(steps, chain_ms)
        duties = self.node.state.alarms.duties()
        told = set(found.told_here())
        for step in schedule:
            if step.due_seconds + late > found.age_seconds(chain_ms):
                break
            # Who was told by another node is not told again.
            is_own = self._is_hubs_own(kept, step.index, len(schedule) - 1)
            by_others = frozenset() if is_own else found.told_elsewhere
            people = chain.recipients(step.to, plan, duties, kept.alarm.area, now)
            due = [person for person in people if person not in told and person not in by_others]
            if due and not (late and found.told_elsewhere):
                await self._put(kept, due, Sort.ALARM, step.index)
                told.update(due)

    async def _leave_to_others(self, found: Progress) -> Progress:
        """Take back what waits for people whom another node has told meanwhile. What is left."""
        last = len(self.plan().chains[found.kept.alarm.severity]) - 1
        told = {
            each.id
            for each in found.messages
            if each.sort == Sort.ALARM
            and each.state in {HELD, rows.WAITING}
            and each.person in found.told_elsewhere
            and not self._is_hubs_own(found.kept, each.step, last)
        }
        if not told:
            return found
        await self.outbox.take_back(told)
        self._has_put = True
        return dataclasses.replace(found, messages=tuple(each for each in found.messages if each.id not in told))

    def _is_hubs_own(self, kept: KeptAlarm, step: int, last: int) -> bool:
        """Whether nobody's word, true or not, keeps the hub from this step: from calling everybody in the end."""
        return self.node.is_hub and kept.alarm.is_call and step == last

    def _awaits_word(self, alarm: Alarm, chain_ms: int) -> bool:
        """Whether this is a hub that has just started, and boxes may have told of the call and not said so yet."""
        if not (self.node.is_hub and alarm.is_call and chain_ms - self._started_ms < self.word_ms):
            return False
        box = self._received_by(alarm)
        return box != self.node.name and self.watch.may_have_told(box, alarm.area)

    def _received_by(self, alarm: Alarm) -> str:
        """The node that received a call, as far as this one knows."""
        with contextlib.suppress(ValueError):
            call = self.node.state.distress(uuid.UUID(alarm.subject))
            if call is not None:
                return call.received.node
        return alarm.seen_by

    def is_set_up(self) -> bool:
        """Whether anybody can be told: where nobody has set alarms up, they fill nobody's operation log."""
        return bool(self.plan().people or self.node.state.alarms.duties())

    async def _note_opened(self, kept: KeptAlarm) -> None:
        if self._is_logged(kept) and not self._is_recorded(kept.name):
            alarm = kept.alarm
            body = AlarmOpened(
                kept.name, alarm.severity, self.journal.area_for(alarm.area), alarm.label, alarm.exercise
            )
            if not await self.journal.record(body, uuid.uuid5(kept.opening, "opened")):
                return
        await self.outbox.note_opened(kept.name)

    async def _put(self, kept: KeptAlarm, people: Sequence[str], sort: Sort, step: int = 0) -> None:
        self._has_put = True
        chain_ms = self.outbox.clock.now_ms()
        await self.outbox.add(
            [
                outboxes.new_message(
                    kept, person, sort, chain_ms, step=step, state=await self._state_for(person, chain_ms)
                )
                for person in people
            ]
        )

    async def _state_for(self, person: str, chain_ms: int) -> str:
        """Whether a person can be told now, or was told so much that it has to wait for a message that counts."""
        recent = await self.outbox.recent(person, chain_ms - LIMIT_MS)
        return HELD if recent >= LIMIT else rows.WAITING

    async def _count_held(self, chain_ms: int) -> None:
        """One message for all that a person was not told of because of the limit. Calls never wait for long."""
        held: dict[str, list[KeptMessage]] = {}
        for each in await self.outbox.pending():
            if each.state == HELD:
                held.setdefault(each.person, []).append(each)
        for person, found in held.items():
            has_calls = any(each.alarm in self._open and self._open[each.alarm].kept.alarm.is_call for each in found)
            last = await self.outbox.last_count(person)
            pause = COUNT_CALLS_MS if has_calls else COUNT_OTHERS_MS
            if last is not None and 0 <= chain_ms - last < pause:
                continue
            name = f"count/{uuid.uuid4()}"
            about = KeptAlarm(alarms.Alarm(kind="count", subject=name[6:], opened_at=self.node.now()), uuid.uuid4(), 0)
            await self.outbox.count(outboxes.new_message(about, person, Sort.COUNT, chain_ms), found)

    # -- tests -------------------------------------------------------------------------------------------------------

    async def _test(self, found: Progress, chain_ms: int) -> None:
        """Try every channel of everybody once; a test that nobody ended ends after a day."""
        kept = found.kept
        if found.age_seconds(chain_ms) * 1000 > TEST_LASTS_MS:
            area = self.journal.area_for(kept.alarm.area)
            closed = AlarmClosed(kept.name, ClosedBy.OVER, area)
            await self.journal.record(closed, uuid.uuid5(kept.opening, "closed"))
            return
        wanted = [
            outboxes.new_message(kept, person.name, Sort.TEST, chain_ms, only=channel)
            for person in self.plan().people.values()
            for channel, _ in person.addresses
            if channel in self.channels
        ]
        there = {each.id for each in found.messages}
        self._has_put = True
        await self.outbox.add([each for each in wanted if each.id not in there])

    # -- the log -----------------------------------------------------------------------------------------------------

    @staticmethod
    def _is_logged(kept: KeptAlarm) -> bool:
        """Whether it is in the log: all but what the hub alone knows from its database."""
        return kept.alarm.kind_of.origin is not Origin.DATABASE

    def _is_recorded(self, name: str) -> bool:
        recorded = self.node.state.alarms.alarm(name)
        return recorded is not None and recorded.is_open


def _named(found: Sequence[Alarm], kept: Mapping[str, KeptAlarm]) -> dict[str, Alarm]:
    """The alarms by name. One that is known under another of its names keeps that: an outage that merged is not new."""
    made: dict[str, Alarm] = {}
    for alarm in found:
        name = alarm.name
        if name not in kept and alarm.names:
            before = next((each for each in kept if alarm.is_same(each)), None)
            if before is not None:
                alarm = dataclasses.replace(alarm, subject=before.partition("/")[2])  # noqa: PLW2901 -- the same alarm
                name = before
        made.setdefault(name, alarm)
    return made
