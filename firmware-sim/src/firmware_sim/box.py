"""One box: it measures, keeps messages in the outbox, sends them, and deletes what the hub has stored."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import random
import secrets
from typing import TYPE_CHECKING

from firmware_sim import box_ids, link, pacing, sensors, wire
from firmware_sim.errors import ConnectFailedError, OutboxWriteError, ProtocolError
from firmware_sim.journal import Kind
from firmware_sim.ledger import Ledger
from firmware_sim.outbox import Outbox, Outcome
from firmware_sim.recorder import Recorder

if TYPE_CHECKING:
    import ssl

    from firmware_sim.group_commit import GroupCommit
    from firmware_sim.journal import Journal
    from firmware_sim.link import Connection
    from firmware_sim.outbox import Waiting
    from firmware_sim.pacing import Name
    from firmware_sim.settings import RunSettings

_STEADY_SECONDS = 30.0  # a connection that lasted this long resets the back-off
_RETRY_SECONDS = 5.0


class Box:
    """One box. `measure` and `stay_connected` run concurrently, and share the outbox."""

    def __init__(self, name: str, settings: RunSettings, group_commit: GroupCommit, journal: Journal) -> None:
        self.name = name
        self.boot = secrets.token_hex(4)
        self.ledger = Ledger()  # as of the last commit for this box
        self.published = 0  # telemetry messages handed to the broker, replays included
        self.replayed = 0
        self.connection: Connection | None = None
        self.emptied = asyncio.Event()  # set while nothing waits
        self._settings = settings
        self._group_commit = group_commit
        self._journal = journal
        self._jitter = random.SystemRandom().random
        self._replays = pacing.Replays(settings.pacing, self._jitter)
        self._samples: dict[Name, str] = {}  # of the messages that `_replays` watches, as on the wire
        self._acked: set[Name] = set()  # the hub has these; the outbox is about to say so on disk
        self._wake = asyncio.Event()
        self._wake_at = 0.0  # when `_serve` wakes next, by the loop's clock
        self._is_behind = False  # replays are held back, and an ack may release them
        self._failure: BaseException | None = None
        self._has_mains = True
        self._status_due = 0.0  # by the loop's clock
        self.recorder = Recorder((name, self.boot), settings.box, group_commit, journal, self._saved)

    async def open(self) -> None:
        """Continue with what an earlier run left in the outbox. Raises OutboxWriteError."""
        await self.recorder.open()
        self._enter(await self._group_commit.submit(lambda outbox: outbox.ledger(self.name)))

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

    # -- the connection ----------------------------------------------------------------------------------------------

    async def stay_connected(
        self, tls: ssl.SSLContext | None, handshakes: asyncio.Semaphore, delay_seconds: float
    ) -> None:
        """Connect, send, and connect again after every loss, until cancelled; then disconnect in order.

        `handshakes` limits how many boxes of a fleet connect to the broker at the same time.
        """
        broker = self._settings.broker
        backoff = pacing.Backoff(broker.reconnect_first_seconds, broker.reconnect_max_seconds, self._jitter)
        noted = ""
        await asyncio.sleep(delay_seconds)
        while True:
            connected_at = asyncio.get_running_loop().time()
            try:
                async with contextlib.AsyncExitStack() as stack:
                    async with handshakes:
                        opened = link.connection(broker, tls, self.name, self._on_ack, self._wake.set)
                        connection = await stack.enter_async_context(opened)
                    connected_at, noted = asyncio.get_running_loop().time(), ""
                    await self._serve(connection)
                self._journal.note(Kind.LOST, self.name, connection.lost or "")
            except ConnectFailedError as error:
                if str(error) != noted:
                    noted = str(error)
                    self._journal.note(Kind.AWAY, self.name, noted)
            else:
                if asyncio.get_running_loop().time() - connected_at > _STEADY_SECONDS:
                    backoff.reset()
            await asyncio.sleep(backoff.seconds())

    async def _serve(self, connection: Connection) -> None:
        """Send over one connection until it is lost."""
        loop = asyncio.get_running_loop()
        self.connection = connection
        self._journal.note(Kind.CONNECTED, self.name)
        self._replays.reconnect(loop.time())
        self._status_due = loop.time()
        try:
            while connection.lost is None:
                if self._failure is not None:
                    raise self._failure
                if loop.time() >= self._status_due:
                    self._status_due = loop.time() + self._settings.box.status_seconds
                    self._publish_status(connection, online=True)
                self._wake.clear()
                await self._load()
                self._wake_at = min(loop.time() + self._replay(connection), self._status_due)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(self._wake_at):
                        await self._wake.wait()
        finally:
            self.connection = None
            self._publish_status(connection, online=False)

    def set_mains(self, *, on: bool) -> None:
        """The box has mains power or has none; a change is said at once, and again as ever."""
        if on is not self._has_mains:
            self._has_mains = on
            self._journal.note(Kind.MAINS, self.name, "on" if on else "off")
            self._status_due = 0.0
            self._wake.set()

    def _replay(self, connection: Connection) -> float:
        """Send what is due, as fast as the pacing allows. Returns the seconds until more may be due."""
        now = asyncio.get_running_loop().time()
        self._is_behind = True
        for name in self._replays.due(now):
            if name in self._acked:
                continue
            if not connection.has_room:
                return _RETRY_SECONDS if connection.lost is None else 0.0
            self._send(connection, name, self._samples[name], is_replay=True)
        self._is_behind = self._replays.is_behind(now)
        pause = self._replays.pause(now)
        if self._replays.wants_more(self.ledger.waiting_messages):
            pause = min(pause, _RETRY_SECONDS)
        return pause

    async def _load(self) -> None:
        """Watch more of the messages on disk, once most of the watched ones are acknowledged."""
        if not self._replays.wants_more(self.ledger.waiting_messages):
            return
        limit = self._settings.pacing.window
        try:
            found, ledger = await self._group_commit.submit(
                lambda outbox: (outbox.oldest(self.name, limit), outbox.ledger(self.name))
            )
        except OutboxWriteError:
            return  # `_serve` tries again soon
        self._enter(ledger)
        for message in found:
            if message.name != self.recorder.draft and message.name not in self._acked:
                self._watch(message)

    def _publish_live(self, message: Waiting) -> None:
        """Send a message that was just committed ahead of all that wait; without a connection it waits as well."""
        if message.name in self._replays:
            return  # it was just loaded, and is sent as a replay
        is_watched = not self._replays.is_full
        if is_watched:
            self._watch(message)
        connection = self.connection
        can_be_sent = connection is not None and connection.has_room
        if not is_watched:
            self._replays.pass_by(message.order, was_sent=can_be_sent)
        if connection is not None and can_be_sent:
            self._send(connection, message.name, message.samples, is_replay=False)
            if asyncio.get_running_loop().time() + self._settings.pacing.first_resend_seconds < self._wake_at:
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
        condition = sensors.condition(box.seed, self.name, now_ms)
        status = wire.Status(
            online=online,
            boot=self.boot,
            at_ms=now_ms,
            battery_percent=condition.battery_percent,
            clients=condition.clients,
            uplink=condition.uplink,
            interval_s=box.interval_seconds,
            outbox=self.ledger.waiting_messages,
            dropped=self.ledger.dropped_messages + self.recorder.lost_messages,
            position=box_ids.position(self.name),
            mains=self._has_mains,
        )
        connection.publish(wire.topic(self.name, "status"), wire.status(status), retain=True)

    # -- acks of the hub -------------------------------------------------------------------------------------------

    def _on_ack(self, payload: bytes, is_retained: bool) -> None:
        if is_retained:  # the hub never retains an ack: somebody else would have us delete what it did not store
            self._journal.note(Kind.RETAINED, self.name)
            return
        try:
            ack = wire.ack(payload)
        except ProtocolError as error:
            self._journal.note(Kind.UNREADABLE, self.name, str(error))
            return
        for seq, reason in ack.rejected:
            self._journal.note(Kind.REJECTED, self.name, f"{reason}, message {ack.boot}/{seq}")
        names = {(ack.boot, seq) for seq in (*ack.stored, *(seq for seq, _ in ack.rejected))}
        self._acked |= names
        now = asyncio.get_running_loop().time()
        for name in names:
            self._replays.answered(name, now)
        now_ms = self.recorder.clock.now_ms()
        step = functools.partial(
            Outbox.settle, box=self.name, boot=ack.boot, stored=ack.stored, rejected=ack.rejected, now_ms=now_ms
        )
        self._group_commit.submit(step).add_done_callback(functools.partial(self._settled, names))

    def _settled(self, names: set[Name], done: asyncio.Future[Outcome]) -> None:
        self._acked -= names
        if done.cancelled():
            return
        error = done.exception()
        if error is None:
            for name in names:
                self._forget(name)
            self._enter(done.result().ledger)
        elif not isinstance(
            error, OutboxWriteError
        ):  # what cannot be deleted now is sent again, and acknowledged again
            self._failure = error
        if self._is_behind or self._failure or self._replays.wants_more(self.ledger.waiting_messages):
            self._wake.set()

    # -- bookkeeping -------------------------------------------------------------------------------------------------

    def _saved(self, outcome: Outcome) -> None:
        for name in outcome.dropped:
            self._forget(name)
        self._enter(outcome.ledger)

    def _watch(self, message: Waiting) -> None:
        self._replays.watch(message.name, message.order, asyncio.get_running_loop().time())
        self._samples[message.name] = message.samples

    def _forget(self, name: Name) -> None:
        self._replays.forget(name)
        self._samples.pop(name, None)

    def _enter(self, ledger: Ledger) -> None:
        self.ledger = ledger
        if ledger.waiting_messages:
            self.emptied.clear()
        else:
            self.emptied.set()
