"""When events count as having happened: what each says itself, until the hub corrects its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisis.model.event_bodies import TimeCorrected
from crisis.state.folds import DatedEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from uuid import UUID

    from crisis.model.events import Event


class Corrections:
    """Of the `time_corrected` events about each event, the one that counts: the hub wrote it last (clock.py)."""

    def __init__(self) -> None:
        self._corrections: dict[UUID, Event] = {}  # by the event that they are about
        self._unsettled: set[UUID] = set()

    def take_from(self, other: Corrections) -> None:
        """Hold the same corrections as others, changed apart from them from now on."""
        self._corrections = dict(other._corrections)
        self._unsettled = set(other._unsettled)

    def apply(self, correction: Event) -> bool:
        """Add a correction. False when a later one about the same event is there already."""
        assert isinstance(correction.body, TimeCorrected)
        about = correction.body.event
        known = self._corrections.get(about)
        if known is not None and (known.at, known.id) >= (correction.at, correction.id):
            return False
        self._corrections[about] = correction
        self._unsettled.add(about)
        return True

    def settle(self, event: UUID) -> None:
        """Say that whoever holds this event knows of its correction: it came after that."""
        self._unsettled.discard(event)

    def unsettled(self) -> set[UUID]:
        """The events that were corrected since this was asked last, perhaps after they were applied."""
        found, self._unsettled = self._unsettled, set()
        return found

    def of(self, event: UUID) -> Event | None:
        """The correction that counts for an event's time."""
        return self._corrections.get(event)

    def time_of(self, event: Event) -> datetime:
        """When an event counts as having happened."""
        correction = self._corrections.get(event.id)
        if correction is None:
            return event.at
        assert isinstance(correction.body, TimeCorrected)
        return correction.body.at

    def dated(self, events: Iterable[Event]) -> tuple[DatedEvent, ...]:
        """Events with their times, in the order in which every node folds them."""
        found = [DatedEvent(self.time_of(event), event) for event in events]
        return tuple(sorted(found, key=lambda each: (each.at, each.event.id)))

    def events(self) -> Iterator[Event]:
        """Every correction that counts, in no order."""
        yield from self._corrections.values()
