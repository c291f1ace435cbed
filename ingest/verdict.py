"""The verdict on each message: it ends as stored, duplicate or rejected, and is counted as exactly one of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from devices.readings import Message
    from ingest.batch import Arrival

_MINUTE = timedelta(minutes=1)
NOWHERE = "-"  # the ledger's box where no box could be read; no box id can be this


class Outcome(StrEnum):
    """How a message ended."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"

    __hash__ = str.__hash__  # every message is counted by it twice, and Enum's own hash is written in Python


@dataclass(slots=True)
class Verdict:
    """What became of one message, and of its readings: stored + duplicate + rejected is what it had."""

    arrival: Arrival
    box: str  # NOWHERE if unknown
    stored: int = 0
    duplicate: int = 0
    differing: int = 0  # of the duplicates: came with another value
    reasons: dict[Reason, int] = field(default_factory=dict)  # rejected readings
    kept: bool = False  # a status or a distress in it is new
    known: bool = False  # a status or a distress in it was there already

    @property
    def rejected(self) -> int:
        """Rejected readings. A message that cannot be read at all counts no readings: nobody knows how many it had."""
        return sum(self.reasons.values())

    @property
    def outcome(self) -> Outcome:
        """How the message ended: as the best of its parts."""
        if isinstance(self.arrival.content, Malformed):
            return Outcome.REJECTED
        if self.stored or self.kept:
            return Outcome.STORED
        if self.duplicate or self.known:
            return Outcome.DUPLICATE
        return Outcome.REJECTED if self.reasons else Outcome.STORED  # a message with nothing in it is a sign of life


@dataclass(slots=True)
class Line:
    """One line of the ledger, in the order of its columns."""

    messages: Counter[Outcome] = field(default_factory=Counter)
    stored: int = 0
    duplicate: int = 0
    rejected: int = 0
    differing: int = 0
    lost: int = 0

    def add(self, verdict: Verdict) -> None:
        """Count one message and its readings."""
        self.messages[verdict.outcome] += 1
        self.stored += verdict.stored
        if verdict.duplicate:
            self.duplicate += verdict.duplicate
            self.differing += verdict.differing
        if verdict.reasons:
            self.rejected += verdict.rejected

    def columns(self) -> tuple[int, ...]:
        """Messages received, stored, duplicate, rejected; readings likewise; differing; lost."""
        outcomes = tuple([self.messages.get(outcome, 0) for outcome in Outcome])
        readings = (self.stored, self.duplicate, self.rejected)
        return (sum(outcomes), *outcomes, sum(readings), *readings, self.differing, self.lost)


def minute_of(at: datetime) -> datetime:
    """The ledger's minute."""
    return at.replace(second=0, microsecond=0)


def ledger(verdicts: Iterable[Verdict]) -> dict[tuple[datetime, str], Line]:
    """The lines that these verdicts add to, by (minute, box)."""
    lines: dict[tuple[datetime, str], Line] = {}
    minute = end = None
    for verdict in verdicts:
        at = verdict.arrival.delivery.received_at
        if minute is None or end is None or not minute <= at < end:  # a batch has one or two minutes
            minute = minute_of(at)
            end = minute + _MINUTE
        line = lines.get((minute, verdict.box))
        if line is None:
            line = lines[minute, verdict.box] = Line()
        line.add(verdict)
    return lines


def box_of(content: Message | Malformed) -> str:
    """The box that a message is about, or NOWHERE."""
    return content.box or NOWHERE
