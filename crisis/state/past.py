"""Which events of a log count at a moment of the past, and in which order they are folded for that. Pure.

As it was known then: all events that the node had received. What stands in the log before an event was known before
it, whatever the clock of the machine said: where the clock was set back, the times of receipt of earlier events are
taken as no later than that of the next one. As it was: all events that had happened, by their corrected times, whenever
the node learnt of them; corrections count from the beginning, because they say when things happened.
"""

from __future__ import annotations

import bisect
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.state.picture import Known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crisis.state.state import State

BEFORE_ALL_MS = -(2**62)  # when corrections of times begin to count
KEYFRAME_MIN = 5_000  # events between two kept states on the way to a later one
_KEYFRAMES = 5  # of a log of more than five times that, at most so many


class Order:
    """The places of events in the log, in the order in which they come to count, and when each does (ms)."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self._times = array("q")
        self._seqs = array("q")

    def __len__(self) -> int:
        return len(self._seqs)

    def extend(self, seqs: array[int], times: array[int]) -> int:
        """Add what came into the log since, in the log's order. How many events at the beginning stay where they were.

        `times`: when each event was received, or in the other order happened.
        """
        before = self._seqs
        self._seqs, self._times = before + seqs, self._times + times
        if self.known is Known.YES:
            self._lower(len(before))
            return len(before)
        if self._is_sorted_from(len(before)):
            return len(before)
        # Sorting is stable: of two events of the same time the one that came first stays first.
        order = sorted(range(len(self._times)), key=self._times.__getitem__)
        self._seqs, self._times = (array("q", map(each.__getitem__, order)) for each in (self._seqs, self._times))
        return next((place for place in range(len(before)) if before[place] != self._seqs[place]), len(before))

    def _lower(self, begin: int) -> None:
        """Bring times of receipt down to that of a later event, where the clock was set back."""
        times = self._times
        for place in range(len(times) - 2, -1, -1):
            if times[place] > times[place + 1]:
                times[place] = times[place + 1]
            elif place < begin:
                return  # what lies before is in order

    def _is_sorted_from(self, begin: int) -> bool:
        times = self._times
        return all(times[place - 1] <= times[place] for place in range(max(begin, 1), len(times)))

    def count_until(self, at_ms: int) -> int:
        """How many events count at this moment."""
        return bisect.bisect_right(self._times, at_ms)

    def places(self, first: int, last: int) -> list[int]:
        """The places in the log of the events from one number in the order up to before another."""
        return self._seqs[first:last].tolist()


@dataclass(frozen=True, slots=True)
class Kept:
    """A state of the first `count` events of an order. `size`: how many events it holds in memory."""

    known: Known
    count: int
    state: State
    size: int


class KeptStates:
    """States that were folded before, from which a later one is reached in few steps; those used last are kept.

    `size_max`: how many events they hold together. The newest one is kept in any case.
    """

    def __init__(self, size_max: int) -> None:
        self._size_max = size_max
        self._kept: list[Kept] = []  # the one that was used last comes last

    def nearest(self, known: Known, count: int) -> Kept | None:
        """The state with the most events of this order, but not more than `count`."""
        found = [each for each in self._kept if each.known is known and each.count <= count]
        if not found:
            return None
        best = max(found, key=lambda each: each.count)
        self._kept.remove(best)
        self._kept.append(best)
        return best

    def keep(self, made: Kept) -> None:
        """Keep a state, and let those go that were not used for longest, until there is room."""
        self._kept = [each for each in self._kept if (each.known, each.count) != (made.known, made.count)]
        self._kept.append(made)
        while len(self._kept) > 1 and self.size > self._size_max:
            del self._kept[0]

    def forget(self, known: Known, above: int = -1) -> None:
        """Let go the states of this order with more than so many events."""
        self._kept = [each for each in self._kept if each.known is not known or each.count <= above]

    @property
    def size(self) -> int:
        """How many events they hold together."""
        return sum(each.size for each in self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def stops(first: int, last: int, total: int) -> Iterable[int]:
    """Where to keep a state on the way from the event `first` of an order of `total` to `last`; `last` among them."""
    step = max(KEYFRAME_MIN, total // _KEYFRAMES)
    yield from range((first // step + 1) * step, last, step)
    yield last
