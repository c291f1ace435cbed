"""A running node: its log, the state in memory, and the operations that need both."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import gc
import hashlib
import logging
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crisis import clock
from crisis.clock import Clock
from crisis.log import follower
from crisis.log import log as logs
from crisis.log.errors import DamagedFileError, NotKept
from crisis.log.file import BOOK_GREW, UNCHECKED, Item, Job
from crisis.log.follower import Entry, Escalation, Follower, Notifier
from crisis.log.held import HeldEvents
from crisis.log.waiting_calls import WaitingCalls
from crisis.model import areas, commands, event_bodies, events, receipts
from crisis.model.call_bodies import WITHDRAWN_TEXT, CallerSaid, DistressNoted, DistressReopened
from crisis.model.event_bodies import DistressReceived, ReportReceived, TimeCorrected
from crisis.model.events import HUB, RESIDENT, Event
from crisis.model.incidents.commands import IncidentCommand
from crisis.model.log_bodies import LogSealed, SealReason
from crisis.places import packs
from crisis.places.packs import PlacesFolder
from crisis.presence import Beats, Presence
from crisis.state import book, incident_rules, rules
from crisis.state.book import Book
from crisis.state.call_shares import CallShares
from crisis.state.conclusions import escalations
from crisis.state.numbers import Numbers
from crisis.state.power.large import Limits
from crisis.state.power.outlook import Outlook
from crisis.state.power.watch import PowerWatch
from crisis.state.rules import Refusal, Why
from crisis.state.state import State
from crisis.state.views import DistressStatus
from crisis.trust import rights
from crisis.trust.directory import Directory
from crisis.trust.identity import Identity
from crisis.trust.rights import Reason
from crisis.trust.seals.sealing import Sealing
from crisis.trust.suspects import Suspects
from kiezbox import metrics
from kiezbox.errors import OperatorError
from kiezbox.settings import RADIO_SOCKET
from radio.radios import Radios

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from uuid import UUID

    from crisis.clock import Stamp
    from crisis.log.log import Log
    from crisis.log.records import HeldEvent, LogRecord
    from crisis.model.commands import Actor, AnyCommand
    from crisis.model.event_bodies import Body
    from crisis.presence import Peer
    from crisis.state.power.outages import Survey
    from crisis.state.rules import Decision
    from kiezbox.settings import CrisisSettings, Settings

log = logging.getLogger(__name__)

_NAMESPACE = uuid.UUID("6b69657a-626f-5078-8000-637269736973")  # fixed for ever: the same form must get the same id
_STRIKE = "entry_struck"
_WATCH_SECONDS = 1.0
_SEAL_SECONDS = 30.0  # how often is looked whether a seal is due


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A call or report is on the disk, under this id and receipt. `is_new` False: it was there before."""

    id: UUID
    receipt: str
    is_new: bool


