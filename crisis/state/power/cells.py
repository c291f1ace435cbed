"""The ground that each box speaks for: its cell is what lies nearer to it than to any other box, within its reach.

Plain Python, because a box has no numpy; cells are convex, so that cutting them is simple. Longitude and latitude in
degrees, distances in metres, as in crisis/places/geometry.py.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from crisis.places import geometry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crisis.places.geometry import Ring

# A cell follows the spacing of the boxes: with a fixed reach, boxes that stand far apart would name few streets.
REACH_MIN_M, REACH_MAX_M = 400.0, 1_200.0
_OF_SPACING = 0.9
_SPACING_TO = 3  # the distance to the third-nearest box is the spacing
_CORNERS = 24
_WITHIN_M = 2 * REACH_MAX_M
_CIRCLE = tuple(
    (math.cos(2 * math.pi * corner / _CORNERS), math.sin(2 * math.pi * corner / _CORNERS)) for corner in range(_CORNERS)
)


class Ground:
    """Boxes on the ground. `positions`: latitude and longitude of each box."""

    def __init__(self, positions: Mapping[str, tuple[float, float]]) -> None:
        middle = sum(latitude for latitude, _ in positions.values()) / max(len(positions), 1)
        self._across, self._up = geometry.metres_per_degree(middle)
        self._places = {
            box: (longitude * self._across, latitude * self._up) for box, (latitude, longitude) in positions.items()
        }
        self._squares: dict[tuple[int, int], list[str]] = {}
        for box, place in self._places.items():
            self._squares.setdefault(_square(place), []).append(box)
        self._near: dict[str, list[tuple[float, str]]] = {}
        self._reach: dict[str, float] = {}

    def __contains__(self, box: str) -> bool:
        return box in self._places

    def near(self, box: str) -> list[tuple[float, str]]:
        """The other boxes within twice the longest reach, with their distances in metres, the nearest first."""
        if box not in self._near:
            x, y = self._places[box]
            column, row = _square((x, y))
            squares = ((column + right, row + up) for right in (-1, 0, 1) for up in (-1, 0, 1))
            found = []
            for square in squares:
                for other in self._squares.get(square, ()):
                    there = self._places[other]
                    distance = math.hypot(there[0] - x, there[1] - y)
                    if distance <= _WITHIN_M and other != box:
                        found.append((distance, other))
            self._near[box] = sorted(found)
        return self._near[box]

    def reach_m(self, box: str) -> float:
        """How far the box speaks for the ground around it."""
        if box not in self._reach:
            near = self.near(box)
            spacing = near[_SPACING_TO - 1][0] if len(near) >= _SPACING_TO else math.inf
            self._reach[box] = min(REACH_MAX_M, max(REACH_MIN_M, _OF_SPACING * spacing))
        return self._reach[box]

    def neighbours(self, box: str) -> list[str]:
        """The boxes whose cells may touch that of this box, the nearest first: as far apart as both reach.

        None for a box whose position is not known.
        """
        if box not in self._places:
            return []
        reach = self.reach_m(box)
        return [other for distance, other in self.near(box) if distance <= reach + self.reach_m(other)]

    def cell(self, box: str) -> Ring:
        """The cell of a box, in degrees. Boxes at the same place share one."""
        x, y = self._places[box]
        reach = self.reach_m(box)
        ring: Ring = tuple((reach * east, reach * north) for east, north in _CIRCLE)
        for distance, other in self.near(box):
            if distance >= 2 * reach:
                break
            if distance > 0:
                there = self._places[other]
                ring = geometry.clip(ring, there[0] - x, there[1] - y, distance * distance / 2)
        return tuple(((x + east) / self._across, (y + north) / self._up) for east, north in ring)


def _square(place: tuple[float, float]) -> tuple[int, int]:
    return math.floor(place[0] / _WITHIN_M), math.floor(place[1] / _WITHIN_M)
