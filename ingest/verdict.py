"""The verdict on each message: it ends as stored, duplicate or rejected, and is counted as exactly one of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import Struct

from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from devices.readings import Message
    from ingest.batch import Arrival

_duplicate, _differing = attrgetter("duplicate"), attrgetter("differing")
NOWHERE = "-"  # the ledger's box where no box could be read; no box id can be this


class Outcome(StrEnum):
    """How a message ended."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"

    __hash__ = str.__hash__  # every message is counted by it twice, and Enum's own hash is written in Python


class Verdict(Struct):
    """What became of one message, and of its readings: stored + duplicate + rejected is what it had."""

    arrival: Arrival
    box: str  # NOWHERE if unknown
    stored: int = 0
    duplicate: int = 0
    differing: int = 0  # of the duplicates: came with another value
    reasons: dict[Reason, int] = {}  # rejected readings (each verdict has its own)
    kept: bool = False  # a status or a distress in it is new
    known: bool = False  # a status or a distress in it was there already

    @property
    def rejected(self) -> int:
        """Rejected readings. A message that cannot be read at all counts no readings: nobody knows how many it had."""
        return sum(self.reasons.values())

    @property
    def outcome(self) -> Outcome:
        """How the message ended: as the best of its parts."""
        if self.stored or self.kept:
            return Outcome.STORED
        if self.duplicate or self.known:
            return Outcome.DUPLICATE
        if self.reasons or isinstance(self.arrival.content, Malformed):
            return Outcome.REJECTED
        return Outcome.STORED  # a message with nothing in it is a sign of life


@dataclass(slots=True)
class Line:
    """One line of the ledger, in the order of its columns."""

    messages: Counter[Outcome] = field(default_factory=Counter)
    stored: int = 0
    duplicate: int = 0
    rejected: int = 0
    differing: int = 0
    lost: int = 0

    def add(self, verdicts: Sequence[Verdict]) -> None:
        """Count messages and their readings."""
        stored = [entry.stored for entry in verdicts]
        if all(stored):  # as nearly always
            self.messages[Outcome.STORED] += len(stored)
        else:
            self.messages.update([entry.outcome for entry in verdicts])
        self.stored += sum(stored)
        self.duplicate += sum(map(_duplicate, verdicts))
        self.differing += sum(map(_differing, verdicts))
        self.rejected += sum([entry.rejected for entry in verdicts if entry.reasons])

    def columns(self) -> tuple[int, ...]:
        """Messages received, stored, duplicate, rejected; readings likewise; differing; lost."""
        outcomes = tuple([self.messages.get(outcome, 0) for outcome in Outcome])
        readings = (self.stored, self.duplicate, self.rejected)
        return (sum(outcomes), *outcomes, sum(readings), *readings, self.differing, self.lost)


def minute_of(at: datetime) -> datetime:
    """The ledger's minute."""
    return at.replace(second=0, microsecond=0)


def by_box(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    """These by box, in an order that two workers lock rows in alike; of each box in order of arrival."""
    found: dict[str, list[Verdict]] = {}
    for entry in verdicts:
        own = found.get(entry.box)
        if own is None:
            found[entry.box] = [entry]
        else:
            own.append(entry)
    return dict(sorted(found.items()))


def ledger(boxes: dict[str, list[Verdict]]) -> dict[tuple[datetime, str], Line]:
    """The lines that these verdicts add to, by (minute, box)."""
    lines: dict[tuple[datetime, str], Line] = {}
    for minute, together in _by_minute(boxes).items():
        for box, own in together.items():
            line = lines[minute, box] = Line()
            line.add(own)
    return lines


def _by_minute(boxes: dict[str, list[Verdict]]) -> dict[datetime, dict[str, list[Verdict]]]:
    times = [entry.arrival.delivery.received_at for own in boxes.values() for entry in own]
    earliest = minute_of(min(times))
    if earliest == minute_of(max(times)):  # as nearly always
        return {earliest: boxes}
    found: dict[datetime, dict[str, list[Verdict]]] = {}
    for box, own in boxes.items():
        for entry in own:
            of_minute = found.setdefault(minute_of(entry.arrival.delivery.received_at), {})
            of_minute.setdefault(box, []).append(entry)
    return found


def box_of(content: Message | Malformed) -> str:
    """The box that a message is about, or NOWHERE."""
    return content.box or NOWHERE
