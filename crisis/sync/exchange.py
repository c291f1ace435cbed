"""All links of one node over one session: frames in, frames out. link.py decides, this sends."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from crisis.log.errors import NotKept
from crisis.log.file import Job
from crisis.model import event_bodies
from crisis.model.events import Bad
from crisis.sync import frames, protocol
from crisis.sync.frames import Frame
from crisis.sync.peers import Peers
from crisis.sync.protocol import Have, Link, Pace
from kiezbox import metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crisis.log.records import Kept, Position
    from crisis.model.events import Sealed
    from crisis.node import Node
    from kiezbox.mqtt import Session

log = logging.getLogger(__name__)

URGENT = ("distress_received", "distress_taken", "distress_closed")
_BACKLOG = 100  # with more than this to send, calls for help go first
_PAGE = 256
_URGENT_PAGE = 4  # as large as they may be they fit into a frame
_TICK_SECONDS = 0.2
_HUB = "hub"  # what a box calls its peer until it hears its name


def up(box: str) -> str:
    """Where a box speaks to the hub."""
    return f"kb/v1/{box}/sync/up"


def down(box: str) -> str:
    """Where the hub speaks to a box."""
    return f"kb/v1/{box}/sync/down"


class Exchange:
    """The hub has a link for each box, a box has one for the hub."""

    def __init__(self, node: Node, session: Session) -> None:
        self._node = node
        self._session = session
        self._pace = Pace(node.settings.resend_seconds, node.settings.heartbeat_seconds)
        self._wake = asyncio.Event()
        self._said = ""
        self._urgent: list[Kept] = []
        self._start(node.log.positions())

    def _start(self, positions: Sequence[Position]) -> None:
        """A link for each peer that we knew when we stopped."""
        self._log_id = self._node.log.id
        self._links: dict[str, Link] = {}
        self._peers = Peers(self._pace, positions)
        for name in {position.node for position in positions}:
            self._links[name] = self._made(name, [position for position in positions if position.node == name])
        if not self._links and not self._node.is_hub:
            self._links[_HUB] = self._made(_HUB, [])

    def _made(self, peer: str, known: list[Position]) -> Link:
        return Link(peer, self._pace, known, is_caller=not self._node.is_hub)

    async def run(self) -> None:
        """Send what is due for as long as the node runs."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._push(), name="crisis sync")
            group.create_task(self._follow(), name="crisis sync follows the log")
            group.create_task(self._tick(), name="crisis sync keeps time")

    # -- in ----------------------------------------------------------------------------------------------------------

    async def handle(self, sender: str | None, payload: bytes) -> None:
        """Take a frame. `sender` is the box that the topic names; a frame of another one is none."""
        try:
            frame, told, bad = frames.decode(payload)
        except Bad as why:
            self._count_bad(why, sender)
            return
        if frame.node == self._node.name or sender not in {None, frame.node}:
            self._count_bad(Bad(f"it says that it is from {frame.node}"), sender)
            return
        for each in bad:
            self._count_bad(each, frame.node)
        is_overtaken = self._peers.is_overtaken(frame.node, frame.now)
        found = self._link_of(frame)
        try:
            if not is_overtaken:
                await self._confirm(found, frame)
            await self._take(found, frame, told)
            self._said = ""
        except NotKept as error:  # the peer hears no confirmation, and sends it again
            if str(error) != self._said:
                log.error("events of a peer cannot be kept", extra={"peer": frame.node, "error": error})  # noqa: TRY400 -- an operator's matter, no bug
                self._said = str(error)
        found.owes_answer = found.owes_answer or frame.ask
        self._wake.set()

    def _count_bad(self, why: Bad, sender: str | None) -> None:
        metrics.CRISIS_BAD_FRAMES.inc()
        log.warning("a frame of the sync makes no sense", extra={"from": sender, "error": why})

    def _link_of(self, frame: Frame) -> Link:
        if frame.node not in self._links:
            if not self._node.is_hub:
                self._links.clear()  # a box has one hub, and now it has said its name
            self._links[frame.node] = self._made(frame.node, [])
        found = self._links[frame.node]
        found.heard(frame.log, frame.head, time.monotonic())
        self._peers.heard(frame.node, self._wall_ms(), frame.now)
        return found

    async def _confirm(self, found: Link, frame: Frame) -> None:
        """How far the peer has our log; if it has another one under the same name, ours takes a new name."""
        have = frame.confirms
        if have is None or have.log != self._node.log.id:
            found.confirmed(0, time.monotonic())
            return
        if not found.is_verified or have.seq > self._node.log.head:
            if not await self._is_ours(have):
                await self._rename(frame.node)
                return
            found.is_verified = True
        found.confirmed(have.seq, time.monotonic())

    async def _is_ours(self, have: Have) -> bool:
        if have.seq == 0:
            return True
        kept = await self._node.log.at(have.seq)
        return kept is not None and (have.id is None or have.id == kept.sealed.id)

    async def _rename(self, peer: str) -> None:
        log.warning(
            "a peer knows another past of this log, as after a restored backup or a power cut on a disk that lies: it"
            " gets a new name, and everything is compared again",
            extra={"peer": peer},
        )
        await self._node.log.rename()
        self._log_id = self._node.log.id
        for each in self._links.values():
            each.forget()

    async def _take(self, found: Link, frame: Frame, told: Sequence[Sealed]) -> None:
        via = protocol.via(frame.node, frame.log)
        is_for_this_log = frame.confirms is None or frame.confirms.log == self._node.log.id
        if frame.after is None or frame.through is None or not is_for_this_log:
            if told:
                await self._node.take(told, via, None)
            found.owes_answer = found.owes_answer or not is_for_this_log
            return
        taken, _ = found.taken(frame.log)
        # Before that place there is a gap, which is sent again; behind it is nothing that we do not have.
        if frame.after <= taken < frame.through:
            if told:
                position = self._peers.position(found, frame.log, frame.through, frame.through_id)
                await self._node.take(told, via, position)
            found.took(frame.log, frame.through, frame.through_id)
        found.owes_answer = found.owes_answer or frame.through > frame.after

    # -- out ---------------------------------------------------------------------------------------------------------

    async def _push(self) -> None:
        """One frame to each peer that is owed one, in turn, until nobody is."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._node.log.id != self._log_id:  # it was damaged and recovered: what came from peers may be missing
                self._start([])
            is_busy = self._session.connected.is_set()
            while is_busy:
                sent = [await self._serve(found) for found in list(self._links.values())]
                is_busy = any(sent)
            self._node.peers = self._peers.describe(self._links, self._node.log.head, time.monotonic())

    async def _serve(self, found: Link) -> bool:
        """Send a peer its next frame. False when there is none, or nothing can be sent."""
        now, head = time.monotonic(), self._node.log.head
        self._urgent = [kept for kept in self._urgent if kept.seq > found.sent]  # the others' turn has come
        if self._urgent and (found.is_full or head - found.sent > _BACKLOG):
            urgent, self._urgent = self._urgent[:_URGENT_PAGE], self._urgent[_URGENT_PAGE:]
            return self._send(found, urgent, None)
        if found.may_send(head, now):
            sent = found.sent
            entries = await self._node.log.after(sent, _PAGE)
            if found.sent != sent:  # the peer spoke meanwhile, and wants others
                return True
            return bool(entries) and self._send(found, entries, sent)
        if found.owes_answer:
            found.owes_answer = False
            return self._publish(found, self._frame(found), [])
        if found.ask_due(head, now):
            found.asked(head, now)
            return self._publish(found, self._frame(found, ask=True), [])
        return False

    def _send(self, found: Link, entries: list[Kept], after: int | None) -> bool:
        """A frame with as many of these events as fit, at least one. Without `after` they are out of turn."""
        written: list[str] = []
        room, last = protocol.FRAME_BYTES, entries[0]
        for kept in entries:
            if found.is_for_peer(kept):
                text = frames.event_json(kept.sealed)
                room -= len(text.encode()) + 1
                if written and room < 0:
                    break
                written.append(text)
            last = kept
        if after is None:
            return self._publish(found, self._frame(found), written)
        frame = self._frame(found, after=after, last=last)
        is_sent = self._publish(found, frame, written)
        if is_sent:
            found.sending(last.seq, time.monotonic())
        return is_sent

    def _frame(self, found: Link, *, ask: bool = False, after: int | None = None, last: Kept | None = None) -> Frame:
        have = None
        if found.peer_log is not None:
            seq, name = found.taken(found.peer_log)
            have = frames.confirmation(Have(found.peer_log, seq, name))
        return Frame(
            node=self._node.name,
            log=self._node.log.id,
            now=self._wall_ms(),
            head=self._node.log.head,
            ask=ask,
            have=have,
            after=after,
            through=None if last is None else last.seq,
            through_id=None if last is None else last.sealed.id,
        )

    def _publish(self, found: Link, frame: Frame, written: list[str]) -> bool:
        payload = frames.encode(frame, written)
        if self._node.is_hub:
            return self._session.publish(down(found.peer), payload)
        return self._session.publish(up(self._node.name), payload, qos=1 if written else 0)

    # -- time --------------------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        """Notice a new connection, and let patience run out."""
        was_connected = False
        while True:
            is_connected = self._session.connected.is_set()
            if is_connected and not was_connected:
                for found in self._links.values():
                    found.connected()
                    await self._collect_urgent(found)
            was_connected = is_connected
            self._wake.set()
            await self._note()
            await asyncio.sleep(_TICK_SECONDS)

    async def _collect_urgent(self, found: Link) -> None:
        """On a box: the calls for help that the hub has not confirmed, to be sent before all else."""
        if not self._node.is_hub:
            self._urgent = await self._node.log.written_here(URGENT, found.given, _PAGE)

    async def _follow(self) -> None:
        """Wake up for new events, and on a box remember the urgent ones."""
        follower = self._node.follow()
        while not follower.is_over:
            seq = follower.seq
            if await follower.take(self._pace.heartbeat_seconds):
                if not self._node.is_hub:
                    urgent = await self._node.log.written_here(URGENT, seq, _PAGE)
                    self._urgent += [kept for kept in urgent if kept.seq <= follower.seq]
                self._wake.set()

    async def _note(self) -> None:
        """Write down how far the peers are, now and then, so that the next start need not begin at the beginning."""
        for found in self._links.values():
            position = self._peers.due_note(found)
            if position is not None:
                try:
                    await self._node.log.append(Job((), position))
                except NotKept:
                    return  # it is a convenience

    def _wall_ms(self) -> int:
        return event_bodies.milliseconds(self._node.wall())
