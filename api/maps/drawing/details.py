"""How much a picture shows: which classes from which zoom on, how wide their lines are, how much is left out."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from api.maps.tiles.schemas import Class

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

# The name of each class in the style sheet.
CSS: Final[Mapping[Class, str]] = {
    Class.GREEN: "green",
    Class.WOOD: "wood",
    Class.WATER: "water",
    Class.RIVER: "river",
    Class.BUILDING: "house",
    Class.PATH: "path",
    Class.RAIL: "rail",
    Class.STREET: "street",
    Class.SECONDARY: "second",
    Class.PRIMARY: "main",
    Class.MOTORWAY: "fast",
}
# From which zoom on a class is drawn.
_FROM: Final[Mapping[Class, float]] = {
    Class.GREEN: 11.5,
    Class.WOOD: 0,
    Class.WATER: 0,
    Class.RIVER: 10,
    Class.BUILDING: 13.5,
    Class.PATH: 14,
    Class.RAIL: 9,
    Class.STREET: 12,
    Class.SECONDARY: 10.6,
    Class.PRIMARY: 8,
    Class.MOTORWAY: 0,
    Class.STREET_NAME: 12.6,
    Class.HELP: 12.6,
}
# The width of a line in pixels at some zooms, between them in proportion; without its edge.
_WIDTHS: Final[Mapping[Class, tuple[tuple[float, float], ...]]] = {
    Class.RIVER: ((10, 0.8), (13, 2), (16, 6)),
    Class.PATH: ((14, 0.8), (16, 1.6)),
    Class.RAIL: ((9, 0.6), (13, 1.2), (16, 2)),
    Class.STREET: ((12, 0.8), (13, 2.4), (14, 4.5), (16, 11)),
    Class.SECONDARY: ((10.5, 0.7), (12, 1.8), (13, 4), (14, 6.5), (16, 13)),
    Class.PRIMARY: ((8, 0.6), (10, 1.2), (12, 2.6), (13, 5), (14, 8), (16, 16)),
    Class.MOTORWAY: ((6, 0.6), (10, 2), (12, 3.4), (13, 5.5), (14, 8.5), (16, 16)),
}
LUXURY: Final = (Class.BUILDING, Class.PATH, Class.GREEN)  # what nobody needs to find the way on a small phone
_EDGE_FROM: Final = 11.5  # narrower roads have no edge
_EDGE_PX: Final = 1.2


@dataclass(frozen=True, slots=True)
class Detail:
    """What a picture of one zoom shows. Tolerance in pixels, the smallest area in square pixels."""

    zoom: float
    classes: frozenset[Class]
    tolerance_px: float
    area_min_px: float
    name_px: float

    @property
    def has_edges(self) -> bool:
        """Whether roads have an edge of another colour."""
        return self.zoom >= _EDGE_FROM

    def width_px(self, class_: Class, *, with_edge: bool = False) -> float:
        """How wide the lines of a class are."""
        steps = _WIDTHS[class_]
        width = steps[0][1] if self.zoom <= steps[0][0] else steps[-1][1]
        for (zoom, from_px), (next_zoom, to_px) in itertools.pairwise(steps):
            if zoom <= self.zoom < next_zoom:
                width = from_px + (to_px - from_px) * (self.zoom - zoom) / (next_zoom - zoom)
        return width + (_EDGE_PX if with_edge else 0)


def at(zoom: float, without: Collection[Class] = ()) -> Detail:
    """What a picture of this zoom shows, but for some classes."""
    shown = frozenset(class_ for class_, least in _FROM.items() if zoom >= least and class_ not in without)
    is_overview = zoom < _EDGE_FROM
    tolerance_px, area_min_px = (1.0, 36.0) if is_overview else (0.35, 4.0)
    return Detail(zoom, shown, tolerance_px, area_min_px, 10.5 if zoom < _FROM[Class.BUILDING] else 11.5)
