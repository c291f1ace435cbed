"""How two nodes bring each other's logs level. Pure: frames and times in, decisions out; exchange.py does the sending.

Each node numbers its log by arrival (`seq`). A frame says: these are the events of my log (named `log`) after seq
`after` and up to `through`, and of your log I have everything up to `have`. Only the receiver's `have` moves the sender
on, and it says so after the events are on its disk; so a frame may be lost, doubled or late, and nothing else is. What
came from the peer itself is not sent back: `through` passes over it, which holds only for the log that the peer had
when it sent that. So a frame that names another log of the receiver's than it has brings events, but no place.

`have` also names the event that stands at its place. A log that was restored from a backup, or that lost its end in a
power cut, has another event there or none: it takes a new name, and everything is compared again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.log.records import Kept, Position

WINDOW_FRAMES = 8  # sent and not confirmed; what waits at a broker for a peer that is away is at most this
FRAME_BYTES = 48 * 1024  # of events; a frame stays under the 64 KiB of protocol.md
_ROUND_TRIPS = 2  # a frame that is not confirmed within so many of them is lost
_SILENT_HEARTBEATS = 3


@dataclass(frozen=True, slots=True)
class Have:
    """Everything up to `seq` of the log named `log` is on the sender's disk; `id` is the event that stands there."""

    log: UUID
    seq: int
    id: UUID | None


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient a link is."""

    resend_seconds: float
    heartbeat_seconds: float


class Link:
    """One peer. Times are seconds of a monotonic clock.

    A box is the caller: it asks when it connects, and then at every heartbeat. A hub sends and asks only while the box
    was heard of lately, but greets every box it knows once when it connects.
    """

    def __init__(self, peer: str, pace: Pace, known: list[Position], *, is_caller: bool) -> None:
        self.peer = peer
        self._is_caller = is_caller
        self._pace = pace
        self._taken = {position.log: (position.taken, position.taken_id) for position in known}
        newest = max(known, key=lambda position: position.heard_ms, default=None)
        self.peer_log = None if newest is None else newest.log
        self.peer_head = 0
        self.given = 0 if newest is None else newest.given
        self.sent = self.given
        self._frames: deque[tuple[int, float]] = deque()  # `through` and time of each frame that is not confirmed
        self._last_heard = self._last_moved = float("-inf")  # moved: a frame left, or one was confirmed
        self._next_ask = float("-inf")
        self._round_trip = 0.0  # of the last confirmed frame; on a bad link each takes many seconds
        self._patience = pace.resend_seconds
        self._greets = True
        self.owes_answer = False
        self.is_verified = False  # whether the peer has our log, not another one of the same name

    # -- what arrives ------------------------------------------------------------------------------------------------

    def taken(self, log: UUID) -> tuple[int, UUID | None]:
        """How far we have a log of the peer's, and the event that stands there."""
        return self._taken.get(log, (0, None))

    def heard(self, log: UUID, head: int, now: float) -> None:
        """A frame came from the peer, whose log is called so and has so many events."""
        if self.peer_log is not None and log != self.peer_log:
            self.forget()  # the new one lacks what we passed over because the former one had it
        self.peer_log = log
        self.peer_head = head
        self._last_heard = now

    def took(self, log: UUID, through: int, last: UUID | None) -> None:
        """Events of the peer's up to there are on our disk."""
        if through > self.taken(log)[0]:
            self._taken[log] = (through, last)

    def confirmed(self, seq: int, now: float) -> None:
        """The peer has our log up to there. No progress for too long means that frames were lost."""
        if seq == self.given < self.sent and now - self._last_moved >= self._is_lost_after:
            self.rewind()
        if seq > self.given:
            while self._frames and self._frames[0][0] <= seq:
                self._round_trip = now - self._frames.popleft()[1]
            self._last_moved = now
            self._patience = self._is_lost_after
            self._next_ask = now + self._patience
        if seq < self.given or seq >= self.sent:
            self.sent = seq
            self._frames.clear()
        self.given = seq

    @property
    def _is_lost_after(self) -> float:
        """Seconds without progress after which frames count as lost."""
        return max(self._pace.resend_seconds, _ROUND_TRIPS * self._round_trip)

    def rewind(self) -> None:
        """Send again everything that is not confirmed."""
        self.sent = self.given
        self._frames.clear()

    def forget(self) -> None:
        """The peer has nothing of our log, as far as we know: one of the two has a new name."""
        self.given = 0
        self.is_verified = False
        self.rewind()

    # -- what is to be sent ------------------------------------------------------------------------------------------

    def may_send(self, head: int, now: float) -> bool:
        """Whether there are events to send, room for them under way, and somebody who may hear them."""
        is_heard = self._is_caller or not self.is_silent(now)
        return self.sent < head and not self.is_full and is_heard

    @property
    def is_full(self) -> bool:
        """Whether as much is under way as may be."""
        return len(self._frames) >= WINDOW_FRAMES

    def sending(self, through: int, now: float) -> None:
        """Events up to there are under way."""
        if through > self.sent:
            if not self._frames:
                self._next_ask = max(self._next_ask, now + self._patience)
            self._frames.append((through, now))
        self.sent = through
        self._last_moved = now
        self.owes_answer = False

    def ask_due(self, head: int, now: float) -> bool:
        """Whether to ask how far the peer is: too long without confirmation, or time for a heartbeat."""
        if now < self._next_ask:
            return False
        return self._is_caller or self._greets or (self.given < head and not self.is_silent(now))

    def asked(self, head: int, now: float) -> None:
        """The question is under way; the next one after twice the time."""
        self._greets = False
        if self.given < head:
            self._next_ask = now + self._patience
            self._patience = min(self._patience * 2, max(self._pace.heartbeat_seconds, self._is_lost_after))
        else:
            self._next_ask = now + self._pace.heartbeat_seconds

    def connected(self) -> None:
        """The connection is new: the peer is to be asked at once.

        What was under way is sent again only after its answer: a broker may hold it for a peer that is away, and a bad
        link that comes and goes must not make it hold that many times.
        """
        self._patience = self._pace.resend_seconds
        self._next_ask = float("-inf")
        self._greets = True

    def is_silent(self, now: float) -> bool:
        """Whether the peer was not heard of for three heartbeats."""
        return now - self._last_heard > _SILENT_HEARTBEATS * self._pace.heartbeat_seconds

    def is_for_peer(self, kept: Kept) -> bool:
        """Whether the peer may not have this: it did not bring it itself, from the log that it has now."""
        return self.peer_log is None or kept.via != via(self.peer, self.peer_log)


def via(peer: str, log: UUID) -> str:
    """How an event is marked that a peer brought from its log."""
    return f"{peer}/{log.hex}"
