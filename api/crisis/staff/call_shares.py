"""Calls through one box have a share of what staff look at first: the rest stands behind the calls of all others.

Whoever sends 2,000 calls through one box, by its page or in its name, fills the share of that box and hides no call of
another. Nothing is refused or dropped: what is beyond the share is counted, said so, and a page away. Pure.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.state.views import DistressStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crisis.state.views import Distress

SHARE = 20  # calls of one door that nobody has taken yet


@dataclass(frozen=True, slots=True)
class Overflow:
    """How many untaken calls of a box are beyond its share."""

    box: str
    count: int


def box_of(call: Distress) -> str:
    """The box through which a call came; the node that received it, where no box is named."""
    return call.call.box or call.received.node


def divide(calls: Sequence[Distress]) -> tuple[list[Distress], tuple[Overflow, ...]]:
    """The calls in their order, but those beyond a share last; and how many these are, the largest number first."""
    untaken: Counter[str] = Counter()
    within: list[Distress] = []
    beyond: list[Distress] = []
    for call in calls:
        if call.status is DistressStatus.RECEIVED:
            untaken[_door_of(call)] += 1
            if untaken[_door_of(call)] > SHARE:
                beyond.append(call)
                continue
        within.append(call)
    counts = Counter(box_of(call) for call in beyond)
    return [*within, *beyond], tuple(Overflow(box, count) for box, count in counts.most_common())


def _door_of(call: Distress) -> str:
    """What a flood has to come through: a box's own page, or messages in its name."""
    return f"{call.call.source} {box_of(call)}"
