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
from typing import TYPE_CHECKING, NamedTuple

from crisis.state.picture import Known

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from crisis.state.state import State

KEYFRAME_MIN = 5_000  # events between two kept states on the way to a later one
_KEYFRAMES = 10  # of a log of more than ten times that, at most so many


class Arrival(NamedTuple):
    """An event's place in the log, its id, and its times in ms: when it happened, and when the node received it."""

    seq: int
    id: bytes
    at_ms: int
    received_ms: int


class Order:
    """The places of events in the log, in the order in which they come to count, and when each does (ms)."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self._times = array("q")
        self._seqs = array("q")

    def __len__(self) -> int:
        return len(self._seqs)

    def extend(self, arrivals: Sequence[Arrival], corrected: Mapping[bytes, int | None]) -> int:
        """Add what came into the log since. How many events at the beginning of the order are those of before.

        `corrected`: by the ids of events the times that count instead of theirs; None: from the beginning.
        """
        before = self._seqs
        if self.known is Known.YES:
            self._append(arrivals)
        else:
            self._insert(arrivals, corrected)
        same = min(len(before), len(self._seqs))
        if self._seqs[: len(before)] == before:
            return same
        return next(place for place in range(same) if before[place] != self._seqs[place])

    def _append(self, arrivals: Sequence[Arrival]) -> None:
        self._seqs = self._seqs + array("q", (each.seq for each in arrivals))
        self._times.extend(each.received_ms for each in arrivals)
        later = None
        for place in range(len(self._times) - 1, -1, -1):
            if later is not None and self._times[place] > later:
                self._times[place] = later
            elif later is not None and place < len(self._times) - len(arrivals):
                break  # these were in order already
            later = self._times[place]

    def _insert(self, arrivals: Sequence[Arrival], corrected: Mapping[bytes, int | None]) -> None:
        found = list(zip(self._times, self._seqs, strict=True))
        for each in arrivals:
            at_ms = corrected.get(each.id, each.at_ms)
            found.append((_BEFORE_ALL if at_ms is None else at_ms, each.seq))
        found.sort()
        self._times = array("q", (time for time, _ in found))
        self._seqs = array("q", (seq for _, seq in found))

    def count_until(self, at_ms: int) -> int:
        """How many events count at this moment."""
        return bisect.bisect_right(self._times, at_ms)

    def places(self, first: int, last: int) -> list[int]:
        """The places in the log of the events from one number in the order up to before another."""
        return self._seqs[first:last].tolist()


_BEFORE_ALL = -(2**62)


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
