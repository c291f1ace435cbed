"""Alarms that a node sees of itself and of its peers: nobody else may be there to see them."""

from __future__ import annotations

import shutil
import statistics
from datetime import timedelta
from typing import TYPE_CHECKING

from crisis.alarm import kinds, plans
from crisis.alarm.alarms import Alarm
from crisis.model.areas import EVERYWHERE
from crisis.model.event_bodies import milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from crisis.alarm.outbox.rows import ChannelState
    from crisis.log.records import HeldEvent
    from crisis.presence import Peer

_SKEW_SECONDS = 60.0
_MOST_OF = 3  # of fewer boxes nobody can tell which clock is the wrong one
_MIB = 1024 * 1024
_HELD_MS = 60_000
FAILING_MS = 120_000  # a channel that fails for less is tried again, and tells nobody
# What an attacker could send, or a node whose clock is wrong: people have to look.
_BROKEN = frozenset({"bad_signature", "foreign", "unknown_signer", "unsigned", "revoked"})


def silent_boxes(peers: Iterable[Peer], now: datetime, after: timedelta) -> Iterator[Alarm]:
    """On a hub: nodes of boxes that were heard and are not any more."""
    for peer in peers:
        if peer.heard_at is not None and peer.is_silent and now - peer.heard_at > after:
            yield _of_box(kinds.NODE_SILENT, peer.node, peer.heard_at)


def behind(peers: Iterable[Peer], since: dict[str, datetime], now: datetime, after: timedelta) -> Iterator[Alarm]:
    """Nodes that are heard, and for which events have been waiting for too long; `since` remembers since when."""
    waiting = {peer.node for peer in peers if not peer.is_silent and (peer.waiting or peer.missing)}
    for node in set(since) - waiting:
        del since[node]
    for node in sorted(waiting):
        begun = since.setdefault(node, now)
        if now - begun > after:
            yield _of_box(kinds.SYNC_BEHIND, node, begun)


def clocks(hub: str, peers: Iterable[Peer], now: datetime) -> Iterator[Alarm]:
    """Nodes whose clocks are off, as they were heard last. When most boxes agree on another time it is the hub's."""
    skews = {
        peer.node: peer.clock_skew_seconds
        for peer in peers
        if not peer.is_silent and peer.clock_skew_seconds is not None
    }
    right = statistics.median(skews.values()) if len(skews) >= _MOST_OF else 0.0
    if abs(right) > _SKEW_SECONDS:
        yield _of_box(kinds.NODE_CLOCK, hub, now)
    else:
        right = 0.0
    for node, skew in skews.items():
        if abs(skew - right) > _SKEW_SECONDS:
            yield _of_box(kinds.NODE_CLOCK, node, now)


def changed_log(node: str, area: str, changed_at: datetime | None) -> Iterator[Alarm]:
    """The log of this node does not fit its seal, seen first at this time."""
    if changed_at is not None:
        labels = (("box", node),)
        yield Alarm(kind=kinds.LOG_CHANGED, subject=node, opened_at=changed_at, area=area, label=node, labels=labels)


def broken_seals(held: Iterable[HeldEvent], now: datetime) -> Iterator[Alarm]:
    """Nodes from which came what was not signed as it must be, and still is not: a certificate may come a bit later."""
    before = milliseconds(now) - _HELD_MS
    for sender in sorted({each.sender for each in held if each.reason in _BROKEN and each.received_ms <= before}):
        yield _of_box(kinds.BROKEN_SEAL, sender, now)


def disk(folder: Path, node: str, reserve_mib: int, now: datetime) -> Iterator[Alarm]:
    """A disk with less room than twice what is reserved for calls for help. Raises OSError."""
    if shutil.disk_usage(folder).free < 2 * max(reserve_mib, 1) * _MIB:
        yield _of_box(kinds.DISK, node, now)


def channels(
    states: Iterable[ChannelState], configured: frozenset[str], node: str, chain_ms: int, now: datetime
) -> Iterator[Alarm]:
    """Channels through which nothing has gone for a while."""
    for state in states:
        if state.name in configured and is_failing(state, chain_ms):
            yield Alarm(
                kind=kinds.CHANNEL_FAILING,
                subject=f"{node}/{state.name}",
                opened_at=now,
                area=_area(node),
                label=state.name,
                labels=(("channel", state.name), ("reason", state.reason)),
            )


def is_failing(state: ChannelState, chain_ms: int) -> bool:
    """Whether nothing has gone through a channel for so long that somebody has to know."""
    return state.failing_chain_ms is not None and chain_ms - state.failing_chain_ms >= FAILING_MS


def plan_wrong(seconds: float | None, node: str, area: str, now: datetime) -> Iterator[Alarm]:
    """The operator's file is wrong for longer than it takes to save one. `seconds`: for how long; None: it is right."""
    if seconds is not None and seconds >= plans.SAVING_SECONDS:
        opened_at = now - timedelta(seconds=seconds)
        labels = (("box", node),)
        yield Alarm(kind=kinds.PLAN_WRONG, subject=node, opened_at=opened_at, area=area, label=node, labels=labels)


def hub_silence(hub: str, since: datetime, area: str, *, is_silent: bool) -> Iterator[Alarm]:
    """On a box: its hub is not heard. `since`: when it was heard last."""
    if is_silent:
        yield Alarm(kind=kinds.HUB_SILENT, subject=hub, opened_at=since, area=area)


def _of_box(kind: str, node: str, at: datetime) -> Alarm:
    return Alarm(kind=kind, subject=node, opened_at=at, area=_area(node), label=node, labels=(("box", node),))


def _area(node: str) -> str:
    return EVERYWHERE if node == "hub" else node
