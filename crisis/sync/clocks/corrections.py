"""Corrections of times, as a hub writes them (crisis/clock.py). Of several for one event the last one counts."""

from __future__ import annotations

import statistics
from datetime import timedelta
from typing import TYPE_CHECKING

from crisis import clock
from crisis.model.event_bodies import TimeCorrected

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from crisis.log.file import Item
    from crisis.node import Node

_STEP = timedelta(milliseconds=1)


def items(node: Node, times: Mapping[UUID, datetime]) -> list[Item]:
    """The events that correct these times, for the log."""
    now = node.now()
    written_at = clock.stamp_act(now, now, node.state.latest).at
    made = []
    for event, at in times.items():
        before = node.state.correction_of(event)
        if before is not None:
            written_at = max(written_at, before.at + _STEP)
        body = TimeCorrected(event, at)
        made.append(node.item(node.event(body, node.name, clock.Stamp(written_at))))
        written_at += _STEP
    return made


def is_doubted(node: Node) -> bool:
    """Whether most nodes that were heard lately have a clock that is far ahead of ours: then ours is the wrong one."""
    skews = [peer.clock_skew_seconds for peer in node.peers.values() if not peer.is_silent and peer.clock_skew_seconds]
    return len(skews) > 1 and timedelta(seconds=statistics.median(skews)) > clock.AHEAD_MAX
