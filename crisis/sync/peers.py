"""What a node knows of its peers besides the events: when they were heard, and what to tell people about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.log.records import Position
from crisis.model import event_bodies
from kiezbox import metrics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from crisis.sync.protocol import Link, Pace


_LATE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Peer:
    """How far a peer and this node are with each other's logs, for people to look at."""

    node: str
    heard_at: datetime | None  # None: not since this process started
    is_silent: bool  # not heard of for three heartbeats
    waiting: int  # events of ours that it has not confirmed
    missing: int  # events of its log that we do not have, as far as it told
    clock_skew_seconds: float | None  # its clock less ours when it was last heard


class Peers:
    """When each peer was heard, by our clock in ms; and how far its own was ahead then, None before this start."""

    def __init__(self, pace: Pace, positions: Sequence[Position]) -> None:
        self._heartbeat_ms = pace.heartbeat_seconds * 1000
        self._heard: dict[str, tuple[int, int | None]] = {}
        self._noted: dict[str, tuple[int, int]] = {}
        self._latest: dict[str, int] = {}
        for position in sorted(positions, key=lambda each: each.heard_ms):
            self._heard[position.node] = (position.heard_ms, None)

    def heard(self, peer: str, now_ms: int, its_now_ms: int) -> None:
        """A frame came from it, with the time of its clock."""
        self._heard[peer] = (now_ms, its_now_ms - now_ms)

    def is_overtaken(self, peer: str, its_now_ms: int) -> bool:
        """Whether a later frame came first: brokers keep no order between QoS 0 and 1. What this one confirms is old.

        A clock that was set back makes no later frame an earlier one: it is off by more than a frame is late.
        """
        latest = self._latest.get(peer, its_now_ms)
        self._latest[peer] = max(latest, its_now_ms) if latest - its_now_ms < _LATE_MS else its_now_ms
        return 0 < latest - its_now_ms < _LATE_MS

    def position(self, found: Link, log: UUID, taken: int, last: UUID | None) -> Position:
        """How far we and the peer are, as it is written down."""
        heard_ms, _ = self._heard[found.peer]
        return Position(found.peer, log, taken, last, found.given, heard_ms)

    def due_note(self, found: Link) -> Position | None:
        """What is to be written down about a peer: once a heartbeat, if it got on."""
        if found.peer_log is None or found.peer not in self._heard:
            return None
        heard_ms, _ = self._heard[found.peer]
        given, noted_ms = self._noted.get(found.peer, (-1, 0))
        if found.given == given or abs(heard_ms - noted_ms) < self._heartbeat_ms:
            return None
        self._noted[found.peer] = (found.given, heard_ms)
        return self.position(found, found.peer_log, *found.taken(found.peer_log))

    def describe(self, links: Mapping[str, Link], head: int, now: float) -> dict[str, Peer]:
        """How far each peer is, for people to look at; counted in the metrics as well."""
        found = {name: self._peer(each, head, now) for name, each in links.items()}
        states = [_state(peer) for peer in found.values()]
        for state in ("level", "behind", "silent"):
            metrics.CRISIS_PEERS.labels(state).set(states.count(state))
        return found

    def _peer(self, found: Link, head: int, now: float) -> Peer:
        heard_ms, ahead_ms = self._heard.get(found.peer, (None, None))
        taken = 0 if found.peer_log is None else found.taken(found.peer_log)[0]
        return Peer(
            node=found.peer,
            heard_at=None if heard_ms is None else event_bodies.moment(heard_ms),
            is_silent=found.is_silent(now),
            waiting=max(head - found.given, 0),
            missing=max(found.peer_head - taken, 0),
            clock_skew_seconds=None if ahead_ms is None else ahead_ms / 1000,
        )


def _state(peer: Peer) -> str:
    if peer.is_silent:
        return "silent"
    return "behind" if peer.waiting or peer.missing else "level"
