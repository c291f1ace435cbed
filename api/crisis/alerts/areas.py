"""Where a notice holds, as CAP 1.2 writes it: in words, with a polygon or a circle, and with codes.

A district and a box have no borders: they are where their boxes stand, as far as this node knows that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from api.crisis.residents import labels
from crisis.model import areas
from crisis.places import berlin, geometry
from crisis.state.conclusions import area_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crisis.node import Node
    from crisis.places.gazetteer import Gazetteer
    from crisis.places.geometry import Point
    from translations.words import Words

REACH_KM = 0.5  # around a box: what the residents' map shows
ARS, ARS_BERLIN = "ARS", "110000000000"  # the official key of a German municipality
CODE = "kiezbox:area"


@dataclass(frozen=True, slots=True)
class CapArea:
    """`polygon`: the corners in degrees, latitude first, the first once more at the end. `circle`: middle and radius in
    kilometres. `geocodes`: names and values of codes.
    """

    description: str
    polygon: tuple[tuple[float, float], ...] = ()
    circle: tuple[float, float, float] | None = None
    geocodes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Positions:
    """Where boxes stand, longitude and latitude by box, which part of the city that is, and what areas are called."""

    boxes: Mapping[str, Point]
    gazetteer: Gazetteer
    names: Mapping[str, str] = field(default_factory=dict)

    def within(self, area: str) -> list[Point]:
        """The positions of the boxes in a district, or of one box, in the order of their names."""
        return [point for box, point in sorted(self.boxes.items()) if area in (box, areas.district(box))]


def positions(node: Node) -> Positions:
    """What this node knows: its own position, and those that boxes told with their mains power."""
    told = {box: power.position for box, power in node.state.power().items() if power.position is not None}
    own = (node.settings.latitude, node.settings.longitude)
    found = {box: (longitude, latitude) for box, (latitude, longitude) in told.items()}
    if not node.is_hub and own[0] is not None and own[1] is not None:
        found[node.name] = (own[1], own[0])
    return Positions(found, node.places.current(), area_names.given(node))


def of(area: str, known: Positions, words: Words) -> CapArea:
    """An area, described in a language."""
    name = labels.area(area, words, known.names)
    if area == areas.EVERYWHERE:
        ring = tuple((latitude, longitude) for longitude, latitude in berlin.OUTLINE)
        return CapArea(f"Berlin, {name}", (*ring, ring[0]), geocodes=((ARS, ARS_BERLIN), (CODE, area)))
    points = known.within(area)
    parts = {known.gazetteer.where(latitude, longitude).name for longitude, latitude in points} - {None}
    description = f"{words.listed(sorted(map(str, parts)))} ({name})" if parts else name
    return CapArea(f"Berlin, {description}", circle=_around(points), geocodes=((CODE, area),))


def _around(points: list[Point]) -> tuple[float, float, float] | None:
    """A circle around positions, to about a hundred metres; None without any."""
    if not points:
        return None
    west, south, east, north = geometry.bounds([(tuple(points),)])
    middle = (round((west + east) / 2, 3), round((south + north) / 2, 3))
    farthest_km = max(geometry.distance_m(middle, point) for point in points) / 1000
    return middle[1], middle[0], round(farthest_km + REACH_KM, 1)
