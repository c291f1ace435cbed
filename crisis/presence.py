"""What boxes say about themselves, in the memory of a hub: reachable, on mains or battery, and for how long.

The broker retains each box's last status, so a hub that starts again soon knows them; and it publishes a box's last
will when the box is gone.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from devices.readings import Status

_BOXES_MAX = 20_000  # whoever may publish cannot fill our memory with made-up boxes
_DRAINED_MAX = 60
_SPAN_MIN = timedelta(minutes=10)  # over less a battery's fall says nothing
_DROP_MIN = 0.5  # percent
_RISE_MIN = 1.0  # percent: it was charged, so what was before says nothing


@dataclass(frozen=True, slots=True)
class Seen:
    """A box as it described itself last.

    `since`: reachable or not since then; None when that began before this process listened. `status` is the last whole
    one, heard at `told_at`; None when only its last will is known. `hours_left` None: on mains, or it cannot be told.
    """

    box: str
    is_reachable: bool
    since: datetime | None
    heard_at: datetime
    status: Status | None
    told_at: datetime | None
    hours_left: float | None = None


class Presence:
    """The boxes by id. Changed by `hear` only."""

    def __init__(self) -> None:
        self._seen: dict[str, Seen] = {}
        self._drained: dict[str, deque[tuple[datetime, float]]] = {}
        self.is_current: Callable[[], bool] = _never  # whether the broker would tell us now

    def hear(self, box: str, status: Status, received_at: datetime, *, retained: bool = False) -> None:
        """A box, or the broker in its name, said this. `retained`: it was said before we listened."""
        before = self._seen.get(box)
        if before is None and len(self._seen) >= _BOXES_MAX:
            return
        since = None if retained else received_at
        if before is not None and before.is_reachable == status.online:
            since = before.since
        if not status.online:  # a last will knows nothing else: what was known before stays, with its age
            told, told_at = (None, None) if before is None else (before.status, before.told_at)
            left = None if before is None else before.hours_left
            self._seen[box] = Seen(box, False, since, received_at, told, told_at, left)
            return
        told_at = status.at if retained and status.at is not None else received_at
        if not retained:
            self._drain(box, status, received_at)
        hours = hours_left(tuple(self._drained.get(box, ())))
        self._seen[box] = Seen(box, True, since, told_at, status, told_at, hours)

    def of(self, box: str) -> Seen | None:
        """What a box said last."""
        return self._seen.get(box)

    def boxes(self) -> tuple[str, ...]:
        """Every box that was heard of, by id."""
        return tuple(sorted(self._seen))

    def _drain(self, box: str, status: Status, at: datetime) -> None:
        percent = status.battery_percent
        if status.mains is not False or percent is None:
            self._drained.pop(box, None)
            return
        drained = self._drained.setdefault(box, deque(maxlen=_DRAINED_MAX))
        if drained and percent > drained[-1][1] + _RISE_MIN:
            drained.clear()
        drained.append((at, percent))


def hours_left(drained: tuple[tuple[datetime, float], ...]) -> float | None:
    """How long a battery lasts that goes on as it did: (time, percent), the oldest first. None when nobody can tell."""
    if len(drained) < 2:  # noqa: PLR2004 -- a line has two ends
        return None
    (begin, full), (end, left) = drained[0], drained[-1]
    drop = full - left
    if end - begin < _SPAN_MIN or drop < _DROP_MIN:
        return None
    return left / (drop / ((end - begin) / timedelta(hours=1)))


def _never() -> bool:
    return False
