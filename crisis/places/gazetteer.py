"""The gazetteer: which areas and streets there are, where a point is, and what a text names."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from crisis.places import geometry, mentions, normal_forms, schematic
from crisis.places.areas import Area, Level, Whereabouts
from crisis.places.streets import Street, StreetIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crisis.places.geometry import Point, Polygon
    from crisis.places.mentions import Mention

_HITS = 20
_NOT_IN = 3


class Gazetteer:
    """Areas and streets of a city. Without areas of its own it has those of the schematic, and no Prognoseräume.

    `streets` may be a function that reads them: they are needed where somebody searches, not where a map is drawn.
    """

    def __init__(
        self, areas: Iterable[Area] = (), streets: Iterable[Street] | Callable[[], Iterable[Street]] = ()
    ) -> None:
        given = tuple(areas)
        self._given = {level: tuple(area for area in given if area.level is level) for level in Level}
        self._streets = streets

    @cached_property
    def streets(self) -> StreetIndex:
        """The streets; none where nobody has added a map."""
        return StreetIndex(self._streets() if callable(self._streets) else self._streets)

    @cached_property
    def ortsteile(self) -> tuple[Area, ...]:
        """The Ortsteile by id."""
        return self._given[Level.ORTSTEIL] or schematic.ortsteile()

    @cached_property
    def bezirke(self) -> tuple[Area, ...]:
        """The Bezirke by id."""
        return self._given[Level.BEZIRK] or schematic.bezirke()

    @property
    def prognoseraeume(self) -> tuple[Area, ...]:
        """The Prognoseräume by id; none where nobody has added them."""
        return self._given[Level.PROGNOSERAUM]

    def is_schematic(self, level: Level) -> bool:
        """Whether the borders of these areas are not known, but guessed from their centres."""
        return not self._given[level]

    @cached_property
    def _by_id(self) -> dict[tuple[Level, str], Area]:
        return {(area.level, area.id): area for area in (*self.ortsteile, *self.bezirke, *self.prognoseraeume)}

    @cached_property
    def areas_by_key(self) -> dict[str, list[Area]]:
        """Bezirke and Ortsteile by the normal form of their name; "Mitte" is both."""
        found: dict[str, list[Area]] = {}
        for area in (*self.ortsteile, *self.bezirke):
            found.setdefault(normal_forms.key(area.name), []).append(area)
        return found

    def area(self, level: Level, id_: str) -> Area | None:
        """The area of that id, or None."""
        return self._by_id.get((level, id_))

    def ortsteil_name(self, id_: str) -> str:
        """The name of an Ortsteil; the id itself when it is not known."""
        area = self.area(Level.ORTSTEIL, id_)
        return id_ if area is None else area.name

    def where(self, latitude: float, longitude: float) -> Whereabouts:
        """The Bezirk, Prognoseraum and Ortsteil of a point; nothing outside the city."""
        raum = _first(self.prognoseraeume, longitude, latitude)
        ortsteil: Area | None
        if not self.is_schematic(Level.ORTSTEIL):
            ortsteil = _first(self.ortsteile, longitude, latitude)
            bezirk = None if ortsteil is None else self.area(Level.BEZIRK, ortsteil.bezirk)
            return Whereabouts(bezirk, raum, ortsteil)
        if not self.is_schematic(Level.BEZIRK):
            bezirk = _first(self.bezirke, longitude, latitude)
        else:
            is_here = schematic.is_in_city(longitude, latitude)
            bezirk = _first(self.bezirke, longitude, latitude) if is_here else None
        if bezirk is None:
            return Whereabouts(prognoseraum=raum)
        within = [area for area in self.ortsteile if area.bezirk == bezirk.id]
        ortsteil = min(within, key=lambda area: geometry.distance_m(area.centre, (longitude, latitude)), default=None)
        return Whereabouts(bezirk, raum, ortsteil, is_schematic=True)

    def streets_in(self, polygons: Iterable[Polygon]) -> list[Street]:
        """The streets that have their point in any of these polygons, each once, by name and Ortsteil."""
        return self.streets.within(polygons)

    def mentions(self, text: str, near: Point | None = None) -> list[Mention]:
        """The streets that a text names, with house numbers.

        Among namesakes decides an area that the text names, else the Ortsteil of `near` (longitude, latitude) or what
        is nearest to it.
        """
        here = None if near is None else self.where(near[1], near[0]).ortsteil
        return mentions.streets(text, self.streets, self.areas_by_key, near, here)

    def search(self, query: str, near: Point | None = None, limit: int = _HITS) -> list[Area | Street]:
        """Areas, then streets, whose names are, begin with, or contain what was typed; streets near `near` first."""
        key = normal_forms.key(query)
        if not key:
            return []
        areas = [(_rank(found, key), area) for found, named in self.areas_by_key.items() for area in named]
        streets = [(_rank(found, key), street) for found, street in self.streets.by_key() if key in found]
        areas.sort(key=lambda hit: (hit[0], hit[1].name, hit[1].id))
        streets.sort(key=lambda hit: (hit[0], 0 if near is None else geometry.distance_m(hit[1].point, near), hit[1]))
        hits: list[Area | Street] = [area for rank, area in areas if rank < _NOT_IN]
        return [*hits, *(street for _, street in streets)][:limit]


def _rank(found: str, key: str) -> int:
    if found == key:
        return 0
    return 1 if found.startswith(key) else 2 if key in found else _NOT_IN


def _first(areas: Iterable[Area], longitude: float, latitude: float) -> Area | None:
    return next((area for area in areas if area.contains(longitude, latitude)), None)
