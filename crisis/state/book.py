"""The operation log (Einsatztagebuch) of one node: which of its events are lines, and their numbers.

A line's number is its place among the lines in the order in which they reached this node: without a gap, and for ever.
So what is a line never changes for events of the past. The kinds that a later version adds (ADDED) count only from
where a log was when that version first ran, which the log remembers (crisis/log/file.py, BOOK_GREW).
"""

from __future__ import annotations

import bisect
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.model import alarm_bodies, areas
from crisis.model.event_bodies import CommandResult, CommandSent, ModeSeen, PowerSeen
from crisis.model.incidents.bodies import IncidentPut, ItemLinked, ItemUnlinked
from crisis.model.log_bodies import EntrySort, EntryWritten

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.model.events import Event

# What many boxes report within this time is one step, one line; so is what one person does about an incident at once.
STEP_MS = 600_000
_REPEATED = frozenset({"mode_seen", "power_seen", "command_sent", "command_result"})
KINDS = _REPEATED | {
    *("mode_proposed", "mode_set"),
    *("notice_published", "notice_withdrawn", "point_put", "point_closed"),
    *("distress_received", "distress_taken", "distress_closed"),
    *("entry_written", "entry_struck"),
}
_OF_INCIDENTS = frozenset({"incident_put", "item_linked", "item_unlinked", "card_put"})
_OF_CALLS = frozenset({"distress_reopened", "distress_assigned", "distress_noted", "distress_prioritized"})
# Kinds that came after the first version of the operation log.
ADDED = _OF_INCIDENTS | _OF_CALLS | frozenset(alarm_bodies.KINDS)
ALL_KINDS = KINDS | ADDED
NEVER = 2**62  # a place that no log reaches


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps the log, from a line on."""

    number: int
    name: str
    since: datetime


class Book:
    """The lines of a node's log, by number and by place in the log. Numbers begin at 1.

    `grew_at`: the last place in the log at which only KINDS are lines.
    """

    def __init__(self, node: str, grew_at: int = 0) -> None:
        self._node = node
        self._grew_at = grew_at  # behind this place in the log kinds in ADDED are lines, too
        self._seqs = array("q")
        self._steps: dict[tuple[object, ...], int] = {}  # when the first event of a step was received
        self.keepers: list[Keeper] = []

    def add(self, seq: int, event: Event, received_ms: int) -> None:
        """Take note of an event of the log, in its order."""
        if event.kind not in (ALL_KINDS if seq > self._grew_at else KINDS):
            return
        step = _step(event)
        if step is not None and self._is_same_step(step, received_ms):
            return
        self._seqs.append(seq)
        body = event.body
        if isinstance(body, EntryWritten) and body.sort is EntrySort.KEEPER and event.node == self._node:
            self.keepers.append(Keeper(len(self), event.actor, event.at))

    def _is_same_step(self, step: tuple[object, ...], received_ms: int) -> bool:
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

    def count_until(self, seq: int) -> int:
        """How many lines there are up to a place in the log."""
        return bisect.bisect_right(self._seqs, seq)

    def number_of(self, seq: int) -> int | None:
        """The number of the line in this place of the log; None when the event there is no line."""
        found = bisect.bisect_left(self._seqs, seq)
        return found + 1 if found < len(self._seqs) and self._seqs[found] == seq else None

    def keeper_at(self, number: int) -> Keeper | None:
        """Who kept the log when the line with this number was written; None while nobody had taken it over."""
        found = bisect.bisect_right(self.keepers, number, key=lambda keeper: keeper.number)
        return self.keepers[found - 1] if found else None


def _step(event: Event) -> tuple[object, ...] | None:
    """What the lines of one step have in common; None for an event that is a line of its own."""
    match event.body:
        case ModeSeen(mode=mode):
            return event.kind, mode
        case PowerSeen(box=box, mains=mains):
            return event.kind, mains, areas.district(box)  # what goes dark in two districts may be two outages
        case CommandSent(name=name):
            return event.kind, name
        case CommandResult(state=state):
            return event.kind, state
        case IncidentPut(incident=name) | ItemLinked(incident=name) | ItemUnlinked(incident=name):
            return name, event.node, event.actor, event.at  # whatever one person did at once
    return None