class Node:
    """The crisis part of one hub or box. Made by `opened`. Everything is answered from memory and local disk."""

    def __init__(
        self,
        identity: Identity,
        settings: CrisisSettings,
        log: Log,
        wall: Callable[[], datetime],
        places: PlacesFolder | None = None,
    ) -> None:
        self.name = identity.name
        self.is_hub = identity.is_hub
        self.identity = identity  # our key, and the hub that we belong to
        self.settings = settings
        self.log = log
        self.directory = Directory()  # the certificates of all nodes
        self.replaced = 0  # how many events were changed on the disk since this process started: words went
        self.held = HeldEvents()  # what nodes sent and may not write, by the event's id: shown to staff
        self.state = State()  # for others to read: only the node changes it
        self.book = Book(self.name)  # the lines of the operation log
        self.numbers = Numbers(self.name)  # that calls get here, for people to say
        self.sealing = Sealing(log, self.name)
        self.notifier = Notifier(log)
        self.peers: dict[str, Peer] = {}  # by node; kept up to date by the sync
        self.rejected: str | None = None  # on a box: why the hub does not take it for a member, as it last said
        self.presence = Presence()  # on a hub: what the boxes report about themselves
        self.beats = Beats()  # what nodes tell each other of alarms
        self.radios = Radios(settings.folder / RADIO_SOCKET, None if self.is_hub else self.name)
        self.power_watch = PowerWatch()  # what boxes say of their mains power, until it is written down
        # The streets and areas of the maps that were added here.
        self.places = places or PlacesFolder(settings.folder)
        self._outlook = Outlook()
        self.call_shares = CallShares()  # on a hub: of each sender over MQTT
        self.closing = contextlib.ExitStack()  # closes what is open no longer than the node
        self.waiting_calls = WaitingCalls(settings.folder)  # on a hub: what is beyond these shares
        # On a hub: whether boxes' calls for help reach us now, as far as the session that takes them knows.
        self.hears_calls: Callable[[], bool] = _never
        # Brings accounts and log level: a decision that takes two people must know who made whose account.
        self.settle_accounts: Callable[[], Awaitable[bool]] = _settled
        self.wall = wall  # the clock of this machine, right or wrong
        self._clock = Clock(wall)
        # From before this start: our events whose time is not that of the wall clock, because that was behind.
        self._dated: list[Event] = []
        self._dated_until: datetime | None = None  # the newest time among these
        self._ids = events.Ids()
        self._deciding = asyncio.Lock()
        self._escalated: set[tuple[UUID, datetime]] = set()  # a call, and since when it waited
        self._added: set[UUID] = set()  # calls to which their callers added something, not looked at yet
        try:
            self._load()
        except DamagedFileError as damage:
            log.recover(damage)
            self._load()
        log.on_kept = self._learn

    def _load(self) -> None:
        self.state = State(self.state.version + 1)
        self.directory = Directory(self.identity.root)
        self.held = HeldEvents(self.log.held())
        self.book = Book(self.name, self.log.marks().get(BOOK_GREW, book.NEVER))
        self.numbers = Numbers(self.name)
        self.sealing = Sealing(self.log, self.name)
        self._dated.clear()
        suspects = Suspects(self.log.marks().get(UNCHECKED, 0), self.wall())
        is_collecting = gc.isenabled()
        gc.disable()  # all objects made here stay: with the garbage collector most of the time would be spent in it
        try:
            for record in self.log.replay():
                event = events.decode(record.encoded)
                self._note(record, event)
                if record.encoded.id in self.held:
                    continue
                if suspects.is_one(record, event):
                    continue
                self._apply(event)
            for record, event in suspects.cleared(self.state):
                log.debug("an event's time was doubted and is right", extra={"event": record.encoded.id})
                self._apply(event)
            self._set_aside(suspects.poison)
            self.state.distresses()  # computed now, and not when the first phone asks
            self.state.reports()
        finally:
            if is_collecting:
                gc.enable()
        self._see(is_corrected=True)

    def _apply(self, event: Event) -> None:
        self.state.apply(event)
        self.directory.apply(event)
        self._note_added(event)
        if event.clock_at is not None and event.node == self.name:
            self._dated.append(event)

    def _note_added(self, event: Event) -> None:
        if self.is_hub and isinstance(event.body, DistressNoted) and event.body.said is CallerSaid.ADDED:
            self._added.add(event.body.distress)

    def _note(self, record: LogRecord, event: Event) -> None:
        """Give an event its place in the operation log. Whether it counts makes no difference: numbers never change."""
        self.book.add(record.seq, event, record.received_ms)
        self.numbers.note(event)
        self.sealing.note(event, record.received_ms)

    def _set_aside(self, poison: Sequence[HeldEvent]) -> None:
        """Events from before they were checked that would stop the node: it goes on without them, and says so."""
        for held in poison:
            self.held[held.encoded.id] = held
            log.error(
                "an event in the log cannot be: it is set aside, stays in the file, and counts for nothing",
                extra={"event": held.encoded.id, "kind": held.encoded.kind, "node": held.encoded.node},
            )

    def know_hub(self) -> None:
        """Our hub is another one, or is known now: its certificates count from now on."""
        self.directory = Directory(self.identity.root)
        for event in self.state.member_events():
            self.directory.apply(event)

    def replace(self, records: Sequence[LogRecord]) -> None:
        """What stands beside events on the disk was changed: show it so."""
        for record in records:
            self.state.replace(events.decode(record.encoded))
        self.replaced += len(records)
        self.notifier.refresh()

    # -- reading -----------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The best time that this node knows, in UTC and whole milliseconds (clock.py)."""
        return self._clock.now()

    @property
    def escalate_after(self) -> timedelta:
        """How long a call for help may wait for somebody to take it."""
        return timedelta(seconds=self.settings.escalate_seconds)

    @property
    def default_area(self) -> str:
        """What a form of this node is about until somebody chooses: the city, or what the box may decide about."""
        certificate = self.identity.certificate
        given = (areas.EVERYWHERE,) if certificate is None else certificate.areas
        return areas.EVERYWHERE if areas.EVERYWHERE in given or not given else given[0]

    def power_survey(self) -> Survey:
        """Outages, and the ground that each box speaks for (crisis/state/power)."""
        return self._outlook.survey(self.state.power(), self.presence, self.places.current(), self.now())

    def may_merge(self, by: str, box: str | None) -> bool:
        """Whether a node may decide about calls of a box: as its certificate says, as the hub, or as the only node."""
        author = self.directory.of(by)
        if author is None:
            return by == self.name and self.directory.root is None
        return author.is_hub or rights.covers(author.areas, author.node, box or areas.EVERYWHERE)

    @property
    def large_outage(self) -> Limits:
        """From what size on an outage may be a large one."""
        settings = self.settings
        return Limits(settings.large_boxes, settings.large_streets, timedelta(hours=settings.large_hours))

    def follow(self, after: int | None = None) -> Follower:
        """A follower of the node's events from a place in the log on; from now on when None."""
        return Follower(self.notifier, self.log.head if after is None else min(after, self.log.head))

    async def seq_of(self, event: UUID) -> int | None:
        """The place of an event in this node's log, to resume a stream by its id; None when it is not there."""
        record = (await self.log.known([event])).get(event)
        return None if record is None else record.seq

    async def history(
        self, before: int | None = None, limit: int = 100, kind: str | None = None, actor: str | None = None
    ) -> list[Entry]:
        """Who did what: the entries before a place in the log, the newest first; of one kind or person if asked for."""
        return [follower.entry(record) for record in await self.log.before(before, limit, kind, actor)]

    # -- writing -----------------------------------------------------------------------------------------------------

    async def act(self, command: AnyCommand, who: Actor) -> tuple[Event, ...] | Refusal:
        """Carry out a command: the events, on the disk and in the state; or a refusal. Raises Full, Unwritable."""
        if isinstance(command, commands.ProposeMode | commands.ConfirmMode):
            await self.settle_accounts()
        async with self._deciding:  # each decision sees the results of those before it
            decision = self._decide(command, who)
            if isinstance(decision, Refusal):
                return decision
            if isinstance(command, commands.StrikeEntry) and not await self._is_line(command.event):
                return Refusal(Why.NOT_A_LINE)
            refusal = self._refusal(decision)
            if refusal is not None:
                return refusal
            return await self._record(decision, who.name)

    def _decide(self, command: AnyCommand, who: Actor) -> Decision:
        if isinstance(command, IncidentCommand):
            return incident_rules.decide(self.state, command, who)
        return rules.decide(self.state, command, who, self.now(), None if self.is_hub else self.name)

    async def _is_line(self, event: UUID) -> bool:
        """Whether an event has a line in the operation log that can be struck through: any but a strike."""
        record = (await self.log.known([event])).get(event)
        is_line = record is not None and self.book.number_of(record.seq) is not None
        return is_line and record is not None and record.encoded.kind != _STRIKE

    def _refusal(self, made: Sequence[Body]) -> Refusal | None:
        """A box does not write what every other node would hold back: what lies outside its certificate's areas."""
        certificate = self.identity.certificate
        if certificate is None:
            return None  # nobody has said yet what this box may decide; the hub will judge once it is a member
        for body in made:
            if rights.objection(body, events.kind_of(body), certificate, self.state) is Reason.NOT_ITS_AREA:
                return Refusal(Why.OUTSIDE_AREAS, ", ".join(certificate.areas))
        return None

    async def seal(self, why: SealReason, actor: str) -> Event | None:
        """Seal the log up to its end; None when only seals were added since the last one. Raises Full, Unwritable."""
        await self.sealing.link()  # of a long log this takes a while, in which others act
        async with self._deciding:
            if not self.sealing.has_news:
                return None
            link = await self.sealing.link()
            body = LogSealed(self.log.id, link.seq, link.count, link.head.hex(), why)
            return (await self._record((body,), actor))[0]

    async def record(self, body: Body, actor: str, event_id: UUID | None = None) -> Event:
        """Record what the rules do not decide, for example what a box showed; once for each `event_id`, if it has one.

        Raises Full, Unwritable.
        """
        async with self._deciding:
            return (await self._record((body,), actor, event_id))[0]

    async def receive(
        self, message: DistressReceived | ReportReceived, *, key: str = "", actor: str = RESIDENT
    ) -> Acknowledgement:
        """Take a resident's call or report from this node's page. Raises Full, Unwritable.

        The same `key` with the same content is the same call: one event, one receipt, also after a restart. With other
        content it is another call, so that no call is lost because a form was sent twice.
        """
        event_id = self._id_of(message, key)
        box = message.box if message.box is not None or self.is_hub else self.name
        message = dataclasses.replace(message, receipt=receipts.new(), box=box)
        stamp = clock.stamp_call(self.wall(), self.now())
        is_new = await self.keep(self.event(message, actor, stamp, event_id))
        return Acknowledgement(event_id, self._receipt_of(event_id) or message.receipt or "", is_new)

    async def hear_caller(self, call: UUID, said: CallerSaid, text: str, *, key: str) -> None:
        """Keep what the holder of a call's receipt adds to it, or that they withdraw it. Raises Full, Unwritable.

        A withdrawal closes nothing. What is added to a closed call opens it again. The same `key` with the same words
        is one event, also after a restart.
        """
        content = hashlib.sha256(f"{call}/{said}/{text}".encode()).hexdigest()
        event_id = uuid.uuid5(_NAMESPACE, f"{self.name}/{key}/{content}")
        async with self._deciding:
            found = self.state.distress(call)
            is_closed = found is not None and found.status is DistressStatus.CLOSED
            if is_closed and said is CallerSaid.ADDED:
                body: Body = DistressReopened(call, text)
            else:
                body = DistressNoted(call, text or (WITHDRAWN_TEXT if said is CallerSaid.WITHDRAWN else ""), said)
            await self._record((body,), RESIDENT, event_id)

    async def reopen_added(self) -> None:
        """On a hub: open calls again to which their callers added something while they did not know of the closing."""
        while self._added:
            name = next(iter(self._added))
            call = self.state.distress(name)
            if call is not None and call.has_news_since_closing:
                step = call.added[-1]
                event_id = uuid.uuid5(_NAMESPACE, f"reopen/{step.act.event}")
                await self.record(DistressReopened(call.id, step.text), RESIDENT, event_id)
            self._added.discard(name)

    async def keep(self, event: Event) -> bool:
        """Keep a call or report that has an id. False when it was there. Raises Full, Unwritable, InvalidEventError."""
        is_urgent = not isinstance(event.body, ReportReceived)
        with self.numbers.given((event,)) as (numbered,):
            return (await self.log.append(Job((self.item(numbered),), is_urgent=is_urgent)))[0].is_new

    def item(self, event: Event) -> Item:
        """An event of ours as it is kept: signed, if we have a certificate. Raises InvalidEventError."""
        return Item(self.identity.sign(events.encode(event)), event_bodies.milliseconds(self.wall()))

    async def _record(self, made: Sequence[Body], actor: str, event_id: UUID | None = None) -> tuple[Event, ...]:
        """Record acts, dated after everything seen. Only under the lock, so that no two get the same time."""
        stamp = clock.stamp_act(self.wall(), self.now(), self.state.latest)
        events_made = tuple(self.event(body, actor, stamp, event_id) for body in made)
        with self.numbers.given(events_made) as recorded:
            await self.log.append(Job(tuple(map(self.item, recorded))))
        return recorded

    def event(self, body: Body, actor: str, stamp: Stamp, event_id: UUID | None = None) -> Event:
        """A new event of this node."""
        event_id = event_id or self._ids.next(event_bodies.milliseconds(stamp.at))
        return Event(event_id, self.name, stamp.at, actor, events.kind_of(body), body, stamp.clock_at)

    def _id_of(self, message: DistressReceived | ReportReceived, key: str) -> UUID:
        if not key:
            return self._ids.next(event_bodies.milliseconds(self.now()))
        content = hashlib.sha256(repr(message).encode()).hexdigest()
        return uuid.uuid5(_NAMESPACE, f"{self.name}/{key}/{content}")

    def _receipt_of(self, subject: UUID) -> str | None:
        call, report = self.state.distress(subject), self.state.report(subject)
        if call is not None:
            return call.call.receipt
        return None if report is None else report.message.receipt

    # -- afterwards --------------------------------------------------------------------------------------------------

    def _learn(self, records: list[LogRecord]) -> None:
        """Events are on the disk: apply them to the state, and hand them to the followers."""
        entries = [follower.entry(record) for record in records]
        for record, entry in zip(records, entries, strict=True):
            self._note(record, entry.event)
            self.state.apply(entry.event)
            self.directory.apply(entry.event)
            self._note_added(entry.event)
        self._see(is_corrected=any(isinstance(entry.event.body, TimeCorrected) for entry in entries))
        self.notifier.publish(entries)

    def _see(self, *, is_corrected: bool) -> None:
        """Tell our clock the time of the newest event."""
        if is_corrected:
            self._dated_until = max(map(self.state.time_of, self._dated), default=None)
        known = [at for at in (self.state.latest, self._dated_until) if at is not None]
        self._clock.see(max(known, default=None))

    def escalate_overdue(self) -> None:
        """Tell followers once of each call for help that has waited too long, and count the open calls."""
        now, found = self.now(), escalations.of(self)
        counts = dict.fromkeys(("received", "escalated", "taken"), 0)
        for call in self.state.open_distresses():
            is_escalated = found.has(call, now)
            counts["escalated" if is_escalated else call.status.value] += 1
            if is_escalated and (call.id, call.waits_since) not in self._escalated:
                self._escalated.add((call.id, call.waits_since))
                metrics.CRISIS_ESCALATIONS.inc()
                log.error("nobody has taken a call for help", extra={"distress": call.id, "since": call.waits_since})
                self.notifier.escalate(Escalation(call.id, call.waits_since))
        for status, count in counts.items():
            metrics.CRISIS_OPEN.labels(status).set(count)
        metrics.CRISIS_UNREAD.set(self.state.unread)
        metrics.CRISIS_HELD_NOW.set(len(self.held))

    async def seal_hourly(self) -> None:
        """Seal what has not been sealed for an hour, for as long as the node runs."""
        while True:
            try:
                if self.sealing.is_due(event_bodies.milliseconds(self.wall())):
                    await self.seal(SealReason.HOURLY, self.name)
            except NotKept as error:
                log.warning("the log cannot be sealed now, it is tried again", extra={"error": error})
            await asyncio.sleep(_SEAL_SECONDS)

    async def watch(self) -> None:
        """Escalate overdue calls, and open those again that are not over, for as long as the node runs."""
        while True:
            self.escalate_overdue()
            try:
                await self.reopen_added()
            except NotKept as error:
                log.warning("a call for help cannot be opened again now, it is tried again", extra={"error": error})
            await asyncio.sleep(_WATCH_SECONDS)


