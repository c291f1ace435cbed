"""The life of one box: it measures, keeps, sends, and lets go of what the hub has stored."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import random
import secrets
from typing import TYPE_CHECKING

from firmware_sim import boxes, curves, link, pacing, wire
from firmware_sim.books import Books
from firmware_sim.errors import Unlinked, Unreadable, Unwritable
from firmware_sim.notices import Kind
from firmware_sim.outbox import Outbox, Outcome
from firmware_sim.recorder import Recorder

if TYPE_CHECKING:
    import ssl

    from firmware_sim.commits import Commits
    from firmware_sim.link import Connection
    from firmware_sim.notices import Notices
    from firmware_sim.outbox import Waiting
    from firmware_sim.pacing import Name
    from firmware_sim.settings import RunSettings

_STEADY_SECONDS = 30.0  # a connection that stood this long was a good one
_LOOK_AGAIN_SECONDS = 5.0


class Box:
    """One box. `measure` and `stay_linked` run side by side; what they share is the outbox."""

    def __init__(self, name: str, settings: RunSettings, commits: Commits, notices: Notices) -> None:
        self.name = name
        self.boot = secrets.token_hex(4)
        self.books = Books()  # as of the last commit that concerned this box
        self.published = 0  # telemetry messages handed to the broker, replays included
        self.replayed = 0
        self.connection: Connection | None = None
        self.emptied = asyncio.Event()  # set while nothing waits
        self._settings = settings
        self._commits = commits
        self._notices = notices
        self._jitter = random.SystemRandom().random
        self._replays = pacing.Replays(settings.pacing, self._jitter)
        self._texts: dict[Name, str] = {}  # the samples of what `_replays` watches
        self._acked: set[Name] = set()  # the hub has these; that is being written to disk
        self._wake = asyncio.Event()
        self._look_at = 0.0  # when replays are looked at next, by the loop's clock
        self._is_behind = False  # whether an ack may change that
        self._failure: BaseException | None = None
        self.recorder = Recorder((name, self.boot), settings.box, commits, notices, self._saved)

    async def open(self) -> None:
        """Take up what an earlier run left in the outbox. Raises Unwritable."""
        await self.recorder.open()
        self._enter(await self._commits.submit(lambda outbox: outbox.books(self.name)))

    # -- measuring ---------------------------------------------------------------------------------------------------

    async def measure(self, delay_seconds: float) -> None:
        """Measure at the interval, `count` times or until cancelled. A slow disk delays, it does not skip."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(delay_seconds)
        count, taken, due = self._settings.box.count, 0, loop.time()
        while count is None or taken < count:
            await asyncio.sleep(due - loop.time())
            taken += 1
            message = await self.recorder.take(is_last=taken == count)
            if message is not None:
                self._publish_live(message)
            due = max(due + self._settings.box.interval_seconds, loop.time())

    # -- the link ----------------------------------------------------------------------------------------------------

    async def stay_linked(self, tls: ssl.SSLContext | None, gate: asyncio.Semaphore, delay_seconds: float) -> None:
        """Connect, send, connect again after every loss, until cancelled; then say goodbye.

        `gate` limits how many boxes of a fleet shake hands with the broker at the same time.
        """
        broker = self._settings.broker
        backoff = pacing.Backoff(broker.reconnect_first_seconds, broker.reconnect_max_seconds, self._jitter)
        said = ""
        await asyncio.sleep(delay_seconds)
        while True:
            linked_at = asyncio.get_running_loop().time()
            try:
                async with contextlib.AsyncExitStack() as stack:
                    async with gate:
                        standing = link.connection(broker, tls, self.name, self._on_ack, self._wake.set)
                        connection = await stack.enter_async_context(standing)
                    linked_at, said = asyncio.get_running_loop().time(), ""
                    await self._serve(connection)
                self._notices.say(Kind.LOST, self.name, connection.lost or "")
            except Unlinked as error:
                if str(error) != said:
                    said = str(error)
                    self._notices.say(Kind.AWAY, self.name, said)
            else:
                if asyncio.get_running_loop().time() - linked_at > _STEADY_SECONDS:
                    backoff.reset()
            await asyncio.sleep(backoff.seconds())

    async def _serve(self, connection: Connection) -> None:
        """Send what is to be sent over one connection, until it is lost."""
        loop = asyncio.get_running_loop()
        self.connection = connection
        self._notices.say(Kind.CONNECTED, self.name)
        self._replays.reconnect(loop.time())
        status_due = loop.time()
        try:
            while connection.lost is None:
                if self._failure is not None:
                    raise self._failure
                if loop.time() >= status_due:
                    status_due = loop.time() + self._settings.box.status_seconds
                    self._publish_status(connection, online=True)
                self._wake.clear()
                await self._load()
                self._look_at = min(loop.time() + self._replay(connection), status_due)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(self._look_at):
                        await self._wake.wait()
        finally:
            self.connection = None
            self._publish_status(connection, online=False)

    def _replay(self, connection: Connection) -> float:
        """Send what is due at the pace that is allowed; gives the seconds until there may be more."""
        now = asyncio.get_running_loop().time()
        self._is_behind = True
        for name in self._replays.due(now):
            if name in self._acked:
                continue
            if not connection.has_room:
                return _LOOK_AGAIN_SECONDS if connection.lost is None else 0.0
            self._send(connection, name, self._texts[name], is_replay=True)
        self._is_behind = self._replays.is_behind(now)
        pause = self._replays.pause(now)
        if self._replays.wants_more(self.books.waiting_messages):
            pause = min(pause, _LOOK_AGAIN_SECONDS)
        return pause

    async def _load(self) -> None:
        """Watch more of what waits on disk, once most of what was watched is acknowledged."""
        if not self._replays.wants_more(self.books.waiting_messages):
            return
        limit = self._settings.pacing.window
        try:
            found, books = await self._commits.submit(
                lambda outbox: (outbox.oldest(self.name, limit), outbox.books(self.name))
            )
        except Unwritable:
            return  # looked for again soon
        self._enter(books)
        for message in found:
            if message.name != self.recorder.draft and message.name not in self._acked:
                self._watch(message)

    def _publish_live(self, message: Waiting) -> None:
        """Send a message that was just committed, whatever else waits; without a connection it waits too."""
        if message.name in self._replays:
            return  # it was just loaded, and goes out as a replay
        is_watched = not self._replays.is_full
        if is_watched:
            self._watch(message)
        connection = self.connection
        can_be_sent = connection is not None and connection.has_room
        if not is_watched:
            self._replays.pass_by(message.order, was_sent=can_be_sent)
        if connection is not None and can_be_sent:
            self._send(connection, message.name, message.samples, is_replay=False)
            if asyncio.get_running_loop().time() + self._settings.pacing.first_resend_seconds < self._look_at:
                self._wake.set()
        else:
            self._wake.set()

    def _send(self, connection: Connection, name: Name, text: str, *, is_replay: bool) -> None:
        boot, seq = name
        sent_ms = self.recorder.clock.now_ms()
        connection.publish(wire.topic(self.name, "telemetry"), wire.telemetry(boot, seq, sent_ms, text))
        self._replays.sent(name, asyncio.get_running_loop().time(), is_replay=is_replay)
        self.published += 1
        self.replayed += is_replay

    def _publish_status(self, connection: Connection, *, online: bool) -> None:
        now_ms, box = self.recorder.clock.now_ms(), self._settings.box
        condition = curves.condition(box.seed, self.name, now_ms)
        status = wire.Status(
            online=online,
            boot=self.boot,
            at_ms=now_ms,
            battery_percent=condition.battery_percent,
            clients=condition.clients,
            uplink=condition.uplink,
            interval_s=box.interval_seconds,
            outbox=self.books.waiting_messages,
            dropped=self.books.dropped_messages + self.recorder.lost_messages,
            position=boxes.position(self.name),
        )
        connection.publish(wire.topic(self.name, "status"), wire.status(status), retain=True)

    # -- what the hub says -------------------------------------------------------------------------------------------

    def _on_ack(self, payload: bytes) -> None:
        try:
            ack = wire.ack(payload)
        except Unreadable as error:
            self._notices.say(Kind.UNREADABLE, self.name, str(error))
            return
        for seq, reason in ack.rejected:
            self._notices.say(Kind.REJECTED, self.name, f"{reason}, message {ack.boot}/{seq}")
        names = {(ack.boot, seq) for seq in (*ack.stored, *(seq for seq, _ in ack.rejected))}
        self._acked |= names
        now = asyncio.get_running_loop().time()
        for name in names:
            self._replays.answered(name, now)
        now_ms = self.recorder.clock.now_ms()
        step = functools.partial(
            Outbox.settle, box=self.name, boot=ack.boot, stored=ack.stored, rejected=ack.rejected, now_ms=now_ms
        )
        self._commits.submit(step).add_done_callback(functools.partial(self._settled, names))

    def _settled(self, names: set[Name], done: asyncio.Future[Outcome]) -> None:
        self._acked -= names
        if done.cancelled():
            return
        error = done.exception()
        if error is None:
            for name in names:
                self._forget(name)
            self._enter(done.result().books)
        elif not isinstance(error, Unwritable):  # what cannot be deleted now is sent and acknowledged again
            self._failure = error
        if self._is_behind or self._failure or self._replays.wants_more(self.books.waiting_messages):
            self._wake.set()

    # -- bookkeeping -------------------------------------------------------------------------------------------------

    def _saved(self, outcome: Outcome) -> None:
        for name in outcome.dropped:
            self._forget(name)
        self._enter(outcome.books)

    def _watch(self, message: Waiting) -> None:
        self._replays.watch(message.name, message.order, asyncio.get_running_loop().time())
        self._texts[message.name] = message.samples

    def _forget(self, name: Name) -> None:
        self._replays.forget(name)
        self._texts.pop(name, None)

    def _enter(self, books: Books) -> None:
        self.books = books
        if books.waiting_messages:
            self.emptied.clear()
        else:
            self.emptied.set()
