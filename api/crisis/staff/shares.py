"""Calls and reports through one box have a share of what staff look at first; the rest stands behind those of others.

Whoever sends 2,000 calls through one box, by its page or in its name, fills the share of that box and hides no call of
another. Nothing is refused or dropped: what is beyond the share is counted, said so, and a page away. Pure.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from crisis.state.views import Distress, DistressStatus, Report

if TYPE_CHECKING:
    from collections.abc import Sequence

CALLS, REPORTS = 20, 10  # of one box, that nobody has taken or answered yet

Sent = TypeVar("Sent", Distress, Report)


@dataclass(frozen=True, slots=True)
class Overflow:
    """How many calls or reports of a box are beyond its share."""

    box: str
    count: int


def box_of(sent: Distress | Report) -> str:
    """The box through which something came; the node that received it, where no box is named."""
    body = sent.call if isinstance(sent, Distress) else sent.message
    return body.box or sent.received.node


def divide(found: Sequence[Sent]) -> tuple[list[Sent], tuple[Overflow, ...]]:
    """All of them in their order, but those beyond a share last; and how many these are, the largest number first."""
    waiting: Counter[str] = Counter()
    within: list[Sent] = []
    beyond: list[Sent] = []
    for each in found:
        if not _waits(each):
            within.append(each)
            continue
        door = _door_of(each)
        waiting[door] += 1
        is_within = waiting[door] <= (CALLS if isinstance(each, Distress) else REPORTS)
        (within if is_within else beyond).append(each)
    counts = Counter(box_of(each) for each in beyond)
    return within + beyond, tuple(Overflow(box, count) for box, count in counts.most_common())


def _waits(sent: Distress | Report) -> bool:
    return sent.status is DistressStatus.RECEIVED if isinstance(sent, Distress) else not sent.answers


def _door_of(sent: Distress | Report) -> str:
    """What a flood has to come through: a box's own page, or messages in its name."""
    body = sent.call if isinstance(sent, Distress) else sent.message
    return f"{body.source} {box_of(sent)}"
