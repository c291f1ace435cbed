"""Polygons on the ground: longitude and latitude in degrees (WGS 84), areas in km², distances in metres.

Plain Python: a box has no numpy. Over one city a degree has the same length everywhere, to a few in a thousand.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Point: TypeAlias = tuple[float, float]  # longitude, latitude: the order of GeoJSON
Ring: TypeAlias = tuple[Point, ...]  # closed without repeating its first point
Polygon: TypeAlias = tuple[Ring, ...]  # the outer ring, then the holes
Bounds: TypeAlias = tuple[float, float, float, float]  # west, south, east, north

LONGITUDE_MAX, LATITUDE_MAX = 180.0, 90.0
METRES_PER_DEGREE = 111_195.0  # of latitude, on a sphere with the mean radius of the Earth
_RING_POINTS_MIN = 3


def is_on_earth(longitude: float, latitude: float) -> bool:
    """Whether these can be degrees: the numbers of other projections are far larger."""
    return abs(longitude) <= LONGITUDE_MAX and abs(latitude) <= LATITUDE_MAX


def metres_per_degree(latitude: float) -> tuple[float, float]:
    """How many metres a degree of longitude, and one of latitude, are at this latitude."""
    return METRES_PER_DEGREE * math.cos(math.radians(latitude)), METRES_PER_DEGREE


def distance_m(one: Point, other: Point) -> float:
    """The distance of two points of a city, in metres."""
    across, up = metres_per_degree((one[1] + other[1]) / 2)
    return math.hypot((one[0] - other[0]) * across, (one[1] - other[1]) * up)


def is_in_ring(ring: Sequence[Point], longitude: float, latitude: float) -> bool:
    """Whether a point lies within a ring (even-odd rule)."""
    is_inside = False
    x1, y1 = ring[-1]
    for x2, y2 in ring:
        if (y1 > latitude) != (y2 > latitude) and longitude < (x2 - x1) * (latitude - y1) / (y2 - y1) + x1:
            is_inside = not is_inside
        x1, y1 = x2, y2
    return is_inside


def is_in(polygon: Polygon, longitude: float, latitude: float) -> bool:
    """Whether a point lies within a polygon and in none of its holes."""
    outer, *holes = polygon
    return is_in_ring(outer, longitude, latitude) and not any(is_in_ring(hole, longitude, latitude) for hole in holes)


def bounds(polygons: Iterable[Polygon]) -> Bounds:
    """The box around polygons, of which there is at least one."""
    points = [point for polygon in polygons for point in polygon[0]]
    longitudes, latitudes = [point[0] for point in points], [point[1] for point in points]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def area_km2(polygon: Polygon) -> float:
    """The area of a polygon without its holes, in km²."""
    outer, *holes = polygon
    return _ring_km2(outer) - sum(_ring_km2(hole) for hole in holes)


def _ring_km2(ring: Ring) -> float:
    across, up = metres_per_degree(ring[0][1])
    doubled = 0.0
    x1, y1 = ring[-1]
    for x2, y2 in ring:
        doubled += x1 * y2 - x2 * y1
        x1, y1 = x2, y2
    return abs(doubled) / 2 * across * up / 1_000_000


def clip(ring: Sequence[Point], a: float, b: float, c: float) -> Ring:
    """The part of a convex ring where a·x + b·y <= c (Sutherland and Hodgman); empty where nothing is left of it."""
    kept: list[Point] = []
    before = ring[-1] if ring else (0.0, 0.0)
    before_side = a * before[0] + b * before[1] - c
    for point in ring:
        side = a * point[0] + b * point[1] - c
        if (side <= 0) != (before_side <= 0):
            part = before_side / (before_side - side)
            kept.append((before[0] + part * (point[0] - before[0]), before[1] + part * (point[1] - before[1])))
        if side <= 0:
            kept.append(point)
        before, before_side = point, side
    return tuple(kept) if len(kept) >= _RING_POINTS_MIN else ()


def nearer(ring: Sequence[Point], here: Point, there: Point) -> Ring:
    """The part of a convex ring that is nearer to `here` than to `there`: one side of a Voronoi cell."""
    across, up = metres_per_degree(here[1])
    a, b = 2 * (there[0] - here[0]) * across**2, 2 * (there[1] - here[1]) * up**2
    middle = ((here[0] + there[0]) / 2, (here[1] + there[1]) / 2)
    return clip(ring, a, b, a * middle[0] + b * middle[1])


def label_point(polygon: Polygon) -> Point:
    """A point well within a polygon, where its name is written: its middle, or what is farthest from its edge."""
    west, south, east, north = bounds((polygon,))
    steps = 12
    candidates = [
        (west + (east - west) * (column + 0.5) / steps, south + (north - south) * (row + 0.5) / steps)
        for row in range(steps)
        for column in range(steps)
    ]
    inside = [point for point in candidates if is_in(polygon, *point)]
    outer = polygon[0]
    return max(inside, key=lambda point: _to_edge_m(outer, point), default=outer[0])


def _to_edge_m(ring: Ring, point: Point) -> float:
    across, up = metres_per_degree(point[1])
    least = math.inf
    x1, y1 = (ring[-1][0] - point[0]) * across, (ring[-1][1] - point[1]) * up
    for longitude, latitude in ring:
        x2, y2 = (longitude - point[0]) * across, (latitude - point[1]) * up
        dx, dy = x2 - x1, y2 - y1
        length = dx * dx + dy * dy
        part = 0.0 if length == 0 else max(0.0, min(1.0, -(x1 * dx + y1 * dy) / length))
        least = min(least, math.hypot(x1 + part * dx, y1 + part * dy))
        x1, y1 = x2, y2
    return least
