"""The operation log (Einsatztagebuch) of one node: which of its events are lines, and their numbers.

A line's number is its place among the lines in the order in which they reached this node: without a gap, and for ever.
So what is a line never changes for events of the past. A kind that is added here in a later version would move the
numbers of existing logs: it may count only from where a log was when that version first ran.
"""

from __future__ import annotations

import bisect
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.model import areas
from crisis.model.event_bodies import CommandResult, CommandSent, ModeSeen, PowerSeen
from crisis.model.log_bodies import EntrySort, EntryWritten

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.model.events import Event

# In these words a box reports that something reached it: what many boxes say within this time is one step, one line.
STEP_MS = 600_000
_STEPS = frozenset({"mode_seen", "power_seen", "command_sent", "command_result"})
KINDS = _STEPS | {
    *("mode_proposed", "mode_set"),
    *("notice_published", "notice_withdrawn", "point_put", "point_closed"),
    *("distress_received", "distress_taken", "distress_closed"),
    *("distress_reopened", "distress_assigned", "distress_noted", "distress_prioritized"),
    *("entry_written", "entry_struck"),
}


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps the log, from a line on."""

    number: int
    name: str
    since: datetime


class Book:
    """The lines of a node's log, by number and by place in the log. Numbers begin at 1."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._seqs = array("q")
        self._steps: dict[tuple[str, object], int] = {}  # when the first event of a step was received
        self.keepers: list[Keeper] = []

    def add(self, seq: int, event: Event, received_ms: int) -> None:
        """Take note of an event of the log, in its order."""
        if event.kind not in KINDS or (event.kind in _STEPS and self._is_same_step(event, received_ms)):
            return
        self._seqs.append(seq)
        body = event.body
        if isinstance(body, EntryWritten) and body.sort is EntrySort.KEEPER and event.node == self._node:
            self.keepers.append(Keeper(len(self), event.actor, event.at))

    def _is_same_step(self, event: Event, received_ms: int) -> bool:
        step = (event.kind, _step(event))
        first_ms = self._steps.get(step)
        if first_ms is not None and 0 <= received_ms - first_ms < STEP_MS:
            return True
        self._steps = {each: ms for each, ms in self._steps.items() if 0 <= received_ms - ms < STEP_MS}
        self._steps[step] = received_ms
        return False

    def __len__(self) -> int:
        """How many lines there are: the number of the last one."""
        return len(self._seqs)

    def places(self, first: int, last: int) -> list[int]:
        """The places in the log of the lines with these numbers, as far as there are any."""
        return self._seqs[max(first, 1) - 1 : max(last, 0)].tolist()

    def number_of(self, seq: int) -> int | None:
        """The number of the line in this place of the log; None when the event there is no line."""
        found = bisect.bisect_left(self._seqs, seq)
        return found + 1 if found < len(self._seqs) and self._seqs[found] == seq else None

    def keeper_at(self, number: int) -> Keeper | None:
        """Who kept the log when the line with this number was written; None while nobody had taken it over."""
        found = bisect.bisect_right(self.keepers, number, key=lambda keeper: keeper.number)
        return self.keepers[found - 1] if found else None


def _step(event: Event) -> object:
    match event.body:
        case ModeSeen(mode=mode):
            return mode
        case PowerSeen(box=box, mains=mains):
            return mains, areas.district(box)  # what goes dark in two districts may be two outages
        case CommandSent(name=name):
            return name
        case CommandResult(state=state):
            return state
    return event.id  # cannot be read: a line of its own
