"""Alarms of one node: what it looks at, tells and hears; and what pages and commands read of that.

Runs in the process of the node. Nothing waits for it: a fault in here never takes a page down, and is logged.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import logging
import random
import time
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from crisis.alarm import commanding, kinds, plans, weekly_test
from crisis.alarm.alarms import MANY
from crisis.alarm.channel import Severity
from crisis.alarm.kinds import Origin
from crisis.alarm.log_check import LogCheck
from crisis.alarm.outbox.outbox import Outbox
from crisis.alarm.outbox.requests import SUMMARY
from crisis.alarm.plans import PlanFile
from crisis.alarm.sources import of_log, of_node
from crisis.alarm.sources.gathering import Gathering
from crisis.alarm.sources.of_certificates import CertificateFiles
from crisis.alarm.speaking import answers, composing
from crisis.alarm.speaking.delivery import Delivery
from crisis.alarm.speaking.journal import Journal
from crisis.alarm.speaking.speaker import Speaker
from crisis.alarm.watching import confirmation
from crisis.alarm.watching.beat import InvalidBeatError
from crisis.alarm.watching.watch import Watch
from crisis.model.alarm_bodies import ChannelOpened
from crisis.model.moments import milliseconds
from kiezbox import metrics, pacing, process
from kiezbox.pacing import Pace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from crisis.alarm.alarms import Alarm
    from crisis.alarm.apprise.process import AppriseProcess
    from crisis.alarm.channel import Channel
    from crisis.alarm.outbox.rows import ChannelState
    from crisis.node import Node
    from kiezbox.settings import AlarmSettings, Settings

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
_BEHIND = timedelta(minutes=15)
# A look waits for its disk, and what others compute meanwhile counts: in a crowd it rests as long as it may. Somebody
# must be told of a call within two seconds all the same (docs/alarm.md).
_REST_SECONDS_MAX = 0.5
_STEADY_SECONDS = 60.0
_LOOKS_MISSED_SECONDS = 120.0  # without a look for so long a node watches nothing
_OF_PEERS = frozenset({kinds.NODE_SILENT, kinds.SYNC_BEHIND, kinds.NODE_CLOCK})
_ANSWER_SECONDS_EACH = 0.002  # what it takes a hub to read the answer of a box
_BEATS, _BEATS_SECONDS = "beats", 60.0
# What other nodes see of themselves, and of calls that this one has not heard of.
_TAKEN_FROM_OTHERS = frozenset(
    {
        *(kinds.DISTRESS, kinds.DISK, kinds.CHANNEL_FAILING, kinds.NODE_CLOCK, kinds.SOURCE_FAILING, kinds.PLAN_WRONG),
        kinds.LOG_CHANGED,
    }
)


def _certificate_files(settings: Settings) -> tuple[Path, ...]:
    """The certificates whose end would cut this node off."""
    own = settings.api.tls_file or settings.crisis.folder / "tls.pem"
    return (own,) if settings.mqtt.tls_ca_file is None else (own, settings.mqtt.tls_ca_file)


class AlarmService:
    """Made by `running`. `database`: what the hub asks besides; None on a box, which has none."""

    def __init__(
        self, node: Node, settings: Settings, outbox: Outbox, made: Sequence[Channel], plan_file: PlanFile | None = None
    ) -> None:
        self.node = node
        self.settings: AlarmSettings = settings.alarm
        self.database = settings.database if node.is_hub and settings.crisis.copies else None
        self.has_looked = False  # at all, since the start
        self.plan_file = plan_file or PlanFile(plans.file_of(settings), plans.last_good_of(settings))
        self.outbox = outbox
        self.channels = {channel.name: channel for channel in made}
        self.watch = Watch(
            node.identity,
            lambda: node.directory,
            time.monotonic,
            settings.alarm.silent_seconds,
            self._own_areas,
            lambda: milliseconds(node.wall()),
            _newest_beats(outbox.remembered(_BEATS)),
        )
        journal = Journal(node)
        word_ms = int(1.2 * settings.alarm.beat_seconds * 1000)
        names = frozenset(self.channels)
        self.speaker = Speaker(
            node, outbox, self.watch, journal, self.plan_file.current, names, word_ms, self._has_looked
        )
        address = settings.alarm.public_url or settings.api.public_url
        link = f"{address.rstrip('/')}{composing.TOKEN_PATH}/" if address else ""
        self.delivery = Delivery(outbox, journal, self.plan_file.current, made, link)
        self.gathering = Gathering(node.name, node.default_area)
        self._journal = journal
        self._behind: dict[str, datetime] = {}
        self._certificates = CertificateFiles(_certificate_files(settings))
        self._log_check = LogCheck(node)
        self._limits = answers.Limits()
        self._heard_hub_at: datetime | None = None  # the newest word of it that was counted
        self._said = ""
        self._said_by_beat: tuple[frozenset[str], frozenset[tuple[str, str]]] = (frozenset(), frozenset())
        self._looking = asyncio.Lock()
        self._looked_at = time.monotonic()
        self.channel_states: tuple[ChannelState, ...] = ()  # of the last look
        node.beats.hear = self._hear
        node.beats.make = self._beat

    def _own_areas(self) -> tuple[str, ...]:
        certificate = self.node.identity.certificate
        return () if certificate is None else certificate.areas

    # -- what nodes tell each other ----------------------------------------------------------------------------------

    def _hear(self, topic: str, payload: bytes) -> None:
        try:
            self.watch.hear(payload, topic)
        except InvalidBeatError as error:
            log.warning("a beat of another node is refused", extra={"error": error})
            return
        if self.watch.is_answer_due:  # boxes that answer a hub do not all do so at the same moment
            others = 0 if self.node.is_hub else len(self.watch.present())
            pause = random.uniform(0, others * _ANSWER_SECONDS_EACH)  # noqa: S311 -- no secret
            asyncio.get_running_loop().call_later(pause, self.node.beats.is_due.set)

    def _beat(self) -> bytes | None:
        return self.watch.encode(milliseconds(self.node.wall()), self._shared(), self.speaker.told())

    def _shared(self) -> list[Alarm]:
        """What this node sees itself, of what others can be told by it alone: first that of which nobody was told."""
        own = (found.kept.alarm for found in sorted(self.speaker.open(), key=lambda found: bool(found.told())))
        return [alarm for alarm in own if not alarm.seen_by and alarm.kind in _TAKEN_FROM_OTHERS]

    # -- looking -----------------------------------------------------------------------------------------------------

    def _sources(self, now: datetime) -> dict[str, Callable[[], Iterable[Alarm]]]:
        node, state = self.node, self.node.state
        peers = tuple(node.peers.values())
        found: dict[str, Callable[[], Iterable[Alarm]]] = {
            "calls": lambda: of_log.calls(state, node.may_merge),
            "proposals": lambda: of_log.proposals(state, now),
            "outages": lambda: of_log.large_outages(node.power_survey(), node.large_outage, now),
            "warnings": lambda: of_log.warnings(state, now),
            "duty": lambda: of_log.duty_gaps(state, now),
            "tests": lambda: of_log.tests(state),
            "held events": lambda: of_node.broken_seals(node.held.values(), now),
            "seal": lambda: of_node.changed_log(node.name, node.default_area, self._log_check.changed_at),
            "certificates": lambda: self._certificates.alarms(node.name, node.default_area, now),
            "plan": lambda: of_node.plan_wrong(self.plan_file.wrong_seconds(), node.name, node.default_area, now),
            "disk": lambda: of_node.disk(node.settings.folder, node.name, node.settings.reserve_mib, now),
            "channels": lambda: of_node.channels(
                self.channel_states, frozenset(self.channels), node.name, self.outbox.clock.now_ms(), now
            ),
        }
        if node.is_hub:
            after = timedelta(seconds=self.settings.node_silent_seconds)
            found["silent nodes"] = lambda: of_node.silent_boxes(peers, now, after)
            found["sync"] = lambda: of_node.behind(peers, self._behind, now, _BEHIND)
            found["clocks"] = lambda: of_node.clocks(node.name, peers, now)
        elif node.identity.root is not None:
            hub = node.identity.root.node
            found["hub"] = lambda: of_node.hub_silence(
                hub, self._hub_heard_at(), node.default_area, is_silent=self.watch.is_hub_silent
            )
        return found

    def _hear_hub(self) -> None:
        """On a box: its only peer is the hub. What was heard of it counts once, from when it was heard on."""
        if self.node.is_hub:
            return
        heard_at = max((peer.heard_at for peer in self.node.peers.values() if peer.heard_at is not None), default=None)
        if heard_at is not None and heard_at != self._heard_hub_at:
            self._heard_hub_at = heard_at
            self.watch.hear_hub()

    async def _unconfirmed(self) -> frozenset[str]:
        """On a box that hears the hub: its calls that the hub should have had for long."""
        if self.node.is_hub or self.watch.is_hub_silent:
            return frozenset()
        now, patience = self.outbox.clock.now_ms(), self.settings.silent_seconds
        calls = {
            found.kept.name
            for found in self.speaker.open()
            if found.kept.alarm.is_call and not found.kept.alarm.seen_by and found.age_seconds(now) > patience
        }
        return await confirmation.missing(self.node) & calls if calls else frozenset()

    def _hub_heard_at(self) -> datetime:
        return self.node.now() - timedelta(seconds=self.watch.hub_silent_seconds)

    def _has_looked(self, alarm: Alarm) -> bool:
        """Whether this node can know by now, since it started, that an alarm of before is over.

        The database is asked beside the looks, and may be away; what a node said has to be heard again.
        """
        kind = kinds.KINDS.get(alarm.kind)
        if kind is None:
            return True
        if kind.origin is Origin.DATABASE:
            return self.database is None or self.gathering.has_looked(alarm.kind)
        if alarm.kind == kinds.LOG_CHANGED:
            return self._log_check.has_looked
        if not self.node.is_hub or alarm.kind not in _OF_PEERS or alarm.subject == self.node.name:
            return True
        peers = [peer for peer in self.node.peers.values() if alarm.subject in {MANY, peer.node}]
        return all(peer.heard_at is not None or self.watch.is_gone(peer.node) for peer in peers)

    def _remote(self) -> list[Alarm]:
        """What other nodes see and this one cannot: a call that it knows is its own to judge."""
        return [
            alarm
            for alarm in self.watch.remote()
            if alarm.kind in _TAKEN_FROM_OTHERS and not (alarm.is_call and self._knows(alarm.subject))
        ]

    def _knows(self, call: str) -> bool:
        return any(str(known.id) == call for known in self.node.state.distresses())

    async def look(self) -> None:
        """Look at every source once, and put into the outbox whom to tell."""
        async with self._looking:
            await self._look()
            self._looked_at = time.monotonic()
            self.has_looked = True

    def _say_soon(self) -> None:
        """On a box while the hub is silent: others hear at once of a new call, and of whom this one has told."""
        said = frozenset(alarm.name for alarm in self._shared()), self.speaker.told()
        if said != self._said_by_beat and self.watch.is_hub_silent:
            self.node.beats.is_due.set()
        self._said_by_beat = said

    def is_looking(self) -> bool:
        """Whether this node has looked at its alarms lately."""
        return time.monotonic() - self._looked_at < _LOOKS_MISSED_SECONDS

    async def _look(self) -> None:
        self._hear_hub()
        self.watch.unconfirmed = await self._unconfirmed()
        self.channel_states = tuple(await self.outbox.channels())
        recorded = self.speaker.recorded()  # events go on coming: what begins while we look is not over
        found = await pacing.in_steps(self.gathering.steps(self._sources(self.node.now()), self.node.now()))
        await self.speaker.look((*found, *self._remote()), recorded)
        await self.delivery.hand_out(self.speaker.awaiting)
        self._say_soon()
        await self._serve_commands()
        metrics.ALARM_SPEAKS.set(self.speaker.speaks_for(self.node.default_area))
        for severity in Severity:
            number = sum(each.kept.alarm.severity is severity for each in self.speaker.open())
            metrics.ALARMS_OPEN.labels(severity.value).set(number)

    async def _serve_commands(self) -> None:
        """Do what the command line asks, and say there how things are."""
        for name, text in await self.outbox.requests():
            await self.outbox.answer(name, await commanding.answer(self.node, text))
        problem, is_last_good = self.plan_file.problem, self.plan_file.is_last_good
        said = json.dumps(commanding.summary(self.speaker, problem, is_last_good=is_last_good), ensure_ascii=False)
        if said != self._said:
            self._said = said
            await self.outbox.note(SUMMARY, said)

    async def look_on(self) -> None:
        """Look whenever something happened, and once a second, for as long as the node runs."""
        saved_at, beats_at, noted, pace = 0.0, 0.0, False, Pace(rest_seconds_max=_REST_SECONDS_MAX)
        await self.delivery.note()
        while True:
            changed = self.node.notifier.changed
            self.delivery.wake.clear()
            with pace.work():
                await self.look()
            noted = noted or await self.note_channels()
            if time.monotonic() - beats_at >= _BEATS_SECONDS:
                beats_at = time.monotonic()
                await self.outbox.note(_BEATS, json.dumps(self.watch.newest))
            if time.monotonic() - saved_at >= 2.0:  # noqa: PLR2004 -- chain_clock.SAVE_SECONDS
                saved_at = time.monotonic()
                await self.outbox.save_clock()
            await pace.rest()  # each look goes over all that is open
            await _first_of(changed, self.delivery.wake)

    # -- the log -----------------------------------------------------------------------------------------------------

    async def note_channels(self) -> bool:
        """Write into the log what each channel of this node may carry, and why, when that changed.

        False when the log takes nothing now: that keeps nobody from being told, and is tried again.
        """
        known = {
            noted.body.channel: noted.body
            for noted in self.node.state.alarms.channels()
            if noted.node == self.node.name
        }
        area = self._journal.area_for(self.node.default_area)
        for channel in self.channels.values():
            allows = tuple(sorted(channel.allows))
            body = ChannelOpened(channel.name, channel.place.value, allows, channel.reason, area)
            if known.get(channel.name) != body and not await self._journal.record(body, uuid.uuid4()):
                return False
        return True

    # -- people ------------------------------------------------------------------------------------------------------

    async def heard(self, answer: answers.Answer) -> None:
        """Somebody answered on a channel."""
        await answers.take(self.node, self.outbox, self.plan_file.current(), answer, self._limits)

    def works(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What runs in the background, by name."""
        found: dict[str, Callable[[], Awaitable[None]]] = {
            "alarms": self.look_on,
            "alarm channels": self.delivery.run,
            "alarm seal": self._log_check.run,
        }
        if self.channels:
            found["alarm test"] = functools.partial(
                weekly_test.run, self.node, self.outbox, self.settings, lambda: bool(self.plan_file.current().people)
            )
        if self.database is not None:
            from crisis.alarm.hub_database import HubDatabase  # noqa: PLC0415 -- a box has no database

            hub = HubDatabase(self.node, self.outbox, self.gathering, self.database)
            found["alarms of the database"] = hub.ask
            found["alarms for others"] = functools.partial(hub.copy_list, self)
        for channel in self.channels.values():
            found[f"alarm answers {channel.name}"] = functools.partial(_listen, channel, self.heard)
        return found


