"""Numbers to say on the radio: `H 17` for a call for help that the hub accepted, `H 71-01/3` for one that a box did.

The node that accepts something gives it the next number of its own, inside the event. So every node reads the same, in
whatever order and on whatever way events come, and after a restart the log says which one is next. Numbers are for
people: nothing is kept, found or decided by them, and none is a resident's receipt. A node that lost its log may give a
number again.
"""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING, Any

from crisis.model.event_bodies import DistressReceived
from crisis.model.events import HUB, Event
from crisis.model.incidents.bodies import IncidentPut
from crisis.model.numbers import NUMBER_MAX
from translations import berlin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

CALL = "H"  # Hilferuf
INCIDENT = "E"  # Einsatzstelle

# By type of body: the letter of its numbers. Such a body has a field `number` (crisis.model.numbers.Number), which is
# None until the node gives it one. Of a type whose later events only change something, `is_beginning` says which one
# gets a number.
LETTERS: dict[type[Any], str] = {DistressReceived: CALL, IncidentPut: INCIDENT}


def label(letter: str, node: str, number: int | None, written_at: datetime) -> str:
    """How people name what `node` accepted, on the radio and on paper.

    What has no number, because it is from before there were any, is named by its day and time in Berlin as they were
    written down: `H 230645`, `H 71-01/230645`.
    """
    said = f"{berlin.local(written_at):%d%H%M}" if number is None else str(number)
    return f"{letter} {said}" if node == HUB else f"{letter} {node}/{said}"


def label_of(event: Event) -> str:
    """The label of what this event begins; "" for events that begin nothing of the kind."""
    letter = LETTERS.get(type(event.body))
    if letter is None or not _is_beginning(event.body):
        return ""
    return label(letter, event.node, event.body.number, event.at)  # type: ignore[union-attr]  # bodies in LETTERS have one


class Numbers:
    """The numbers that one node gives: of each letter one more than the highest in its log."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._highest: dict[str, int] = {}
        self._pending: dict[str, set[int]] = {}  # given to events that are not on the disk yet

    def note(self, event: Event) -> None:
        """Take note of an event of the log."""
        letter = LETTERS.get(type(event.body))
        if letter is None or event.node != self._node:
            return
        number: int | None = event.body.number  # type: ignore[union-attr]  # bodies in LETTERS have one
        if number is not None:
            self._highest[letter] = max(number, self._highest.get(letter, 0))

    @contextlib.contextmanager
    def given(self, events: Sequence[Event]) -> Iterator[tuple[Event, ...]]:
        """The same events, each with a number that needs one. Write them to the log while the block runs.

        A number that does not reach the log is free again, so that people do not look for a call that never was.
        """
        given: list[tuple[str, int]] = []
        try:
            yield tuple(self._numbered(event, given) for event in events)
        finally:
            for letter, number in given:
                self._pending[letter].discard(number)

    def _numbered(self, event: Event, given: list[tuple[str, int]]) -> Event:
        letter = LETTERS.get(type(event.body))
        if letter is None or event.node != self._node or not _is_beginning(event.body):
            return event
        body: Any = event.body
        number = max((self._highest.get(letter, 0), *self._pending.setdefault(letter, set()))) + 1
        if body.number is not None or number > NUMBER_MAX:  # without one, it is named by its time
            return event
        self._pending[letter].add(number)
        given.append((letter, number))
        return dataclasses.replace(event, body=dataclasses.replace(body, number=number))


def _is_beginning(body: Any) -> bool:
    return getattr(body, "is_beginning", True)
