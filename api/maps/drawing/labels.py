"""Names on a picture: along streets and in the middle of areas, none over another, none cut by the edge."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from api.maps.drawing import paths
from api.maps.drawing.paths import GRID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from api.maps.drawing.paths import Box, Line, Point

_LETTER = 0.56  # the mean width of a letter, in parts of its height
_AGAIN_PX = 420  # a long street has its name again after so many pixels
_APART_PX = 220  # and never nearer than so many
_BEND = 0.45  # how far a street may lie off a straight name, in parts of the letters' height
_CELL = 48 * GRID
_FLAT_DEGREES = 90


@dataclass(slots=True)
class Taken:
    """Where names stand already: circles, found by the cells of a grid."""

    box: Box
    _cells: dict[tuple[int, int], list[tuple[float, float, float]]] = field(default_factory=dict)

    def take(self, circles: Iterable[tuple[float, float, float]]) -> bool:
        """Take these circles (x, y, radius), if all of them lie within the box and on no other; else nothing."""
        wanted = list(circles)
        if not all(self._is_free(*circle) for circle in wanted):
            return False
        for x, y, radius in wanted:
            self._cells.setdefault((int(x // _CELL), int(y // _CELL)), []).append((x, y, radius))
        return True

    def cover(self, left: float, right: float, y: float, radius: float) -> None:
        """Take a row that something else covers, whatever stands there."""
        for x, row, around in _row(left, right, y, radius):
            self._cells.setdefault((int(x // _CELL), int(row // _CELL)), []).append((x, row, around))

    def _is_free(self, x: float, y: float, radius: float) -> bool:
        left, top, right, bottom = self.box
        if not (left + radius <= x <= right - radius and top + radius <= y <= bottom - radius):
            return False
        column, row = int(x // _CELL), int(y // _CELL)
        return all(
            (x - other_x) ** 2 + (y - other_y) ** 2 >= (radius + other_radius) ** 2
            for cell_x in (column - 1, column, column + 1)
            for cell_y in (row - 1, row, row + 1)
            for other_x, other_y, other_radius in self._cells.get((cell_x, cell_y), ())
        )


def along(names: Mapping[str, list[Line]], size_px: float, taken: Taken) -> list[str]:
    """A `<text>` along each named street that has room for its name, the longest streets first."""
    joined = {name: paths.joined(lines) for name, lines in names.items()}
    lengths = [(sum(map(_length, lines)), name) for name, lines in joined.items()]
    written = []
    for _, name in sorted(lengths, key=lambda each: (-each[0], each[1])):
        width = len(name) * _LETTER * size_px * GRID
        placed: list[Point] = []  # a street with two carriageways has its name once
        for line in sorted(joined[name], key=lambda each: (-_length(each), each[0])):
            written += _along_line(name, line, placed, width=width, height=size_px * GRID, taken=taken)
    return written


def at(name: str, point: Point, size_px: float, taken: Taken, class_: str) -> str:
    """A `<text>` of this class in the middle of an area, in several lines when it is long; empty without room."""
    lines = _broken(name)
    height = size_px * GRID * 1.15
    circles = []
    top = point[1] - height * (len(lines) - 1) / 2
    for number, line in enumerate(lines):
        half = len(line) * _LETTER * size_px * GRID / 2
        circles += _row(point[0] - half, point[0] + half, top + number * height, size_px * GRID * 0.6)
    if not taken.take(circles):
        return ""
    spans = "".join(
        f'<tspan x="{point[0]}" y="{round(top + number * height + size_px * GRID * 0.35)}">{escape(line)}</tspan>'
        for number, line in enumerate(lines)
    )
    return f'<text class="{class_}">{spans}</text>'


def _broken(name: str) -> list[str]:
    """A long name in two lines, broken behind a hyphen or at a space."""
    if len(name) <= len("Charlottenburg"):
        return [name]
    breaks = [index + 1 for index, letter in enumerate(name[:-1]) if letter in "- "]
    if not breaks:
        return [name]
    best = min(breaks, key=lambda index: abs(len(name) / 2 - index))
    return [name[:best].strip(), name[best:].strip()]


def _row(left: float, right: float, y: float, radius: float) -> list[tuple[float, float, float]]:
    count = max(1, math.ceil((right - left) / (2 * radius)))
    step = (right - left) / count
    return [(left + step * (number + 0.5), y, radius) for number in range(count)]


def _along_line(name: str, line: Line, placed: list[Point], *, width: float, height: float, taken: Taken) -> list[str]:
    """The name along one line, again after a while; never near a place where it stands already."""
    length = _length(line)
    if length < width:
        return []
    count = max(1, int(length // (_AGAIN_PX * GRID)))
    written = []
    for number in range(count):
        for shift in (0.0, -0.25, 0.25, -0.4, 0.4):
            centre = length * (number + 0.5) / count + shift * (length / count - width)
            x, y = _point_at(line, centre)
            if any(math.hypot(x - other_x, y - other_y) < _APART_PX * GRID for other_x, other_y in placed):
                continue
            text = _straight(name, line, centre, width=width, height=height, taken=taken)
            if text:
                written.append(text)
                placed.append((int(x), int(y)))
                break
    return written


def _straight(name: str, line: Line, centre: float, *, width: float, height: float, taken: Taken) -> str:
    """The name along the straight between the two points half its width before and behind the centre."""
    (x1, y1), (x2, y2) = _point_at(line, centre - width / 2), _point_at(line, centre + width / 2)
    distance = math.hypot(x2 - x1, y2 - y1)
    if distance < width * 0.93:  # the street bends too much
        return ""
    middle_x, middle_y = (x1 + x2) / 2, (y1 + y2) / 2
    for part in (-0.25, 0.0, 0.25):
        x, y = _point_at(line, centre + part * width)
        if abs((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)) / distance > _BEND * height:
            return ""
    angle = math.degrees(math.atan2(y2 - y1, x2 - x1))
    if abs(angle) > _FLAT_DEGREES:
        angle -= math.copysign(180, angle)
    count = max(1, math.ceil(width / height))
    steps = [(number + 0.5) / count for number in range(count)]
    if not taken.take((x1 + step * (x2 - x1), y1 + step * (y2 - y1), height * 0.55) for step in steps):
        return ""
    down = height * 0.35  # from the middle of the letters to their base
    radians = math.radians(angle)
    x, y = round(middle_x - down * math.sin(radians)), round(middle_y + down * math.cos(radians))
    turn = round(angle)
    turned = f" rotate({turn})" if turn else ""
    return f'<text transform="translate({x} {y}){turned}">{escape(name)}</text>'


def _length(line: Line) -> float:
    return sum(math.hypot(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in itertools.pairwise(line))


def _point_at(line: Line, distance: float) -> tuple[float, float]:
    """The point of a line so far from its beginning."""
    left = max(0.0, distance)
    for (x1, y1), (x2, y2) in itertools.pairwise(line):
        step = math.hypot(x2 - x1, y2 - y1)
        if step >= left and step > 0:
            part = left / step
            return x1 + part * (x2 - x1), y1 + part * (y2 - y1)
        left -= step
    return line[-1]
