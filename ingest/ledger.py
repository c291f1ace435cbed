"""The ledger: per minute and box, how many messages and readings came and what became of them. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

from ingest.results import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ingest.results import Result

_duplicate, _differing = attrgetter("duplicate"), attrgetter("differing")


@dataclass(slots=True)
class LedgerEntry:
    """What one row of `message_ledger` gains. Readings, but for `messages` (by outcome) and `lost`."""

    messages: Counter[Outcome] = field(default_factory=Counter)
    stored: int = 0
    duplicate: int = 0
    rejected: int = 0
    differing: int = 0
    lost: int = 0  # messages: gaps in the sequence numbers that opened, less those that closed

    def add(self, results: Sequence[Result]) -> None:
        """Count messages and their readings."""
        stored = [result.stored for result in results]
        if all(stored):  # as nearly always
            self.messages[Outcome.STORED] += len(stored)
        else:
            self.messages.update([result.outcome for result in results])
        self.stored += sum(stored)
        self.duplicate += sum(map(_duplicate, results))
        self.differing += sum(map(_differing, results))
        self.rejected += sum([result.rejected for result in results if result.reasons])

    def merge(self, other: LedgerEntry) -> None:
        """Add another entry of the same minute and box."""
        for outcome, count in other.messages.items():
            self.messages[outcome] += count
        self.stored += other.stored
        self.duplicate += other.duplicate
        self.rejected += other.rejected
        self.differing += other.differing
        self.lost += other.lost

    def columns(self) -> tuple[int, ...]:
        """Messages received, stored, duplicate, rejected; readings likewise; differing; lost."""
        outcomes = tuple([self.messages.get(outcome, 0) for outcome in Outcome])
        readings = (self.stored, self.duplicate, self.rejected)
        return (sum(outcomes), *outcomes, sum(readings), *readings, self.differing, self.lost)


def minute_of(at: datetime) -> datetime:
    """The minute in which the ledger counts what was received then."""
    return at.replace(second=0, microsecond=0)


def entries(boxes: dict[str, list[Result]]) -> dict[tuple[datetime, str], LedgerEntry]:
    """The entries of these results (at least one), by (minute, box)."""
    found: dict[tuple[datetime, str], LedgerEntry] = {}
    for minute, together in _by_minute(boxes).items():
        for box, own in together.items():
            entry = found[minute, box] = LedgerEntry()
            entry.add(own)
    return found


def _by_minute(boxes: dict[str, list[Result]]) -> dict[datetime, dict[str, list[Result]]]:
    times = [result.arrival.delivery.received_at for own in boxes.values() for result in own]
    earliest = minute_of(min(times))
    if earliest == minute_of(max(times)):  # as nearly always
        return {earliest: boxes}
    found: dict[datetime, dict[str, list[Result]]] = {}
    for box, own in boxes.items():
        for result in own:
            of_minute = found.setdefault(minute_of(result.arrival.delivery.received_at), {})
            of_minute.setdefault(box, []).append(result)
    return found
