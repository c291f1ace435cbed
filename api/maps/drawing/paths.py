"""Lines and rings as SVG path data: on a grid of quarters of a pixel, cut at the edge, in relative moves."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Point: TypeAlias = tuple[int, int]
Line: TypeAlias = list[Point]
Box: TypeAlias = tuple[int, int, int, int]  # left, top, right, bottom

GRID = 4  # units of a picture to a pixel
_FAR = 1 << 40
_LINE_POINTS, _RING_POINTS = 2, 3


def snapped(points: Iterable[tuple[float, float]], scale: float, left: float, top: float) -> Line:
    """The points times `scale` less the upper left corner, on the grid; points that fall together are one."""
    move_x, move_y = _FAR + 0.5 - left, _FAR + 0.5 - top  # far to the positive side, where int() rounds down
    found = [(int(x * scale + move_x) - _FAR, int(y * scale + move_y) - _FAR) for x, y in points]
    return [point for point, before in zip(found, (None, *found), strict=False) if point != before]


def lines_within(line: Line, box: Box) -> list[Line]:
    """The parts of a line that may be seen in the box: what lies outside is left out, to the next vertex."""
    if _is_within(line, box):
        return [line]
    found: list[Line] = []
    part: Line = []
    for before, after in itertools.pairwise(line):
        if _may_touch(before, after, box):
            if not part:
                part = [before]
                found.append(part)
            part.append(after)
        else:
            part = []
    return [_cut_ends(each, box) for each in found]


def ring_within(ring: Line, box: Box) -> Line:
    """The part of a ring within the box (Sutherland and Hodgman, one side after the other)."""
    if _is_within(ring, box):
        return ring
    left, top, right, bottom = box
    for axis, limit, is_upper in ((0, left, False), (1, top, False), (0, right, True), (1, bottom, True)):
        ring = _half(ring, axis, limit, is_upper=is_upper)
        if len(ring) < _RING_POINTS:
            return []
    return ring


def simplified(line: Line, tolerance: float, *, is_ring: bool = False) -> Line:
    """The line without vertices that lie within `tolerance` (grid units) of it (Douglas and Peucker)."""
    if len(line) <= _RING_POINTS or tolerance <= 0:
        return line
    if is_ring:
        far = max(range(len(line)), key=lambda index: _square(line[index], line[0]))
        first, second = line[: far + 1], [*line[far:], line[0]]
        return [*_kept(first, tolerance)[:-1], *_kept(second, tolerance)[:-1]]
    return _kept(line, tolerance)


def area_of(ring: Line) -> float:
    """The area of a ring in square grid units."""
    doubled = 0
    x1, y1 = ring[-1]
    for x2, y2 in ring:
        doubled += x1 * y2 - x2 * y1
        x1, y1 = x2, y2
    return abs(doubled) / 2


def joined(lines: Iterable[Line]) -> list[Line]:
    """The lines put together where one ends and another begins, so that a street cut into pieces is one line."""
    ends: dict[Point, Line] = {}
    found: dict[int, Line] = {}
    for line in lines:
        current = list(line)
        for _ in range(2):  # at its beginning, then at its end
            other = ends.get(current[0])
            if other is not None and found.pop(id(other), None) is not None:
                _forget(ends, other)
                other = other if other[-1] == current[0] else other[::-1]
                current = [*other, *current[1:]]
            current.reverse()
        ends[current[0]] = ends[current[-1]] = current
        found[id(current)] = current
    return list(found.values())


def data(lines: Iterable[Sequence[Point]], *, are_rings: bool = False) -> str:
    """The lines as the `d` of one path, each from where the one before began or ended, in relative moves."""
    least = _RING_POINTS if are_rings else _LINE_POINTS
    written: list[str] = []
    at_x = at_y = 0
    for line in lines:
        if len(line) < least:
            continue
        start_x, start_y = line[0]
        written.append(f"m{start_x - at_x} {start_y - at_y}l")
        x, y = start_x, start_y
        moves = []
        for next_x, next_y in line[1:]:
            moves.append(f"{next_x - x} {next_y - y}")
            x, y = next_x, next_y
        written.append(" ".join(moves))
        if are_rings:
            written.append("z")
            at_x, at_y = start_x, start_y  # SVG's current point returns to the start, the tile's cursor does not
        else:
            at_x, at_y = x, y
    # A path begins with an absolute M: the first relative one counts from 0 0.
    return "".join(written).replace(" -", "-")


def _is_within(line: Line, box: Box) -> bool:
    left, top, right, bottom = box
    return all(left <= x <= right and top <= y <= bottom for x, y in line)


def _may_touch(one: Point, other: Point, box: Box) -> bool:
    left, top, right, bottom = box
    (x1, y1), (x2, y2) = one, other
    return not (
        (x1 < left and x2 < left)
        or (x1 > right and x2 > right)
        or (y1 < top and y2 < top)
        or (y1 > bottom and y2 > bottom)
    )


def _cut_ends(line: Line, box: Box) -> Line:
    """The line with its first and last point brought to the edge of the box, when they lie far outside."""
    return [_cut(line[0], line[1], box), *line[1:-1], _cut(line[-1], line[-2], box)]


def _cut(outer: Point, inner: Point, box: Box) -> Point:
    (x, y), (to_x, to_y) = outer, inner
    left, top, right, bottom = box
    for limit, is_beyond in ((left, x < left), (right, x > right)):
        if is_beyond and to_x != x:
            part = (limit - x) / (to_x - x)
            x, y = limit, round(y + part * (to_y - y))
    for limit, is_beyond in ((top, y < top), (bottom, y > bottom)):
        if is_beyond and to_y != y:
            part = (limit - y) / (to_y - y)
            x, y = round(x + part * (to_x - x)), limit
    return x, y


def _half(ring: Line, axis: int, limit: int, *, is_upper: bool) -> Line:
    kept: Line = []
    before = ring[-1]
    was_inside = before[axis] <= limit if is_upper else before[axis] >= limit
    other = 1 - axis
    for point in ring:
        is_inside = point[axis] <= limit if is_upper else point[axis] >= limit
        if is_inside != was_inside:
            part = (limit - before[axis]) / (point[axis] - before[axis])
            across = round(before[other] + part * (point[other] - before[other]))
            kept.append((limit, across) if axis == 0 else (across, limit))
        if is_inside:
            kept.append(point)
        before, was_inside = point, is_inside
    return kept


def _kept(line: Line, tolerance: float) -> Line:
    keep = [False] * len(line)
    keep[0] = keep[-1] = True
    stack = [(0, len(line) - 1)]
    limit = tolerance * tolerance
    while stack:
        first, last = stack.pop()
        (x1, y1), (x2, y2) = line[first], line[last]
        dx, dy = x2 - x1, y2 - y1
        length = dx * dx + dy * dy
        worst, index = limit, 0
        for number in range(first + 1, last):
            x, y = line[number][0] - x1, line[number][1] - y1
            if length:
                cross = dx * y - dy * x
                square = cross * cross / length
            else:
                square = x * x + y * y
            if square > worst:
                worst, index = square, number
        if index:
            keep[index] = True
            stack += [(first, index), (index, last)]
    return [point for point, is_kept in zip(line, keep, strict=True) if is_kept]


def _square(one: Point, other: Point) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


def _forget(ends: dict[Point, Line], line: Line) -> None:
    for end in (line[0], line[-1]):
        if ends.get(end) is line:
            del ends[end]
