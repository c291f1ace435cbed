"""The sync of one node with all its peers over one session: frames in, frames out. protocol.py decides, this sends."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from crisis.log.errors import NotKept
from crisis.log.file import Job
from crisis.model import event_bodies
from crisis.model.events import HUB
from crisis.sync import acceptance, frames, protocol
from crisis.sync.frames import Frame, InvalidFrameError, Rejected
from crisis.sync.members import membership
from crisis.sync.peers import Peers
from crisis.sync.protocol import Have, Pace, PeerSync
from crisis.sync.selection import Selection
from crisis.sync.sending import FrameSender
from devices import readings
from kiezbox import metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crisis.log.records import LogRecord, PeerPosition
    from crisis.model.events import EncodedEvent
    from crisis.node import Node
    from crisis.sync.sending import Connection
    from crisis.trust.admission import Sender

log = logging.getLogger(__name__)

URGENT = (
    *("distress_received", "distress_taken", "distress_closed", "distress_reopened", "distress_assigned"),
    "distress_noted",  # also what a caller adds: on which floor they are
)
_BACKLOG = 100  # with more than this to send, calls for help go first
_PAGE = 256
_URGENT_PAGE = 4  # even the largest fit into one frame
_TICK_SECONDS = 0.2
_LOOK_SECONDS = 0.5
_RECHECK_SECONDS = 5.0


class Exchange:
    """A hub syncs with each box, a box only with the hub. Handles the frames that arrive, and sends what is due."""

    def __init__(self, node: Node, session: Connection) -> None:
        self._node = node
        self._session = session
        self._pace = Pace(node.settings.resend_seconds, node.settings.heartbeat_seconds)
        self._wake = asyncio.Event()
        self._said = ""
        self._urgent: list[LogRecord] = []
        known = node.log.positions()
        self._membership = membership.of(node, known)
        self._sender = FrameSender(node, session, self._membership)
        self._look_at = self._recheck_at = 0.0
        self._selection = Selection(node, self._membership)
        self._may_send = asyncio.Event()  # what is in the log is signed
        self._start(known)

    def _start(self, positions: Sequence[PeerPosition]) -> None:
        """Start with the peers that we knew when we stopped."""
        self._log_id = self._node.log.id
        self._renamed_for: set[str] = set()
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
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._prepare(), name="crisis sync signs what is there")
                group.create_task(self._push(), name="crisis sync")
                group.create_task(self._follow(), name="crisis sync follows the log")
                group.create_task(self._tick(), name="crisis sync keeps time")
        finally:
            self._membership.close()

    async def _prepare(self) -> None:
        """Sign what was written before there were keys. A full disk only delays that: the next start tries again."""
        try:
            await self._membership.prepare()
        except NotKept as error:
            log.warning("what is in the log cannot be signed now", extra={"error": error})
        self._may_send.set()

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
        try:
            judged = await self._membership.judge(frame, payload)
            if isinstance(judged, Rejected):
                self._reject(frame.node, judged)
                return
            for invalid in errors:
                self._count_bad(invalid, frame.node)
            is_overtaken = self._peers.is_overtaken(frame.node, frame.now)
            sync = self._sync_of(frame)
            if not is_overtaken:
                await self._confirm(sync, frame)
            await self._take(sync, frame, received, judged)
            self._said = ""
        except NotKept as error:  # the peer gets no confirmation, and sends the frame again
            if str(error) != self._said:
                log.error("events of a peer cannot be kept", extra={"peer": frame.node, "error": error})  # noqa: TRY400 -- for the operator: no bug, so no stack trace
                self._said = str(error)
            return
        sync.owes_answer = sync.owes_answer or frame.ask or self._membership.owes_certificate(frame)
        self._wake.set()

    def _reject(self, name: str, rejected: Rejected) -> None:
        metrics.CRISIS_REJECTED.labels(rejected.why).inc()
        if not (rejected.reply and self._membership.may_answer(name)):
            return
        log.warning("a node is not answered", extra={"node": name, "why": rejected.why})
        self._sender.reject(name, rejected.why)

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
                # A log gets another past at a start only. A box that says so again lies, and the others would have to
                # compare everything for it: it alone begins at the beginning.
                if self._node.is_hub and frame.node in self._renamed_for:
                    sync.confirmed(0, time.monotonic())
                    return
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
        self._renamed_for.add(peer)
        self._log_id = self._node.log.id
        for each in self._syncs.values():
            each.forget()

    async def _take(self, sync: PeerSync, frame: Frame, received: Sequence[EncodedEvent], sender: Sender) -> None:
        via = protocol.via(frame.node, frame.log)
        is_for_this_log = frame.confirms is None or frame.confirms.log == self._node.log.id
        if frame.after is None or frame.through is None or not is_for_this_log:
            if received:
                await self._keep(received, via, sender, frame, None)
            sync.owes_answer = sync.owes_answer or not is_for_this_log
            return
        taken, _ = sync.taken(frame.log)
        # If the frame begins later there is a gap, which is sent again; if it ends earlier it holds nothing new.
        if frame.after <= taken < frame.through:
            if received:
                position = self._peers.position(sync, frame.log, frame.through, frame.through_id)
                await self._keep(received, via, sender, frame, position)
            sync.took(frame.log, frame.through, frame.through_id)
        sync.owes_answer = sync.owes_answer or frame.through > frame.after

    async def _keep(
        self,
        received: Sequence[EncodedEvent],
        via: str,
        sender: Sender,
        frame: Frame,
        position: PeerPosition | None,
    ) -> None:
        hubs = readings.moment(frame.now) if sender.vouches and sender.certificate is not None else None
        await acceptance.take(self._node, received, via, sender, position=position, clock_of_hub=hubs)

    # -- out ---------------------------------------------------------------------------------------------------------

    async def _push(self) -> None:
        """Send one frame to each peer in turn, until no frame is due."""
        await self._may_send.wait()
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
        if not self._membership.gets_events(sync.peer):
            return self._only_confirm(sync)
        self._urgent = [record for record in self._urgent if record.seq > sync.sent]  # the others were sent in turn
        if self._urgent and (sync.is_full or head - sync.sent > _BACKLOG):
            urgent, self._urgent = self._urgent[:_URGENT_PAGE], self._urgent[_URGENT_PAGE:]
            return self._sender.send(sync, await self._selection.of(sync, urgent), None)
        if sync.may_send(head, now):
            return await self._send_next(sync)
        return self._answer_or_ask(sync, head, now)

    async def _send_next(self, sync: PeerSync) -> bool:
        sent = sync.sent
        records = await self._node.log.after(sent, _PAGE)
        found = await self._selection.of(sync, records)
        if sync.sent != sent:  # a frame of the peer came meanwhile, and it needs others
            return True
        return bool(found) and self._sender.send(sync, found, sent)

    def _answer_or_ask(self, sync: PeerSync, head: int, now: float) -> bool:
        if sync.owes_answer:
            sync.owes_answer = False
            return self._sender.publish(sync, self._sender.frame(sync), [])
        if sync.ask_due(head, now):
            sync.asked(head, now)
            return self._sender.publish(sync, self._sender.frame(sync, ask=True), [])
        return False

    def _only_confirm(self, sync: PeerSync) -> bool:
        """Tell a node that is sent no events how far we have its log, and why it gets no more."""
        if not sync.owes_answer:
            return False
        sync.owes_answer = False
        why = self._membership.complaint(sync.peer)
        return self._sender.publish(sync, self._sender.frame(sync).model_copy(update={"reject": why}), [])

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
            await self._follow_people()
            await asyncio.sleep(_TICK_SECONDS)

    async def _follow_people(self) -> None:
        """Do what commands have asked for, and look again at what is held back."""
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + _LOOK_SECONDS
        peers = self._node.peers.values()
        is_level = bool(peers) and not any(peer.waiting or peer.missing or peer.is_silent for peer in peers)
        try:
            if await self._membership.follow(is_level=is_level):
                for sync in self._syncs.values():
                    sync.connected()
            if now >= self._recheck_at:
                self._recheck_at = now + _RECHECK_SECONDS
                await acceptance.recheck(self._node)
        except NotKept as error:
            log.warning("what was decided about nodes cannot be kept now", extra={"error": error})

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
