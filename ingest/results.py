"""What became of each message: stored, duplicate or rejected, and it is counted as exactly one of them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.batch import Arrival


class Outcome(StrEnum):
    """How a message ended."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"

    __hash__ = str.__hash__  # every message is counted by it twice, and Enum's own hash is written in Python


class Result(Struct):
    """What became of one message and of its readings: stored + duplicate + rejected is how many it had."""

    arrival: Arrival
    box: str  # NO_BOX or OTHERS (devices/boxes.py) if not known
    stored: int = 0
    duplicate: int = 0
    differing: int = 0  # of the duplicates: came with another value
    reasons: dict[Reason, int] = {}  # rejected readings (msgspec gives each result its own)
    is_new: bool = False  # a status or a distress in it is new
    is_repeated: bool = False  # a status or a distress in it was there already
    keeps_unmapped: bool = False  # of a registered box: what nobody mapped is kept among the rejects

    @property
    def rejected(self) -> int:
        """Rejected readings; none of a message that cannot be read at all, because nobody knows how many it had."""
        return sum(self.reasons.values())

    @property
    def outcome(self) -> Outcome:
        """How the message ended: as the best of its parts."""
        if self.stored or self.is_new:
            return Outcome.STORED
        if self.duplicate or self.is_repeated:
            return Outcome.DUPLICATE
        if self.reasons or isinstance(self.arrival.content, Malformed):
            return Outcome.REJECTED
        return Outcome.STORED  # a message with nothing in it is a sign of life


def by_box(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Results by box: boxes sorted, so that two workers lock rows in the same order; within a box as they arrived."""
    found: dict[str, list[Result]] = {}
    for result in results:
        own = found.get(result.box)
        if own is None:
            found[result.box] = [result]
        else:
            own.append(result)
    return dict(sorted(found.items()))
