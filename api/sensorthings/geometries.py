"""Geometries of a query (well-known text, OGC 06-103r4, 7), and where a point can lie relative to them. Pure.

All that is stored are points. So a spatial function asks where one point lies: in the interior of a geometry, on its
boundary, or outside. Each has its DE-9IM matrix (06-103r4, 6.1.15.2), and a function is a set of patterns over these.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Position = tuple[float, float]  # longitude, latitude
Line = tuple[Position, ...]
Polygon = tuple[Line, ...]  # the outline, then the holes

_NUMBER = r"[+\-]?\d+(?:\.\d+)?(?:[eE][+\-]?\d+)?"
# The standard itself writes a comma once: POINT(-122, 43) in 9.3.3.5.
_POINT = re.compile(rf"\(\s*({_NUMBER})(?:\s*,\s*|\s+)({_NUMBER})(?:\s+{_NUMBER})?\s*\)")
_POSITION = re.compile(rf"\s*({_NUMBER})\s+({_NUMBER})(?:\s+{_NUMBER})?\s*")
_TEXT = re.compile(r"\s*(?:SRID=4326;)?\s*([A-Z]+?)\s*Z?\s*(\(.*\))\s*", re.IGNORECASE | re.DOTALL)
_LINE_MIN = 2  # positions
_PART_DEPTH = 2  # the parentheses of a part are inside those of the whole
_RING_MIN = 4  # positions; a ring is closed: a triangle has four positions
_DIMENSION_POINT, _DIMENSION_LINE, _DIMENSION_AREA = 0, 1, 2
_EXAMPLES = (
    "POINT(13.4 52.5), LINESTRING(13 52,14 53) or POLYGON((13 52,14 52,14 53,13 52)), also with MULTI before them"
)


@dataclass(frozen=True, slots=True)
class Geometry:
    """Points, or lines, or polygons: one of the three holds what there is."""

    points: tuple[Position, ...] = ()
    lines: tuple[Line, ...] = ()
    polygons: tuple[Polygon, ...] = ()

    @property
    def dimension(self) -> int:
        """0 for points, 1 for lines, 2 for polygons."""
        return _DIMENSION_AREA if self.polygons else _DIMENSION_LINE if self.lines else _DIMENSION_POINT

    @property
    def is_point(self) -> bool:
        """Whether this is one point."""
        return len(self.points) == 1

    @property
    def ends(self) -> tuple[Position, ...]:
        """The boundary of lines: positions at which an odd number of them end (06-103r4, 6.1.8.1)."""
        ends = Counter(end for line in self.lines for end in (line[0], line[-1]))
        return tuple(end for end, count in ends.items() if count % 2)

    @property
    def length(self) -> float:
        """The length of all lines, in degrees."""
        return sum(math.dist(a, b) for line in self.lines for a, b in pairwise(line))

    def matrices(self) -> tuple[str, str, str]:
        """The DE-9IM matrices of a point in the interior of this geometry, on its boundary, and outside."""
        if self.polygons:
            return "0FFFFF212", "F0FFFF212", "FF0FFF212"
        if self.lines:
            ends = "0" if self.ends else "F"
            return f"0FFFFF1{ends}2", "F0FFFF102", f"FF0FFF1{ends}2"
        others = "0" if len(set(self.points)) > 1 else "F"
        return f"0FFFFF{others}F2", "F" * 9, "FF0FFF0F2"


def transposed(matrix: str) -> str:
    """The matrix of the same two geometries in the other order."""
    return "".join(matrix[row + column] for row in range(3) for column in (0, 3, 6))


def fits(matrix: str, pattern: str) -> bool:
    """Whether a DE-9IM matrix fits a pattern of T, F, 0, 1, 2 and *."""
    return all(
        wanted == "*" or (found != "F" if wanted == "T" else found == wanted)
        for found, wanted in zip(matrix, pattern, strict=True)
    )


def read(text: str) -> Geometry:
    """The geometry that a well-known text says. Raises ValueError."""
    match = _TEXT.fullmatch(text)
    reader = _READERS.get(match[1].upper()) if match else None
    if match is None or reader is None:
        raise ValueError(f"write {_EXAMPLES}")
    found = reader(match[2])
    if any(len(line) < _LINE_MIN for line in found.lines):
        raise ValueError("a line has at least two positions")
    if any(len(ring) < _RING_MIN or ring[0] != ring[-1] for polygon in found.polygons for ring in polygon):
        raise ValueError("a ring ends where it begins and has at least four positions")
    return found


def _point(body: str) -> Geometry:
    match = _POINT.fullmatch(body)
    if match is None:
        raise ValueError("a point is a longitude and a latitude with a space between")
    return Geometry(points=(_finite(match[1], match[2]),))


def _points(body: str) -> Geometry:
    inner = body[1:-1].replace("(", " ").replace(")", " ")  # both (1 2,3 4) and ((1 2),(3 4)) are written
    return Geometry(points=tuple(_position(part) for part in inner.split(",")))


def _line(body: str) -> Geometry:
    return Geometry(lines=(_positions(body),))


def _lines(body: str) -> Geometry:
    return Geometry(lines=tuple(_positions(part) for part in _parts(body)))


def _polygon(body: str) -> Geometry:
    return Geometry(polygons=(tuple(_positions(part) for part in _parts(body)),))


def _polygons(body: str) -> Geometry:
    return Geometry(polygons=tuple(tuple(_positions(ring) for ring in _parts(part)) for part in _parts(body)))


_READERS = {
    "POINT": _point,
    "MULTIPOINT": _points,
    "LINESTRING": _line,
    "MULTILINESTRING": _lines,
    "POLYGON": _polygon,
    "MULTIPOLYGON": _polygons,
}


def _parts(body: str) -> Sequence[str]:
    """`((a),(b))` as `(a)` and `(b)`. Raises ValueError when the parentheses do not fit."""
    parts, depth, begin = [], 0, 0
    for at, letter in enumerate(body):
        if letter == "(":
            depth += 1
            if depth == _PART_DEPTH:
                begin = at
        elif letter == ")":
            depth -= 1
            if depth == 1:
                parts.append(body[begin : at + 1])
        elif depth < _PART_DEPTH and letter not in ", \t\n":
            raise ValueError("a parenthesis is missing")
    if depth or not parts:
        raise ValueError("a parenthesis is missing")
    return parts


def _positions(body: str) -> Line:
    return tuple(_position(part) for part in body[1:-1].split(","))


def _position(text: str) -> Position:
    match = _POSITION.fullmatch(text)
    if match is None:
        raise ValueError("a position is a longitude and a latitude with a space between")
    return _finite(match[1], match[2])


def _finite(longitude: str, latitude: str) -> Position:
    position = float(longitude), float(latitude)
    if not all(map(math.isfinite, position)):
        raise ValueError("a position is finite")
    return position