def name_of(settings: Settings) -> str:
    """The node's name. Raises OperatorError for a box without one."""
    if settings.crisis.node is not None:
        return settings.crisis.node
    if settings.role == "hub":
        return HUB
    raise OperatorError("a box needs its id", "set KIEZBOX_CRISIS_NODE, for example to 71-01")


def _never() -> bool:
    return False


async def _settled() -> bool:
    return True


def _utc_now() -> datetime:
    return datetime.now(UTC)


@contextlib.asynccontextmanager
async def opened(settings: Settings, wall: Callable[[], datetime] = _utc_now) -> AsyncIterator[Node]:
    """The node over its log, without background work. Raises OperatorError when the folder cannot be used."""
    name = name_of(settings)
    with logs.opened(settings.crisis.folder, settings.crisis.reserve_mib) as log_:
        try:
            identity = Identity(settings.crisis.folder, name, is_hub=settings.role == "hub")
            made = Node(identity, settings.crisis, log_, wall, packs.places_of(settings.map_folder))
            made.radios.socket = settings.radio_socket
        except NotKept as error:
            raise OperatorError(f"the damaged crisis log cannot be recovered: {error.why}", error.hint) from error
        try:
            yield made
        finally:
            made.notifier.end()
            await log_.settled()
            made.closing.close()
            made.waiting_calls.close()
