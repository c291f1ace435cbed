"""Where a box stands, in words and on a small map, and which other boxes stand in its district.

All of it from the place that everybody may know: rounded to 300 m unless an operator made it exact.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from api.assembly import AppKey
from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from api.database import Database, Row
    from crisis.places.areas import Whereabouts
    from crisis.places.gazetteer import Gazetteer
    from crisis.places.packs import PlacesFolder

_KEPT_S = 600
_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A place in degrees, and in which areas it lies, by id and name; `is_exact`: not rounded to 300 m."""

    latitude: float
    longitude: float
    is_exact: bool
    areas: tuple[tuple[str, str], ...]  # Ortsteil, Bezirk
    bezirk: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The boxes of the district of a box, and what people call it."""

    name: str
    boxes: tuple[str, ...]


def of(box: Row, places: Gazetteer) -> Place | None:
    """The place of a box (a row of box.sql); None where it is not known, or where the box moves."""
    latitude, longitude = box["latitude"], box["longitude"]
    if latitude is None or longitude is None or box["is_moving"]:
        return None
    found = places.where(latitude, longitude)
    named = {area.name: (area.id, area.name) for area in (found.ortsteil, found.bezirk) if area is not None}
    bezirk = None if found.bezirk is None else (found.bezirk.id, found.bezirk.name)
    return Place(latitude, longitude, bool(box["place_is_exact"]), tuple(named.values()), bezirk)


def districts(box: Row, place: Place | None, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The districts of a box that have pages, by id and name: that of its number if operators named it, and its areas.

    `names`: what operators call districts, by `district-71`.
    """
    numbered = None if box["district"] is None else f"district-{box['district']:02x}"
    own = [] if numbered is None or numbered not in names else [(numbered, names[numbered])]
    return (*own, *(() if place is None else place.areas))


class Neighbourhoods:
    """Which public boxes stand in which Bezirk: looked up anew from time to time, in a thread."""

    def __init__(self, folder: PlacesFolder) -> None:
        self._folder = folder
        self._known_until = 0.0
        self._known_of: int | None = None
        self._by_bezirk: Mapping[str, tuple[str, ...]] = {}
        self._turn = asyncio.Lock()

    async def place(self, box: Row) -> Place | None:
        """Where a box stands. The borders are read in a thread when they are new."""
        return await asyncio.to_thread(lambda: of(box, self._folder.current()))

    async def neighbours(
        self, database: Database, place: Place | None, public_version: int | None
    ) -> Neighbours | None:
        """The boxes of the Bezirk of a place; None where that is not known. Raises Unavailable."""
        if place is None or place.bezirk is None:
            return None
        id_, name = place.bezirk
        async with self._turn:
            if self._known_until <= monotonic() or self._known_of != public_version:
                rows = await database.fetch(sql.load("api.site.boxes", "places_of_public"))
                self._by_bezirk = await asyncio.to_thread(lambda: by_bezirk(rows, self._folder.current()))
                self._known_until, self._known_of = monotonic() + _KEPT_S, public_version
        return Neighbours(name, self._by_bezirk.get(id_, ()))


NEIGHBOURHOODS = AppKey[Neighbourhoods]("neighbourhoods")


def by_bezirk(rows: Iterable[Row], places: Gazetteer) -> Mapping[str, tuple[str, ...]]:
    """The ids of boxes (rows of places_of_public.sql) by the id of the Bezirk in which they stand."""
    known: dict[tuple[float, float], Whereabouts] = {}  # rounded places are often the same
    found: dict[str, list[str]] = {}
    for row in rows:
        at = (round(row["latitude"], _DIGITS), round(row["longitude"], _DIGITS))
        where = known.get(at) or known.setdefault(at, places.where(*at))
        if where.bezirk is not None:
            found.setdefault(where.bezirk.id, []).append(row["id"])
    return {bezirk: tuple(boxes) for bezirk, boxes in found.items()}
