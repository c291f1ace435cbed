"""The sync of one node with all its peers over one session: frames in, frames out. protocol.py decides, this sends."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Protocol

from crisis.log.errors import NotKept
from crisis.log.file import Job
from crisis.model import event_bodies
from crisis.model.events import HUB
from crisis.sync import frames, protocol
from crisis.sync.frames import Frame, InvalidFrameError
from crisis.sync.peers import Peers
from crisis.sync.protocol import Have, Pace, PeerSync
from kiezbox import metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crisis.log.records import LogRecord, PeerPosition
    from crisis.model.events import EncodedEvent
    from crisis.node import Node

log = logging.getLogger(__name__)

URGENT = ("distress_received", "distress_taken", "distress_closed")
_BACKLOG = 100  # with more than this to send, calls for help go first
_PAGE = 256
_URGENT_PAGE = 4  # even the largest fit into one frame
_TICK_SECONDS = 0.2


def up(box: str) -> str:
    """The topic at which a box sends to the hub."""
    return f"kb/v1/{box}/sync/up"


def down(box: str) -> str:
    """The topic at which the hub sends to a box."""
    return f"kb/v1/{box}/sync/down"


class Connection(Protocol):
    """What the exchange needs of a session with the broker (kiezbox.mqtt.Session)."""

    connected: asyncio.Event

    def publish(self, topic: str, payload: bytes, /, *, qos: int = 0, retain: bool = False) -> bool:
        """Send a message; False when there is no connection."""


class Exchange:
    """A hub syncs with each box, a box only with the hub. Handles the frames that arrive, and sends what is due."""

    def __init__(self, node: Node, session: Connection) -> None:
        self._node = node
        self._session = session
        self._pace = Pace(node.settings.resend_seconds, node.settings.heartbeat_seconds)
        self._wake = asyncio.Event()
        self._said = ""
        self._urgent: list[LogRecord] = []
        self._start(node.log.positions())

    def _start(self, positions: Sequence[PeerPosition]) -> None:
        """Start with the peers that we knew when we stopped."""
        self._log_id = self._node.log.id
        self._syncs: dict[str, PeerSync] = {}
        self._peers = Peers(self._pace, positions)
        for name in {position.node for position in positions}:
            self._syncs[name] = self._made(name, [position for position in positions if position.node == name])
        if not self._syncs and not self._node.is_hub:
            self._syncs[HUB] = self._made(HUB, [])  # until its first frame names it

    def _made(self, peer: str, known: list[PeerPosition]) -> PeerSync:
        return PeerSync(peer, self._pace, known, is_caller=not self._node.is_hub)

    async def run(self) -> None:
        """Send what is due for as long as the node runs."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._push(), name="crisis sync")
            group.create_task(self._follow(), name="crisis sync follows the log")
            group.create_task(self._tick(), name="crisis sync keeps time")

    # -- in ----------------------------------------------------------------------------------------------------------

    async def handle(self, sender: str | None, payload: bytes) -> None:
        """Take a frame. `sender`: the box in the topic, None on a box; a frame that names another box is refused."""
        try:
            frame, received, errors = frames.decode(payload)
        except InvalidFrameError as error:
            self._count_bad(error, sender)
            return
        if frame.node == self._node.name or sender not in {None, frame.node}:
            self._count_bad(InvalidFrameError(f"it says that it is from {frame.node}"), sender)
            return
        for invalid in errors:
            self._count_bad(invalid, frame.node)
        is_overtaken = self._peers.is_overtaken(frame.node, frame.now)
        sync = self._sync_of(frame)
        try:
            if not is_overtaken:
                await self._confirm(sync, frame)
            await self._take(sync, frame, received)
            self._said = ""
        except NotKept as error:  # the peer gets no confirmation, and sends the frame again
            if str(error) != self._said:
                log.error("events of a peer cannot be kept", extra={"peer": frame.node, "error": error})  # noqa: TRY400 -- for the operator: no bug, so no stack trace
                self._said = str(error)
        sync.owes_answer = sync.owes_answer or frame.ask
        self._wake.set()

    def _count_bad(self, error: ValueError, sender: str | None) -> None:
        metrics.CRISIS_BAD_FRAMES.inc()
        log.warning("a frame of the sync makes no sense", extra={"from": sender, "error": error})

    def _sync_of(self, frame: Frame) -> PeerSync:
        if frame.node not in self._syncs:
            if not self._node.is_hub:
                self._syncs.clear()  # a box has one hub, whose name is now known
            self._syncs[frame.node] = self._made(frame.node, [])
        sync = self._syncs[frame.node]
        sync.heard(frame.log, frame.head, time.monotonic())
        self._peers.heard(frame.node, self._wall_ms(), frame.now)
        return sync

    async def _confirm(self, sync: PeerSync, frame: Frame) -> None:
        """Note how far the peer has our log. If it has another log under the same name, ours takes a new name."""
        have = frame.confirms
        if have is None or have.log != self._node.log.id:
            sync.confirmed(0, time.monotonic())
            return
        if not sync.is_verified or have.seq > self._node.log.head:
            if not await self._is_ours(have):
                await self._rename(frame.node)
                return
            sync.is_verified = True
        sync.confirmed(have.seq, time.monotonic())

    async def _is_ours(self, have: Have) -> bool:
        if have.seq == 0:
            return True
        record = await self._node.log.at(have.seq)
        return record is not None and (have.id is None or have.id == record.encoded.id)

    async def _rename(self, peer: str) -> None:
        log.warning(
            "a peer knows another past of this log, as after a restored backup or a power cut on a disk that lies: it"
            " gets a new name, and everything is compared again",
            extra={"peer": peer},
        )
        await self._node.log.rename()
        self._log_id = self._node.log.id
        for each in self._syncs.values():
            each.forget()

    async def _take(self, sync: PeerSync, frame: Frame, received: Sequence[EncodedEvent]) -> None:
        via = protocol.via(frame.node, frame.log)
        is_for_this_log = frame.confirms is None or frame.confirms.log == self._node.log.id
        if frame.after is None or frame.through is None or not is_for_this_log:
            if received:
                await self._node.take(received, via, None)
            sync.owes_answer = sync.owes_answer or not is_for_this_log
            return
        taken, _ = sync.taken(frame.log)
        # If the frame begins later there is a gap, which is sent again; if it ends earlier it holds nothing new.
        if frame.after <= taken < frame.through:
            if received:
                position = self._peers.position(sync, frame.log, frame.through, frame.through_id)
                await self._node.take(received, via, position)
            sync.took(frame.log, frame.through, frame.through_id)
        sync.owes_answer = sync.owes_answer or frame.through > frame.after

    # -- out ---------------------------------------------------------------------------------------------------------

    async def _push(self) -> None:
        """Send one frame to each peer in turn, until no frame is due."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._node.log.id != self._log_id:  # the log was recovered: what came from peers may be missing
                self._start([])
            is_busy = self._session.connected.is_set()
            while is_busy:
                sent = [await self._serve(sync) for sync in list(self._syncs.values())]
                is_busy = any(sent)
            self._node.peers = self._peers.describe(self._syncs, self._node.log.head, time.monotonic())

    async def _serve(self, sync: PeerSync) -> bool:
        """Send a peer its next frame. False when no frame is due, or nothing can be sent."""
        now, head = time.monotonic(), self._node.log.head
        self._urgent = [record for record in self._urgent if record.seq > sync.sent]  # the others were sent in turn
        if self._urgent and (sync.is_full or head - sync.sent > _BACKLOG):
            urgent, self._urgent = self._urgent[:_URGENT_PAGE], self._urgent[_URGENT_PAGE:]
            return self._send(sync, urgent, None)
        if sync.may_send(head, now):
            sent = sync.sent
            records = await self._node.log.after(sent, _PAGE)
            if sync.sent != sent:  # a frame of the peer came meanwhile, and it needs others
                return True
            return bool(records) and self._send(sync, records, sent)
        if sync.owes_answer:
            sync.owes_answer = False
            return self._publish(sync, self._frame(sync), [])
        if sync.ask_due(head, now):
            sync.asked(head, now)
            return self._publish(sync, self._frame(sync, ask=True), [])
        return False

    def _send(self, sync: PeerSync, records: list[LogRecord], after: int | None) -> bool:
        """Send a frame with as many of these events as fit, at least one. `after` None: they are out of turn."""
        written: list[str] = []
        room, last = protocol.FRAME_BYTES, records[0]
        for record in records:
            if sync.is_for_peer(record):
                text = frames.event_json(record.encoded)
                room -= len(text.encode()) + 1
                if written and room < 0:
                    break
                written.append(text)
            last = record
        if after is None:
            return self._publish(sync, self._frame(sync), written)
        frame = self._frame(sync, after=after, last=last)
        is_sent = self._publish(sync, frame, written)
        if is_sent:
            sync.sending(last.seq, time.monotonic())
        return is_sent

    def _frame(
        self, sync: PeerSync, *, ask: bool = False, after: int | None = None, last: LogRecord | None = None
    ) -> Frame:
        have = None
        if sync.peer_log is not None:
            have = frames.confirmation(Have(sync.peer_log, *sync.taken(sync.peer_log)))
        return Frame(
            node=self._node.name,
            log=self._node.log.id,
            now=self._wall_ms(),
            head=self._node.log.head,
            ask=ask,
            have=have,
            after=after,
            through=None if last is None else last.seq,
            through_id=None if last is None else last.encoded.id,
        )

    def _publish(self, sync: PeerSync, frame: Frame, written: list[str]) -> bool:
        payload = frames.encode(frame, written)
        if self._node.is_hub:
            return self._session.publish(down(sync.peer), payload)
        return self._session.publish(up(self._node.name), payload, qos=1 if written else 0)

    # -- time --------------------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        """Notice a new connection, and wake the sender when something is due."""
        was_connected = False
        while True:
            is_connected = self._session.connected.is_set()
            if is_connected and not was_connected:
                for sync in self._syncs.values():
                    sync.connected()
                    await self._collect_urgent(sync)
            was_connected = is_connected
            self._wake.set()
            await self._note()
            await asyncio.sleep(_TICK_SECONDS)

    async def _collect_urgent(self, sync: PeerSync) -> None:
        """On a box: collect the calls for help that the hub has not confirmed, to be sent before all else."""
        if not self._node.is_hub:
            self._urgent = await self._node.log.written_here(URGENT, sync.given, _PAGE)

    async def _follow(self) -> None:
        """Wake the sender for new events; on a box also collect the urgent ones."""
        follower = self._node.follow()
        while not follower.is_over:
            seq = follower.seq
            if await follower.take(self._pace.heartbeat_seconds):
                if not self._node.is_hub:
                    urgent = await self._node.log.written_here(URGENT, seq, _PAGE)
                    self._urgent += [record for record in urgent if record.seq <= follower.seq]
                self._wake.set()

    async def _note(self) -> None:
        """Write down now and then how far the peers are, so that the next start need not begin at the beginning."""
        for sync in self._syncs.values():
            position = self._peers.due_note(sync)
            if position is not None:
                try:
                    await self._node.log.append(Job((), position))
                except NotKept:
                    return  # it only saves work at the next start

    def _wall_ms(self) -> int:
        return event_bodies.milliseconds(self._node.wall())
