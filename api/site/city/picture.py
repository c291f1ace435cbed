"""The map of boxes: where each lies on a named view, and which Ortsteile are without power in an emergency. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.maps.drawing import views

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.maps.projection import View
    from api.site.city.snapshot import BoxNow
    from crisis.places.areas import Area
    from crisis.places.gazetteer import Gazetteer

CITY = views.CITY


@dataclass(frozen=True, slots=True)
class Dot:
    """A box on the map, in pixels of the view."""

    box: BoxNow
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Dark:
    """An Ortsteil in which the power is out: `d` of a path."""

    name: str
    d: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A view with what lies on it. `outside`: boxes that cannot be shown there."""

    view: str
    width: int
    height: int
    dots: tuple[Dot, ...]
    dark: tuple[Dark, ...]
    outside: int


def of(name: str, places: Gazetteer, boxes: Iterable[BoxNow], dark: Iterable[Area] = ()) -> Picture | None:
    """The picture of a named view; None where there is no such view. What is rated worst lies above the rest."""
    found = views.named(name, places)
    if found is None:
        return None
    view, _ = found
    dots, outside = [], 0
    for box in boxes:
        dot = _dot(view, box)
        if dot is None:
            outside += 1
        else:
            dots.append(dot)
    dots.sort(key=lambda dot: _HEIGHTS.get(dot.box.sign, 0))
    return Picture(name, view.width, view.height, tuple(dots), tuple(_dark(view, area) for area in dark), outside)


_HEIGHTS = {"none": 1, "low": 2, "good": 3, "raised": 4, "high": 5}


def _dot(view: View, box: BoxNow) -> Dot | None:
    if box.latitude is None or box.longitude is None:
        return None
    x, y = view.pixel(box.longitude, box.latitude)
    return Dot(box, round(x), round(y)) if 0 <= x <= view.width and 0 <= y <= view.height else None


def _dark(view: View, area: Area) -> Dark:
    rings = []
    for polygon in area.polygons:
        for ring in polygon:
            points = [view.pixel(*point) for point in ring]
            rings.append("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in points) + "Z")
    return Dark(area.name, "".join(rings))