def _newest_beats(text: str | None) -> dict[str, int]:
    try:
        return {str(node): int(at_ms) for node, at_ms in dict(json.loads(text or "{}")).items()}
    except (ValueError, TypeError):
        log.warning("when other nodes were heard last cannot be read: what they say now counts")
        return {}


async def _listen(channel: Channel, heard: Callable[[answers.Answer], Awaitable[None]]) -> None:
    await channel.run(heard)
    await asyncio.Event().wait()  # a channel without answers


async def _first_of(*events: asyncio.Event) -> None:
    """Wait until one of them is set, at most for a look's pause."""
    tasks = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


@contextlib.asynccontextmanager
async def running(node: Node, settings: Settings, made: Sequence[Channel] | None = None) -> AsyncIterator[AlarmService]:
    """The alarms of a node while the block runs. `made`: the channels, instead of those of the operator's file.

    A file of the operator's that is wrong stops no node: it runs with the channels that are right, and says so.
    """
    outbox = Outbox(settings.crisis.folder, lambda: milliseconds(node.wall()))
    check = plans.wrong_channels if made is None else lambda _plan: ()
    plan_file = PlanFile(plans.file_of(settings), plans.last_good_of(settings), check)
    apprise: AppriseProcess | None = None
    if made is None:
        made, apprise = _channels(node, settings, plan_file)
    service = AlarmService(node, settings, outbox, made, plan_file)
    works = service.works()
    if settings.alarm.heartbeat_url is not None:
        from crisis.alarm.watching import heartbeat  # noqa: PLC0415 -- for who has such an address

        url = settings.alarm.heartbeat_url.get_secret_value()
        works["alarm heartbeat"] = functools.partial(
            heartbeat.run, url, settings.alarm.heartbeat_seconds, service.is_looking
        )
    tasks = [asyncio.create_task(_kept_alive(name, work), name=name) for name, work in works.items()]
    try:
        yield service
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        if apprise is not None:
            await apprise.close()
        outbox.close()


