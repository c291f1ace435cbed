"""What a chart shows: lines of values over time, limits, and how they are drawn. Pure."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from devices.means import VALID_COVERAGE
from devices.quantities import Averaging

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

# Values that are further apart than this many of their usual distances have a gap between them; hours and days that
# follow each other already when one is missing, while a box that measures every five minutes now and then misses one.
_GAP, _GAP_OF_HOURS = 2.5, 1.5
_HOUR_S = 3_600


class Shape(StrEnum):
    """How values are drawn."""

    LINE = "line"  # joined from the middle of a step to that of the next
    STEPS = "steps"  # each over the time that it is of: means of days
    DOTS = "dots"  # each alone: directions, of which 359 and 1 are neighbours


class Role(StrEnum):
    """Whose values a line has."""

    BOX = "box"
    DISTRICT = "district"
    CITY = "city"


@dataclass(frozen=True)
class Line:
    """Values of one thing: the n-th entries of all lists belong to the same step. Steps without a value are absent.

    `begin` and `end` are seconds since 1970, ascending; `value` is in the chart's unit, None where there is none (a
    mean of directions that cancel out). `low` and `high`, where given, are the extremes of each step; `coverage`, from
    0 to 1, how much of it was heard.
    """

    label: str
    role: Role
    begin: Sequence[float]
    end: Sequence[float]
    value: Sequence[float | None]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    coverage: Sequence[float | None] = ()

    @property
    def count(self) -> int:
        """How many steps have a value."""
        return sum(each is not None for each in self.value)

    @cached_property
    def valid(self) -> Sequence[bool]:
        """Whether enough of each step was heard for its mean to count (directive 2008/50/EC, annex XI)."""
        if not self.coverage:
            return [True] * len(self.begin)
        return [share is None or share >= VALID_COVERAGE for share in self.coverage]

    @cached_property
    def gap_s(self) -> float:
        """From how many seconds on two steps have a gap between them: a box that measures every ten minutes has none
        of its own rhythm.
        """
        distances = [later - earlier for earlier, later in pairwise(self.begin)]
        if not distances:
            return 0.0
        usual, width = statistics.median(distances), self.end[0] - self.begin[0]
        is_every_step = usual < _GAP_OF_HOURS * width
        return _GAP_OF_HOURS * width if width >= _HOUR_S and is_every_step else _GAP * max(usual, width)

    @cached_property
    def runs(self) -> Sequence[tuple[int, int]]:
        """Stretches without a gap: the number of the first step of each, and the one after its last."""
        found: list[tuple[int, int]] = []
        first: int | None = None
        gap_s, begins = self.gap_s, self.begin
        for number, value in enumerate(self.value):
            if first is not None and (value is None or begins[number] - begins[number - 1] >= gap_s):
                found.append((first, number))
                first = None
            if first is None and value is not None:
                first = number
        if first is not None:
            found.append((first, len(self.value)))
        return found


@dataclass(frozen=True, slots=True)
class Limit:
    """What the values are held against, with who says so: `WHO, mean of a day`."""

    label: str
    value: float


@dataclass(frozen=True, slots=True)
class YearLimit:
    """What the mean of a year is held against, and which share of its days must be valid for a verdict.

    It is told, not drawn: next to single days its line would say that they are too high.
    """

    label: str
    value: float
    data_capture: float


@dataclass(frozen=True)
class Chart:
    """One picture. `unit` is the sign that people write; `decimals` are those of the quantity.

    `lines` begins with what the chart is about. `zone` is that of the clock below it.
    """

    title: str
    unit: str
    start: datetime
    end: datetime
    zone: tzinfo
    lines: Sequence[Line]
    limits: Sequence[Limit] = ()
    year_limits: Sequence[YearLimit] = ()
    shape: Shape = Shape.LINE
    averaging: Averaging = Averaging.ARITHMETIC
    decimals: int = 1

    @property
    def main(self) -> Line:
        """What the chart is about."""
        return self.lines[0]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(line.count for line in self.lines)

    @property
    def is_direction(self) -> bool:
        """Whether the values are directions in degrees."""
        return self.averaging is Averaging.CIRCULAR

    @cached_property
    def gaps(self) -> Sequence[tuple[float, float]]:
        """From when to when (seconds since 1970) the main line has no values, within the chart."""
        line = self.main
        start, end = self.start.timestamp(), self.end.timestamp()
        found, last = [], start
        for first, after in line.runs:
            found.append((last, line.begin[first]))
            last = line.end[after - 1]
        found.append((last, end))
        least = max(line.gap_s - (line.end[0] - line.begin[0]) if line.begin else 0.0, 1.0)
        return [(begin, until) for begin, until in found if until - begin >= least] if line.count else []
