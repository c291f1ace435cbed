"""What a node knows of other machines, in memory: a hub of the boxes, and every node of its peers.

Boxes report whether they are on mains or battery. The broker retains each box's last status, so a restarted hub soon
knows them again, and it publishes a box's last will when the box is gone.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from devices.readings import Status

_BOXES_MAX = 20_000  # whoever may publish must not fill our memory with invented boxes
_LEVELS_MAX = 60
_SPAN_MIN = timedelta(minutes=10)  # over a shorter time a battery's fall says nothing
_DROP_MIN = 0.5  # percent
_RISE_MIN = 1.0  # percent: a rise by this much is a charge, and earlier levels say nothing


@dataclass(frozen=True, slots=True)
class BoxPresence:
    """A box as it last described itself.

    `since`: reachable or not since then; None when that began before this process listened. `status` is the last full
    status, of the time `status_at`; both None when only the last will is known. `hours_left` None: the box is on mains,
    or nobody can tell.
    """

    box: str
    is_reachable: bool
    since: datetime | None
    heard_at: datetime
    status: Status | None
    status_at: datetime | None
    hours_left: float | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """How far a peer and this node have each other's logs, for people to see."""

    node: str
    heard_at: datetime | None  # None: not since this process started
    is_silent: bool  # not heard of for three heartbeats
    waiting: int  # events of ours that it has not confirmed
    missing: int  # events of its log that we do not have, as far as it said
    clock_skew_seconds: float | None  # its clock less ours when it was last heard
    given: int = 0  # how far it has our log, as it said


class Presence:
    """The boxes by id. Changed by `hear` only."""

    def __init__(self) -> None:
        self._boxes: dict[str, BoxPresence] = {}
        self._battery: dict[str, deque[tuple[datetime, float]]] = {}
        self.is_current: Callable[[], bool] = _never  # whether we are connected to the broker, so that changes reach us

    def hear(self, box: str, status: Status, received_at: datetime, *, retained: bool = False) -> None:
        """A box sent this status, or the broker its last will. `retained`: it was sent before we listened."""
        before = self._boxes.get(box)
        if before is None and len(self._boxes) >= _BOXES_MAX:
            return
        since = None if retained else received_at
        if before is not None and before.is_reachable == status.online:
            since = before.since
        if not status.online:  # a last will says nothing else: what was known before stays, with its age
            last, status_at = (None, None) if before is None else (before.status, before.status_at)
            left = None if before is None else before.hours_left
            self._boxes[box] = BoxPresence(box, False, since, received_at, last, status_at, left)
            return
        status_at = status.at if retained and status.at is not None else received_at
        if not retained:
            self._note_battery(box, status, received_at)
        hours = hours_left(tuple(self._battery.get(box, ())))
        self._boxes[box] = BoxPresence(box, True, since, status_at, status, status_at, hours)

    def of(self, box: str) -> BoxPresence | None:
        """A box as it last described itself; None when it was never heard of."""
        return self._boxes.get(box)

    def boxes(self) -> tuple[str, ...]:
        """Every box that was heard of, by id."""
        return tuple(sorted(self._boxes))

    def _note_battery(self, box: str, status: Status, at: datetime) -> None:
        percent = status.battery_percent
        if status.mains is not False or percent is None:
            self._battery.pop(box, None)
            return
        levels = self._battery.setdefault(box, deque(maxlen=_LEVELS_MAX))
        if levels and percent > levels[-1][1] + _RISE_MIN:
            levels.clear()
        levels.append((at, percent))


class Beats:
    """Where the sync hands on what other nodes say at every beat, and asks for ours (crisis/alarm/watching/watch.py).

    `is_due`: set when ours is to go out soon, and not only when its time has come.
    """

    def __init__(self) -> None:
        self.hear: Callable[[str, bytes], None] = _ignored  # the topic, and the beat
        self.make: Callable[[], bytes | None] = _nothing
        self.is_due = asyncio.Event()


def hours_left(levels: tuple[tuple[datetime, float], ...]) -> float | None:
    """Hours until a battery is empty if it goes on falling like these levels (time, percent), oldest first; or None."""
    if not levels:
        return None
    (begin, full), (end, left) = levels[0], levels[-1]
    drop = full - left
    if end - begin < _SPAN_MIN or drop < _DROP_MIN:
        return None
    return left / (drop / ((end - begin) / timedelta(hours=1)))


def _never() -> bool:
    return False


def _ignored(_topic: str, _beat: bytes) -> None:
    pass


def _nothing() -> bytes | None:
    return None
