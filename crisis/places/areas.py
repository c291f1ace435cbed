"""Areas that people know by name: Bezirke, Prognoseräume and Ortsteile."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from crisis.places import geometry

if TYPE_CHECKING:
    from crisis.places.geometry import Bounds, Point, Polygon


class Level(StrEnum):
    """What an area is. The ids of a Bezirk have two digits, those of the others four: `07`, `0701`."""

    BEZIRK = "bezirk"
    PROGNOSERAUM = "prognoseraum"
    ORTSTEIL = "ortsteil"


@dataclass(frozen=True)
class Area:
    """A named area and its polygons (longitude, latitude). `centre` is where its name is written."""

    id: str
    name: str
    level: Level
    polygons: tuple[Polygon, ...]
    centre: Point

    @cached_property
    def bounds(self) -> Bounds:
        """West, south, east and north, in degrees."""
        return geometry.bounds(self.polygons)

    @cached_property
    def area_km2(self) -> float:
        """Its size in km²."""
        return sum(geometry.area_km2(polygon) for polygon in self.polygons)

    @property
    def bezirk(self) -> str:
        """The id of the Bezirk that it is or lies in: the first two digits of its own."""
        return self.id[:2]

    def contains(self, longitude: float, latitude: float) -> bool:
        """Whether a point lies in it."""
        west, south, east, north = self.bounds
        if not (west <= longitude <= east and south <= latitude <= north):
            return False
        return any(geometry.is_in(polygon, longitude, latitude) for polygon in self.polygons)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The areas in which a point lies; None for each that is not known there.

    `is_schematic`: no borders are known, and these are the areas with the nearest centres.
    """

    bezirk: Area | None = None
    prognoseraum: Area | None = None
    ortsteil: Area | None = None
    is_schematic: bool = False

    @property
    def name(self) -> str | None:
        """The most exact name that people use: the Ortsteil, else the Bezirk; None outside the city."""
        named = self.ortsteil or self.bezirk
        return None if named is None else named.name
