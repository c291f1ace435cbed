"""Lines, steps, dots and bands as path data: as many points as a picture can show, none across a gap. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.charts.chart import Line
    from api.charts.value_axis import ValueAxis

GRID = 10  # units of path data a pixel: whole numbers are short to write
_COLUMN = 10  # units: a column of a picture is a pixel wide
_DENSE = 2  # from so many values a column on, only what the column shows is written

Point = tuple[int, int]


@dataclass(frozen=True)
class Frame:
    """Where values lie in a plot of `width` times `height` units: seconds since 1970 to the right, values upwards."""

    start_s: float
    end_s: float
    axis: ValueAxis
    width: int
    height: int

    @cached_property
    def per_s(self) -> float:
        """Units a second."""
        return self.width / (self.end_s - self.start_s)

    @cached_property
    def per_value(self) -> float:
        """Units for one unit of the values."""
        return self.height / (self.axis.high - self.axis.low)

    def x(self, at_s: float) -> int:
        """How far to the right a moment lies."""
        return round((at_s - self.start_s) * self.per_s)

    def y(self, value: float) -> int:
        """How far down a value lies."""
        return round((self.axis.high - value) * self.per_value)


def line(drawn: Line, frame: Frame) -> tuple[str, str]:
    """The values joined from the middle of each step to that of the next; and dots for those that stand alone."""
    runs = [_middles(drawn, frame, run) for run in drawn.runs]
    joined = "".join(_data(_thinned(points, frame)) for points in runs if len(points) > 1)
    return joined, "".join(_data(points) for points in runs if len(points) == 1)


def steps(drawn: Line, frame: Frame, *, valid: bool) -> str:
    """Each value over the time that it is of: those that are valid, or those that are not."""
    found = []
    for first, after in drawn.runs:
        points: list[Point] = []
        for number in range(first, after):
            value = drawn.value[number]
            if value is None or drawn.valid[number] != valid:
                found.append(_data(points))
                points = []
                continue
            y = frame.y(value)
            points += [(frame.x(drawn.begin[number]), y), (frame.x(drawn.end[number]), y)]
        found.append(_data(points))
    return "".join(found)


def dots(drawn: Line, frame: Frame) -> str:
    """A dot for each value, each place once."""
    places = {point: None for run in drawn.runs for point in _middles(drawn, frame, run)}
    return "".join(f"M{x} {y}h0" for x, y in places)


def band(drawn: Line, frame: Frame) -> str:
    """What lies between the lowest and the highest reading of each step; empty where they are not given."""
    if not drawn.low or not drawn.high:
        return ""
    start_s, per_column = frame.start_s, frame.per_s / _COLUMN
    found = []
    for first, after in drawn.runs:
        lows: dict[int, float] = {}
        highs: dict[int, float] = {}
        steps_ = zip(*(each[first:after] for each in (drawn.begin, drawn.low, drawn.high)), strict=True)
        for begin, low, high in steps_:
            column = int((begin - start_s) * per_column)
            if low < lows.get(column, math.inf):
                lows[column] = low
            if high > highs.get(column, -math.inf):
                highs[column] = high
        last = int((drawn.end[after - 1] - start_s) * per_column)  # the last step as far as it goes
        lows.setdefault(last, drawn.low[after - 1])
        highs.setdefault(last, drawn.high[after - 1])
        upper = [(column * _COLUMN, frame.y(value)) for column, value in highs.items()]
        lower = [(column * _COLUMN, frame.y(value)) for column, value in lows.items()]
        found.append(f"{_data([*upper, *reversed(lower)])}z")
    return "".join(found)


def heard(drawn: Line, frame: Frame) -> tuple[str, str]:
    """Strips from left to right: where enough was heard for valid means, and where something was, but less."""
    enough: list[str] = []
    less: list[str] = []
    valid = drawn.valid
    for first, after in drawn.runs:
        begin = first
        for number in range(first + 1, after + 1):
            if number == after or valid[number] != valid[begin]:
                x = frame.x(drawn.begin[begin])
                until = drawn.end[number - 1] if number == after else drawn.begin[number]
                (enough if valid[begin] else less).append(f"M{x} 0h{max(1, frame.x(until) - x)}")
                begin = number
    return "".join(enough), "".join(less)


def _middles(drawn: Line, frame: Frame, run: tuple[int, int]) -> list[Point]:
    start_s, per_s, high, per_value = frame.start_s, frame.per_s, frame.axis.high, frame.per_value
    first, after = run
    return [
        (round(((begin + end) / 2 - start_s) * per_s), round((high - value) * per_value))
        for begin, end, value in zip(
            drawn.begin[first:after], drawn.end[first:after], drawn.value[first:after], strict=True
        )
        if value is not None
    ]


def _thinned(points: Sequence[Point], frame: Frame) -> Sequence[Point]:
    """Of each column the first, the lowest, the highest and the last point: the picture is the same."""
    if len(points) <= _DENSE * frame.width // _COLUMN:
        return points
    kept: list[Point] = []
    column = points[0][0] // _COLUMN
    lowest = highest = last = points[0]
    kept.append(last)
    for point in points:
        if point[0] // _COLUMN != column:
            _keep(kept, lowest, highest, last)
            kept.append(point)
            column, lowest, highest = point[0] // _COLUMN, point, point
        elif point[1] < highest[1]:
            highest = point
        elif point[1] > lowest[1]:
            lowest = point
        last = point
    _keep(kept, lowest, highest, last)
    return kept


def _keep(kept: list[Point], lowest: Point, highest: Point, last: Point) -> None:
    """Add what a column shows besides its first point, each place once and in the order of time."""
    for point in (*sorted((lowest, highest)), last):
        if point != kept[-1]:
            kept.append(point)


def _data(points: Sequence[Point]) -> str:
    """Points joined by lines, each written as its distance from the one before."""
    if not points:
        return ""
    if len(points) == 1:
        return f"M{points[0][0]} {points[0][1]}h0"
    (x, y), *rest = points
    parts = [f"M{x} {y}l"]
    for to_x, to_y in rest:
        parts.append(f"{to_x - x} {to_y - y} ")
        x, y = to_x, to_y
    return "".join(parts).rstrip()
