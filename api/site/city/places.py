"""Search by street or place, without the internet: which area or street somebody means, and the boxes nearest to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.places import geometry
from crisis.places.areas import Area, Level

if TYPE_CHECKING:
    from api.site.city.snapshot import BoxNow, Snapshot
    from crisis.places.gazetteer import Gazetteer
    from crisis.places.streets import Street

QUERY_MAX = 100
_HITS, _NEAREST, _NAMED = 12, 3, 12


@dataclass(frozen=True, slots=True)
class Near:
    """A box, and how far the middle of what was found is from its public place."""

    box: BoxNow
    distance_m: float


@dataclass(frozen=True, slots=True)
class Hit:
    """An area or a street. `district`: the id of an area's page; `within`: the area that tells namesakes apart."""

    name: str
    within: str | None
    district: str | None
    nearest: tuple[Near, ...]


def search(query: str, places: Gazetteer, found: Snapshot) -> tuple[tuple[BoxNow, ...], tuple[Hit, ...]]:
    """Boxes that are called so, then areas and streets with the boxes nearest to them."""
    text = query.strip().casefold()
    named = [box for box in found.boxes if text and (text in box.label.casefold() or text == box.id)]
    return tuple(named[:_NAMED]), tuple(_hit(each, places, found) for each in places.search(query, limit=_HITS))


def _hit(each: Area | Street, places: Gazetteer, found: Snapshot) -> Hit:
    if isinstance(each, Area):
        bezirk = places.area(Level.BEZIRK, each.bezirk)
        within = None if each.level is Level.BEZIRK or bezirk is None else bezirk.name
        return Hit(each.name, within, each.id, _nearest(each.centre, found))
    return Hit(each.name, places.ortsteil_name(each.ortsteil) or None, None, _nearest(each.point, found))


def _nearest(point: geometry.Point, found: Snapshot) -> tuple[Near, ...]:
    near = [
        Near(box, geometry.distance_m(point, (box.longitude, box.latitude)))
        for box in found.boxes
        if box.latitude is not None and box.longitude is not None
    ]
    return tuple(sorted(near, key=lambda each: (each.distance_m, each.box.id))[:_NEAREST])
