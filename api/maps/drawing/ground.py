"""The ground of other programs' maps as GeoJSON: water, larger streets and the borders of Bezirke, in degrees.

Grafana's map loads it from the address under which it is seen itself. A feature for each class; `class` names it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from api.maps.drawing.details import Detail
from api.maps.drawing.layers import Layers
from api.maps.drawing.paths import GRID
from api.maps.projection import View
from api.maps.tiles.schemas import Class
from crisis.places import berlin
from crisis.places.areas import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from api.maps.drawing.paths import Line
    from crisis.places.gazetteer import Gazetteer

ZOOMS: Final = (12, 11, 10)  # the first at which it is not too large
BYTES_MAX: Final = 3_000_000  # before it is compressed: what a phone still draws
_SIDE_PX = 16_384
_DIGITS = 5  # of a degree: about a metre
_LINES: Final = {
    "river": (Class.RIVER,),
    "street": (Class.SECONDARY, Class.PRIMARY),
    "motorway": (Class.MOTORWAY,),
}


def view(places: Gazetteer, zoom: int) -> View:
    """The city at a zoom, as large as it is there."""
    rings = [ring for area in places.bezirke for polygon in area.polygons for ring in polygon] or [berlin.OUTLINE]
    longitudes = [longitude for ring in rings for longitude, _ in ring]
    latitudes = [latitude for ring in rings for _, latitude in ring]
    bounds = (min(longitudes), min(latitudes), max(longitudes), max(latitudes))
    middle = View.around(bounds, _SIDE_PX, _SIDE_PX)
    corner = View(middle.longitude, middle.latitude, zoom, 0, 0)
    left, top = corner.pixel(bounds[0], bounds[3])
    right, bottom = corner.pixel(bounds[2], bounds[1])
    return View(middle.longitude, middle.latitude, zoom, int(right - left) + 2 * GRID, int(bottom - top) + 2 * GRID)


def layers(places: Gazetteer, zoom: int) -> Layers:
    """Empty layers for the city at a zoom, with the classes that the ground has."""
    classes = frozenset({Class.WATER, *(class_ for group in _LINES.values() for class_ in group)})
    return Layers(view(places, zoom), Detail(zoom, classes, 1.0, 36.0, 0))


def draw(places: Gazetteer, fill: Callable[[Layers, int], None]) -> str:
    """The GeoJSON of the city. `fill` adds the tiles of a zoom; raises what it raises."""
    written = ""
    for zoom in ZOOMS:
        drawn = layers(places, zoom)
        fill(drawn, zoom)
        written = document(drawn, places)
        if len(written) <= BYTES_MAX:
            break
    return written


def document(drawn: Layers, places: Gazetteer) -> str:
    """The features of layers as a FeatureCollection."""
    features = []
    water = _polygons(drawn.rings.get(Class.WATER, ()), drawn.view)
    if water:
        features.append(_feature("water", "MultiPolygon", water))
    for name, classes in _LINES.items():
        lines = [_degrees(line, drawn.view) for class_ in classes for line in drawn.lines_of(class_)]
        if lines:
            features.append(_feature(name, "MultiLineString", lines))
    if places.is_schematic(Level.BEZIRK):  # cells around centres: only their outline says something
        borders = [drawn.on_grid((*berlin.OUTLINE, berlin.OUTLINE[0]))]
    else:
        borders = drawn.borders(places.bezirke)
    features.append(_feature("bezirk", "MultiLineString", [_degrees(line, drawn.view) for line in borders]))
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))


def _feature(name: str, kind: str, coordinates: object) -> dict[str, object]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"class": name}, "geometry": geometry}


def _degrees(line: Line, seen: View) -> list[list[float]]:
    points = (seen.place(x / GRID, y / GRID) for x, y in line)
    return [[round(longitude, _DIGITS), round(latitude, _DIGITS)] for longitude, latitude in points]


def _polygons(rings: Iterable[Line], seen: View) -> list[list[list[list[float]]]]:
    """Rings as polygons: in vector tiles a ring that turns the other way is a hole of the one before it (4.3.4.4)."""
    found: list[list[list[list[float]]]] = []
    for ring in rings:
        turns = sum(
            x * after_y - after_x * y for (x, y), (after_x, after_y) in zip(ring, (*ring[1:], ring[0]), strict=True)
        )
        closed = _degrees([*ring, ring[0]], seen)
        if turns < 0 and found:
            found[-1].append(closed)
        else:
            found.append([closed])
    return found
