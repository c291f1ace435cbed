"""What is held back, in memory: bounded in number and in bytes, together and for each sender."""

from __future__ import annotations

from collections import Counter, UserDict
from typing import TYPE_CHECKING
from uuid import UUID

from crisis.log.records import HeldEvent

if TYPE_CHECKING:
    from collections.abc import Iterable

EVENTS_MAX, EVENTS_OF_ONE_MAX = 5_000, 500
BYTES_MAX, BYTES_OF_ONE_MAX = 8_000_000, 1_000_000


class HeldEvents(UserDict[UUID, HeldEvent]):
    """By the event's id. Beyond the limits an event is only counted: a node that sends rubbish fills nobody's disk."""

    def __init__(self, found: Iterable[HeldEvent] = ()) -> None:
        self._events: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        super().__init__({held.encoded.id: held for held in found})

    def __setitem__(self, event: UUID, held: HeldEvent) -> None:
        """Hold an event back; it replaces what was held under its id."""
        if event in self.data:
            del self[event]
        self._events[held.sender] += 1
        self._bytes[held.sender] += len(held.encoded.body)
        super().__setitem__(event, held)

    def __delitem__(self, event: UUID) -> None:
        """Hold it back no longer."""
        held = self.data[event]
        self._events[held.sender] -= 1
        self._bytes[held.sender] -= len(held.encoded.body)
        super().__delitem__(event)

    def has_room(self, more: Iterable[HeldEvent], held: HeldEvent) -> bool:
        """Whether one more fits, when `more` of its sender are about to be held."""
        waiting = list(more)
        events, size = len(waiting) + 1, sum(len(each.encoded.body) for each in (*waiting, held))
        return (
            len(self.data) + events <= EVENTS_MAX
            and self._events[held.sender] + events <= EVENTS_OF_ONE_MAX
            and self._bytes.total() + size <= BYTES_MAX
            and self._bytes[held.sender] + size <= BYTES_OF_ONE_MAX
        )
