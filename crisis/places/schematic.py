"""Areas where nobody has added borders: made from the centres of the Ortsteile (berlin.py).

A cell is the part of the city that is nearer to one centre than to any other. A Bezirk is all cells of its Ortsteile.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from crisis.places import berlin, geometry
from crisis.places.areas import Area, Level

if TYPE_CHECKING:
    from crisis.places.geometry import Ring

_CITY: Ring = ((12.9, 52.2), (13.9, 52.2), (13.9, 52.8), (12.9, 52.8))
_NEIGHBOUR_M = 25_000.0


@cache
def ortsteile() -> tuple[Area, ...]:
    """The 97 Ortsteile as cells around their centres. They reach beyond the outline; a drawing cuts them there."""
    centres = {id_: (longitude, latitude) for id_, _, latitude, longitude in berlin.ORTSTEILE}
    found = []
    for id_, name, _, _ in berlin.ORTSTEILE:
        here = centres[id_]
        others = sorted((geometry.distance_m(here, there), there) for key, there in centres.items() if key != id_)
        ring: Ring = _CITY
        for distance, there in others:
            if distance > _NEIGHBOUR_M:
                break
            ring = geometry.nearer(ring, here, there)
        found.append(Area(id_, name, Level.ORTSTEIL, ((ring,),), here))
    return tuple(found)


@cache
def bezirke() -> tuple[Area, ...]:
    """The 12 Bezirke, each with the cells of its Ortsteile as polygons."""
    found = []
    for id_, name in berlin.BEZIRKE.items():
        parts = [area for area in ortsteile() if area.bezirk == id_]
        polygons = tuple(polygon for area in parts for polygon in area.polygons)
        middle = (
            sum(area.centre[0] for area in parts) / len(parts),
            sum(area.centre[1] for area in parts) / len(parts),
        )
        centre = min((area.centre for area in parts), key=lambda each: geometry.distance_m(each, middle))
        found.append(Area(id_, name, Level.BEZIRK, polygons, centre))
    return tuple(found)


def is_in_city(longitude: float, latitude: float) -> bool:
    """Whether a point lies within the rough outline of the city."""
    return geometry.is_in_ring(berlin.OUTLINE, longitude, latitude)