def _channels(node: Node, settings: Settings, plan_file: PlanFile) -> tuple[tuple[Channel, ...], AppriseProcess | None]:
    """The channels of the plan, and the process that those of apprise share.

    Instead of a channel that is written wrong that of the last good plan is used, if it has one of that name.
    """
    wanted, before = plan_file.current().channels, plan_file.last_good().channels
    if not wanted:
        return (), None
    # A box without channels has no room for what they need.
    from crisis.alarm import channels  # noqa: PLC0415 -- see above
    from crisis.alarm.apprise.process import AppriseProcess  # noqa: PLC0415 -- see above

    shared = AppriseProcess()
    made: list[Channel] = []
    for name, table in wanted.items():
        found, wrong = channels.usable({name: table}, settings.crisis.folder, node.radios, shared)
        if wrong and name in before:
            found, _ = channels.usable({name: before[name]}, settings.crisis.folder, node.radios, shared)
        made += found
    return tuple(made), shared


async def _kept_alive(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do the work for ever. A failure is a bug: it is counted and logged, and the work starts again after a pause."""

    async def attempt(recovered: Callable[[], None]) -> None:
        steady = asyncio.get_running_loop().call_later(_STEADY_SECONDS, recovered)
        try:
            await work()
        except Exception:
            metrics.CRISIS_FAILURES.inc()
            raise
        finally:
            steady.cancel()

    def say(error: Exception) -> None:
        log.error("work on alarms died, starting it again", extra={"work": name}, exc_info=error)

    await process.retry_forever(attempt, on=Exception, say=say)
