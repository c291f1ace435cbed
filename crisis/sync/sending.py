"""Frames to peers, over one session: what stands in each, who signs it, and at which topic it goes out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from crisis.model import event_bodies
from crisis.sync import frames, protocol
from crisis.sync.frames import Frame
from crisis.sync.protocol import Have

if TYPE_CHECKING:
    import asyncio

    from crisis.log.records import LogRecord
    from crisis.node import Node
    from crisis.sync.members.membership import Membership
    from crisis.sync.protocol import PeerSync
    from crisis.trust.rights import Reason


def up(box: str) -> str:
    """The topic at which a box sends to the hub."""
    return f"kb/v1/{box}/sync/up"


def down(box: str) -> str:
    """The topic at which the hub sends to a box."""
    return f"kb/v1/{box}/sync/down"


class Connection(Protocol):
    """What the sync needs of a session with the broker (kiezbox.mqtt.Session)."""

    connected: asyncio.Event

    def publish(self, topic: str, payload: bytes, /, *, qos: int = 0, retain: bool = False) -> bool:
        """Send a message; False when there is no connection."""


class FrameSender:
    """Writes and publishes the frames of one node."""

    def __init__(self, node: Node, session: Connection, membership: Membership) -> None:
        self._node = node
        self._session = session
        self._membership = membership

    def send(self, sync: PeerSync, found: list[tuple[LogRecord, list[str]]], after: int | None) -> bool:
        """Send a frame with as many of these events as fit, at least one. `after` None: they are out of turn."""
        written: list[str] = []
        room, last = protocol.FRAME_BYTES, found[0][0]
        for record, texts in found:
            room -= sum(len(text.encode()) + 1 for text in texts)
            if written and texts and room < 0:
                break
            written += texts
            last = record
        if after is None:
            return self.publish(sync, self.frame(sync), written)
        frame = self.frame(sync, after=after, last=last)
        is_sent = self.publish(sync, frame, written)
        if is_sent:
            sync.sending(last.seq, time.monotonic())
        return is_sent

    def frame(
        self, sync: PeerSync, *, ask: bool = False, after: int | None = None, last: LogRecord | None = None
    ) -> Frame:
        """A frame to a peer without events. `after`, `last`: what its events come behind, and the last one of them."""
        have = None
        if sync.peer_log is not None:
            have = frames.confirmation(Have(sync.peer_log, *sync.taken(sync.peer_log)))
        return Frame(
            node=self._node.name,
            log=self._node.log.id,
            now=event_bodies.milliseconds(self._node.wall()),
            head=self._node.log.head,
            ask=ask,
            have=have,
            after=after,
            through=None if last is None else last.seq,
            through_id=None if last is None else last.encoded.id,
        )

    def publish(self, sync: PeerSync, frame: Frame, written: list[str]) -> bool:
        """Send a frame with events; False when there is no connection. With QoS 1 what a box has to say."""
        payload = self.encoded(sync.peer, frame, written)
        if self._node.is_hub:
            return self._session.publish(down(sync.peer), payload)
        return self._session.publish(up(self._node.name), payload, qos=1 if written else 0)

    def encoded(self, peer: str, frame: Frame, written: list[str]) -> bytes:
        """The frame as bytes, with our certificate and signature where we have them."""
        dressed, key = self._membership.dress(frame, peer)
        return frames.encode(dressed, written, key)

    def reject(self, name: str, why: Reason) -> None:
        """Tell a node why it is not answered."""
        now, log_id = event_bodies.milliseconds(self._node.wall()), self._node.log.id
        frame = Frame(node=self._node.name, log=log_id, now=now, head=0, reject=why)
        self._session.publish(down(name), self.encoded(name, frame, []))
