"""The views that have names: the city, each Bezirk, each Ortsteil, and what lies around a node."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from api.maps import projection
from api.maps.projection import View
from crisis.places import berlin, geometry
from crisis.places.areas import Area, Level

if TYPE_CHECKING:
    from crisis.places.gazetteer import Gazetteer

CITY: Final = "city"
WIDTH, HEIGHT = 1000, 820  # of a named view, in pixels; a small one, for phones, shows the same in half of both
_MARGIN_PX = 12
NEAR_PX = 344
NEAR_M = 500  # shown in each direction
_BEZIRK_DIGITS = 2


def named(name: str, places: Gazetteer, *, is_small: bool = False) -> tuple[View, Area | None] | None:
    """The view of that name (`city`, `07`, `0701`) and the area that it shows; None when there is none."""
    if name == CITY:
        return city(places, is_small=is_small), None
    level = Level.BEZIRK if len(name) == _BEZIRK_DIGITS else Level.ORTSTEIL
    area = places.area(level, name)
    return None if area is None else (_around(_bounds(area, places), is_small=is_small), area)


def city(places: Gazetteer, *, is_small: bool = False) -> View:
    """The whole city."""
    if places.is_schematic(Level.BEZIRK):
        return _around(geometry.bounds(((berlin.OUTLINE,),)), is_small=is_small)
    polygons = [polygon for area in places.bezirke for polygon in area.polygons]
    return _around(geometry.bounds(polygons), is_small=is_small)


def _around(bounds: geometry.Bounds, *, is_small: bool) -> View:
    parts = 2 if is_small else 1
    return View.around(bounds, WIDTH // parts, HEIGHT // parts, _MARGIN_PX // parts)


def near(latitude: float, longitude: float) -> View:
    """What lies within 500 metres around a place."""
    zoom = 14.0
    zoom += math.log2(projection.metres_per_pixel(latitude, zoom) * NEAR_PX / (2 * NEAR_M))
    return View(longitude, latitude, zoom, NEAR_PX, NEAR_PX)


def _bounds(area: Area, places: Gazetteer) -> geometry.Bounds:
    """The bounds of an area; a schematic one reaches no further than the city's outline."""
    west, south, east, north = area.bounds
    if not places.is_schematic(area.level):
        return west, south, east, north
    left, bottom, right, top = geometry.bounds(((berlin.OUTLINE,),))
    return max(west, left), max(south, bottom), min(east, right), min(north, top)
