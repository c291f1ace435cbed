"""The protocol by which two nodes copy each other's logs until both have all events. Pure: times in, decisions out.

Each node numbers its log by arrival (`seq`). A frame says: these are the events of my log (named `log`) after seq
`after` and up to `through`, and of your log I have everything up to `have`. The sender goes on only when the receiver's
`have` says so, which is sent once the events are on the receiver's disk: so frames may be lost, doubled or late, and no
event is. What came from the peer itself is not sent back: `through` skips it. That is right only for the log that
the peer had when it sent those events. So a frame that names another log of the receiver than the present one brings
events, but does not move the position.

`have` also names the event that stands at its place. A log that was restored from a backup, or that lost its end in a
power cut, has another event or no event at that place: it takes a new name, and everything is compared again.

exchange.py does the sending.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.log.records import LOGS_OF_A_PEER

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.log.records import LogRecord, PeerPosition

WINDOW_FRAMES = 8  # sent and not confirmed: at most so many wait at a broker for a peer that is away
FRAME_BYTES = 48 * 1024  # of events; a frame stays under the 64 KiB of protocol.md
_ROUND_TRIPS = 2  # a frame that is not confirmed within so many round trips counts as lost
_SILENT_HEARTBEATS = 3


@dataclass(frozen=True, slots=True)
class Have:
    """Everything up to `seq` of the log named `log` is on the sender's disk; `id` is the event that stands there."""

    log: UUID
    seq: int
    id: UUID | None


@dataclass(frozen=True, slots=True)
class Pace:
    """After how long frames are sent again, and how often a peer is asked when nothing happens."""

    resend_seconds: float
    heartbeat_seconds: float


class PeerSync:
    """The state of the sync with one peer. Times are seconds of a monotonic clock.

    A box is the caller: it asks when it connects, and then at every heartbeat. A hub sends and asks only while the box
    was heard of lately, but when it connects it asks every box it knows once (`_greets`).
    """

    def __init__(self, peer: str, pace: Pace, known: list[PeerPosition], *, is_caller: bool) -> None:
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
        self.is_verified = False  # whether the peer has our log, and not another log of the same name

    # -- what arrives ------------------------------------------------------------------------------------------------

    def taken(self, log: UUID) -> tuple[int, UUID | None]:
        """How far we have this log of the peer, and the event that stands there."""
        return self._taken.get(log, (0, None))

    def heard(self, log: UUID, head: int, now: float) -> None:
        """A frame came from the peer, whose log has this name and ends at `head`."""
        if self.peer_log is not None and log != self.peer_log:
            self.forget()  # the new log lacks what we skipped because the former log had it
        self.peer_log = log
        self.peer_head = head
        self._last_heard = now

    def took(self, log: UUID, through: int, last: UUID | None) -> None:
        """The events of the peer's log up to `through` are on our disk."""
        if through > self.taken(log)[0]:
            self._taken[log] = (through, last)
            while len(self._taken) > LOGS_OF_A_PEER:
                del self._taken[next(each for each in self._taken if each != log)]

    def confirmed(self, seq: int, now: float) -> None:
        """The peer has our log up to `seq`. No progress for too long means that frames were lost."""
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
        """As far as we know the peer has nothing of our log: one of the two logs has a new name."""
        self.given = 0
        self.is_verified = False
        self.rewind()

    # -- what is to be sent ------------------------------------------------------------------------------------------

    def may_send(self, head: int, now: float) -> bool:
        """Whether there are events to send, room in the window, and a peer that may hear them."""
        is_heard = self._is_caller or not self.is_silent(now)
        return self.sent < head and not self.is_full and is_heard

    @property
    def is_full(self) -> bool:
        """Whether the window is full."""
        return len(self._frames) >= WINDOW_FRAMES

    def sending(self, through: int, now: float) -> None:
        """Events up to `through` were sent."""
        if through > self.sent:
            if not self._frames:
                self._next_ask = max(self._next_ask, now + self._patience)
            self._frames.append((through, now))
        self.sent = through
        self._last_moved = now
        self.owes_answer = False

    def ask_due(self, head: int, now: float) -> bool:
        """Whether to ask how far the peer is: no confirmation for too long, or time for a heartbeat."""
        if now < self._next_ask:
            return False
        return self._is_caller or self._greets or (self.given < head and not self.is_silent(now))

    def asked(self, head: int, now: float) -> None:
        """The question was sent. While events are unconfirmed the next one follows after twice the time."""
        self._greets = False
        if self.given < head:
            self._next_ask = now + self._patience
            self._patience = min(self._patience * 2, max(self._pace.heartbeat_seconds, self._is_lost_after))
        else:
            self._next_ask = now + self._pace.heartbeat_seconds

    def connected(self) -> None:
        """The connection is new: the peer is to be asked at once.

        Unconfirmed frames are sent again only after its answer: a broker may hold them for a peer that is away, and a
        bad connection that comes and goes must not fill the broker with copies.
        """
        self._patience = self._pace.resend_seconds
        self._next_ask = float("-inf")
        self._greets = True

    def is_silent(self, now: float) -> bool:
        """Whether the peer was not heard of for three heartbeats."""
        return now - self._last_heard > _SILENT_HEARTBEATS * self._pace.heartbeat_seconds

    def is_for_peer(self, record: LogRecord) -> bool:
        """Whether the peer may lack this event: it did not come from the peer's present log."""
        return self.peer_log is None or record.via != via(self.peer, self.peer_log)


def via(peer: str, log: UUID) -> str:
    """How a record names the peer and its log that an event came from."""
    return f"{peer}/{log.hex}"
