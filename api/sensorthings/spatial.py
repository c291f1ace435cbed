"""The geospatial and spatial relationship functions of a $filter (18-088, 9.3.3.5.2), as SQL of plain PostgreSQL.

One of the two geometries is a point: all locations and features here are. Only the observedArea of a Datastream whose
box has moved is an area, and over areas only some of the functions are known. Lengths and distances are in degrees, the
unit of the coordinate reference system, as geo.distance of OData has it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from api.sensorthings import geometries
from api.sensorthings.geometries import Geometry, Line, Position

_NEAR = 1e-9  # degrees, a tenth of a millimetre: what is nearer than this to a line is on it
_PATTERN = re.compile(r"[TF012*]{9}", re.IGNORECASE)

# 06-103r4, 6.1.15.3: a function holds when one of its patterns fits.
_RELATIONS = {
    "st_equals": ("T*F**FFF*",),
    "st_disjoint": ("FF*FF****",),
    "st_touches": ("FT*******", "F**T*****", "F***T****"),
    "st_within": ("T*F**F***",),
    "st_contains": ("T*****FF*",),
    "st_intersects": ("T********", "*T*******", "***T*****", "****T****"),
    "geo.intersects": ("T********", "*T*******", "***T*****", "****T****"),
}
_DISTANCES = ("geo.distance", "st_distance")
NAMES = (*_RELATIONS, "st_overlaps", "st_crosses", "st_relate", *_DISTANCES, "geo.length")


@dataclass(frozen=True, slots=True)
class Area:
    """The SQL of a `box`, with its sides along the axes; most often it is one point."""

    text: str


Operand = str | Area | Geometry  # a point as SQL, an area as SQL, or a geometry as it was written
Bind = Callable[[object, str], str]  # binds a value of a database type; gives its parameter


def gives_number(name: str) -> bool:
    """Whether this function gives a number; the others say true or false."""
    return name in (*_DISTANCES, "geo.length")


def write(name: str, operands: Sequence[Operand], pattern: str | None, bind: Bind) -> str:
    """The SQL of a call. Raises ValueError, with what is wrong."""
    area = next((operand for operand in operands if isinstance(operand, Area)), None)
    points = [f"({each.text})[0]" if isinstance(each, Area) else each for each in operands]  # any corner
    text = _write(name, points, pattern, bind)
    if area is None:
        return text
    of_area = "NULL"  # which no filter lets pass: over two areas nothing is known
    match operands:
        case [Area(), Geometry() as other]:
            of_area = _of_area(name, "st_within", area.text, other, bind)
        case [Geometry() as other, Area()]:
            of_area = _of_area(name, "st_contains", area.text, other, bind)
    return f"(CASE WHEN width({area.text}) + height({area.text}) > 0 THEN {of_area} ELSE {text} END)"


def _write(name: str, operands: Sequence[str | Geometry], pattern: str | None, bind: Bind) -> str:
    if name == "geo.length":
        return _length(operands, bind)
    if (name == "st_relate") != (pattern is not None):
        raise ValueError("only st_relate takes an intersection pattern, and it needs one")
    if pattern is not None and not _PATTERN.fullmatch(pattern):
        raise ValueError("an intersection pattern has nine letters of T, F, 0, 1, 2 and *")
    is_turned = False
    match _with_a_point(operands, bind):
        case [str() as point, other]:
            pass
        case [other, str() as point]:
            is_turned = True
        case [_, _]:
            raise ValueError("one of the two has to be a point, as all locations and features here are")
        case _:
            raise ValueError("two geometries are needed")
    if name in _DISTANCES:
        return _distance(point, other, bind)
    dimension = 0 if isinstance(other, str) else other.dimension
    patterns = (pattern.upper(),) if pattern else _patterns(name, dimension, is_turned=is_turned)
    return _related(point, other, patterns, bind, is_turned=is_turned)


def _of_area(name: str, within: str, area: str, other: Geometry, bind: Bind) -> str:
    """A function over an area that is no point, NULL where it is not known. `within` asks whether it is in `other`."""
    if name in ("geo.intersects", "st_intersects"):
        return _meets(area, other, bind)
    if name == "st_disjoint":
        return f"(NOT {_meets(area, other, bind)})"
    if name == within and other.polygons:
        return _any(f"(polygon({area}) <@ {_area(outline, bind)})" for outline, *_ in other.polygons)
    return "NULL"


def _meets(area: str, other: Geometry, bind: Bind) -> str:
    """Whether an area and another geometry have a point in common."""
    parts = [f"({area} @> {_point(each, bind)})" for each in other.points]
    for line in other.lines:
        parts += [f"(lseg({_point(a, bind)}, {_point(b, bind)}) ?# {area})" for a, b in pairwise(line)]
    for outline, *holes in other.polygons:
        within = "".join(f" AND NOT polygon({area}) <@ {_area(hole, bind)}" for hole in holes)
        parts.append(f"(polygon({area}) && {_area(outline, bind)}{within})")
    return _any(parts)


def _with_a_point(operands: Sequence[str | Geometry], bind: Bind) -> Sequence[str | Geometry]:
    """The operands, with a written point as SQL where none of them is SQL yet."""
    if any(isinstance(each, str) for each in operands):
        return operands
    points = [number for number, each in enumerate(operands) if isinstance(each, Geometry) and each.is_point]
    return [
        _point(each.points[0], bind) if number in points[:1] and isinstance(each, Geometry) else each
        for number, each in enumerate(operands)
    ]


def _patterns(name: str, dimension: int, *, is_turned: bool) -> tuple[str, ...]:
    """The patterns of a function over a point and a geometry of this dimension (or the other way round)."""
    if name == "st_overlaps":
        return ("T*T***T**",) if dimension == 0 else ()
    if name == "st_crosses":
        return () if dimension == 0 else ("T*****T**",) if is_turned else ("T*T******",)
    return _RELATIONS[name]


def _related(point: str, other: str | Geometry, patterns: Sequence[str], bind: Bind, *, is_turned: bool) -> str:
    if isinstance(other, str):
        interior, boundary = f"({point} ~= {other})", "false"
        matrices: Sequence[str] = Geometry(points=((0.0, 0.0),)).matrices()
    else:
        interior, boundary = _interior(point, other, bind), _boundary(point, other, bind)
        matrices = other.matrices()
    if is_turned:
        matrices = [geometries.transposed(matrix) for matrix in matrices]
    inside, on, outside = (
        str(any(geometries.fits(matrix, pattern) for pattern in patterns)).lower() for matrix in matrices
    )
    is_known = f"{point} IS NULL" if not isinstance(other, str) else f"({point} ~= {other}) IS NULL"
    return (
        f"(CASE WHEN {is_known} THEN NULL WHEN {boundary} THEN {on} WHEN {interior} THEN {inside} ELSE {outside} END)"
    )


def _interior(point: str, other: Geometry, bind: Bind) -> str:
    """SQL that is true in the interior; on the boundary it may be either."""
    if other.polygons:
        return _any(
            f"({point} <@ {_area(outline, bind)}"
            + "".join(f" AND NOT {point} <@ {_area(hole, bind)}" for hole in holes)
            + ")"
            for outline, *holes in other.polygons
        )
    if other.lines:
        return _any(f"({point} <-> {_path(line, bind)}) < {_NEAR}" for line in other.lines)
    return _any(f"({point} ~= {_point(each, bind)})" for each in other.points)


def _boundary(point: str, other: Geometry, bind: Bind) -> str:
    if other.polygons:
        return _any(f"({point} <-> {_path(ring, bind)}) < {_NEAR}" for polygon in other.polygons for ring in polygon)
    return _any(f"({point} <-> {_point(end, bind)}) < {_NEAR}" for end in other.ends)


def _distance(point: str, other: str | Geometry, bind: Bind) -> str:
    if isinstance(other, str):
        return f"({point} <-> {other})"
    parts = [f"({point} <-> {_point(each, bind)})" for each in other.points]
    parts += [f"({point} <-> {_path(line, bind)})" for line in other.lines]
    for outline, *holes in other.polygons:
        cases = "".join(
            f" WHEN {point} <@ {_area(hole, bind)} THEN ({point} <-> {_path(hole, bind)})" for hole in holes
        )
        whole = f"({point} <-> {_area(outline, bind)})"
        parts.append(f"(CASE{cases} ELSE {whole} END)" if holes else whole)
    return f"least({', '.join(parts)})"


def _length(operands: Sequence[str | Geometry], bind: Bind) -> str:
    if len(operands) != 1 or isinstance(operands[0], str) or not operands[0].lines:
        raise ValueError("geo.length takes one LINESTRING")
    return bind(operands[0].length, "float8")


def _any(conditions: Iterable[str]) -> str:
    found = list(conditions)
    return "(" + " OR ".join(found) + ")" if found else "false"


def _point(position: Position, bind: Bind) -> str:
    return f"point({bind(position[0], 'float8')}, {bind(position[1], 'float8')})"


def _path(line: Line, bind: Bind) -> str:
    """An open path: its closing position is written out where it has one."""
    return f"({bind(f'[{_corners(line)}]', 'text')})::path"


def _area(ring: Line, bind: Bind) -> str:
    return f"({bind(f'({_corners(ring)})', 'text')})::polygon"


def _corners(line: Line) -> str:
    return ",".join(f"({longitude!r},{latitude!r})" for longitude, latitude in line)
