"""What a node knows of its peers besides their events: when they were heard, and how far each has the other's log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisis.log.records import PeerPosition
from crisis.presence import Peer
from devices import readings
from kiezbox import metrics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from crisis.sync.protocol import Pace, PeerSync


_LATE_MS = 60_000


class Peers:
    """When each peer was heard, and what was written down about it."""

    def __init__(self, pace: Pace, positions: Sequence[PeerPosition]) -> None:
        self._heartbeat_ms = pace.heartbeat_seconds * 1000
        # When a peer was heard, by our clock; how far its own clock was ahead then, None before this start. Both in ms.
        self._heard: dict[str, tuple[int, int | None]] = {}
        self._noted: dict[str, tuple[int, int]] = {}  # `given` and the time of hearing that were written down last
        self._latest: dict[str, int] = {}  # the newest time of its own clock
        for position in sorted(positions, key=lambda each: each.heard_ms):
            self._heard[position.node] = (position.heard_ms, None)

    def heard(self, peer: str, now_ms: int, its_now_ms: int) -> None:
        """A frame came from a peer, with the time of the peer's clock."""
        self._heard[peer] = (now_ms, its_now_ms - now_ms)

    def is_overtaken(self, peer: str, its_now_ms: int) -> bool:
        """Whether a later frame came before this one, so that its confirmation is old: brokers may reorder QoS 0 and 1.

        A frame after its clock was set back does not count as overtaken: clocks are set by more than frames are late.
        """
        latest = self._latest.get(peer, its_now_ms)
        self._latest[peer] = max(latest, its_now_ms) if latest - its_now_ms < _LATE_MS else its_now_ms
        return 0 < latest - its_now_ms < _LATE_MS

    def position(self, sync: PeerSync, log: UUID, taken: int, last: UUID | None) -> PeerPosition:
        """How far we and the peer have each other's logs, as it is written down."""
        heard_ms, _ = self._heard[sync.peer]
        return PeerPosition(sync.peer, log, taken, last, sync.given, heard_ms)

    def due_note(self, sync: PeerSync) -> PeerPosition | None:
        """What to write down about a peer; None without progress, or sooner than a heartbeat after the last time."""
        if sync.peer_log is None or sync.peer not in self._heard:
            return None
        heard_ms, _ = self._heard[sync.peer]
        given, noted_ms = self._noted.get(sync.peer, (-1, 0))
        if sync.given == given or abs(heard_ms - noted_ms) < self._heartbeat_ms:
            return None
        self._noted[sync.peer] = (sync.given, heard_ms)
        return self.position(sync, sync.peer_log, *sync.taken(sync.peer_log))

    def describe(self, syncs: Mapping[str, PeerSync], head: int, now: float) -> dict[str, Peer]:
        """How far each peer is, by node; counted in the metrics as well."""
        found = {name: self._peer(each, head, now) for name, each in syncs.items()}
        states = [_state(peer) for peer in found.values()]
        for state in ("level", "behind", "silent"):
            metrics.CRISIS_PEERS.labels(state).set(states.count(state))
        return found

    def _peer(self, sync: PeerSync, head: int, now: float) -> Peer:
        heard_ms, ahead_ms = self._heard.get(sync.peer, (None, None))
        taken = 0 if sync.peer_log is None else sync.taken(sync.peer_log)[0]
        return Peer(
            node=sync.peer,
            heard_at=None if heard_ms is None else readings.moment(heard_ms),
            is_silent=sync.is_silent(now),
            waiting=max(head - sync.given, 0),
            missing=max(sync.peer_head - taken, 0),
            clock_skew_seconds=None if ahead_ms is None else ahead_ms / 1000,
            given=sync.given,
        )


def _state(peer: Peer) -> str:
    if peer.is_silent:
        return "silent"
    return "behind" if peer.waiting or peer.missing else "level"
