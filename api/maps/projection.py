"""One projection for all that is drawn: Web Mercator (EPSG:3857), tiles of 512 pixels, zoom 0 the whole world."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crisis.places.geometry import Bounds

TILE_PX = 512  # CSS pixels of a tile's side
LATITUDE_MAX = 85.05112878
EARTH_M = 40_075_016.686  # around the equator
ZOOM_MAX = 20
_TOUCH = 1e-6  # in tiles: what rounding makes of an edge


def world(longitude: float, latitude: float) -> tuple[float, float]:
    """Where a place (degrees) lies on the square of the world: x to the east, y to the south, both 0 to 1."""
    bounded = max(-LATITUDE_MAX, min(LATITUDE_MAX, latitude))
    sine = math.sin(math.radians(bounded))
    return longitude / 360 + 0.5, 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def degrees(x: float, y: float) -> tuple[float, float]:
    """The longitude and latitude of a place on the square of the world."""
    return (x - 0.5) * 360, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))


class Tile(NamedTuple):
    """A square of the map: at zoom z the world has 2^z columns (to the east) and rows (to the south)."""

    zoom: int
    column: int
    row: int

    @property
    def is_there(self) -> bool:
        """Whether the world has a tile of this zoom, column and row."""
        if not 0 <= self.zoom <= ZOOM_MAX:  # before it is shifted by: a number from an address may be huge
            return False
        count = 1 << self.zoom
        return 0 <= self.column < count and 0 <= self.row < count

    @property
    def bounds(self) -> Bounds:
        """West, south, east and north, in degrees."""
        count = 1 << self.zoom
        west, north = degrees(self.column / count, self.row / count)
        east, south = degrees((self.column + 1) / count, (self.row + 1) / count)
        return west, south, east, north

    def above(self, zoom: int) -> Tile:
        """The tile of a smaller zoom in which it lies."""
        shift = self.zoom - zoom
        return Tile(zoom, self.column >> shift, self.row >> shift)


def tile_at(longitude: float, latitude: float, zoom: int) -> Tile:
    """The tile of this zoom in which a place lies."""
    x, y = world(longitude, latitude)
    last = (1 << zoom) - 1
    return Tile(zoom, min(last, max(0, int(x * (1 << zoom)))), min(last, max(0, int(y * (1 << zoom)))))


def tiles_within(bounds: Bounds, zoom: int) -> Iterator[Tile]:
    """Each tile of this zoom that lies within the bounds (degrees) or partly does; one that only touches does not."""
    west, south, east, north = bounds
    count = 1 << zoom
    left, top = world(west, north)
    right, bottom = world(east, south)
    rows = range(max(0, int(top * count + _TOUCH)), min(count, math.ceil(bottom * count - _TOUCH)))
    columns = range(max(0, int(left * count + _TOUCH)), min(count, math.ceil(right * count - _TOUCH)))
    return (Tile(zoom, column, row) for row in rows for column in columns)


def touch(one: Bounds, other: Bounds) -> bool:
    """Whether two bounds (degrees) have a place in common."""
    return one[0] <= other[2] and one[2] >= other[0] and one[1] <= other[3] and one[3] >= other[1]


def metres_per_pixel(latitude: float, zoom: float) -> float:
    """How many metres a pixel is at this latitude and zoom."""
    return EARTH_M * math.cos(math.radians(latitude)) / (TILE_PX * 2**zoom)


@dataclass(frozen=True)
class View:
    """What a picture shows: so many pixels around a place (degrees), at a zoom that need not be whole."""

    longitude: float
    latitude: float
    zoom: float
    width: int
    height: int

    @cached_property
    def _origin(self) -> tuple[float, float]:
        x, y = world(self.longitude, self.latitude)
        size = TILE_PX * 2**self.zoom
        return x * size - self.width / 2, y * size - self.height / 2

    def pixel(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Where a place (degrees) lies in the picture, in pixels from its upper left corner."""
        x, y = world(longitude, latitude)
        size = TILE_PX * 2**self.zoom
        return x * size - self._origin[0], y * size - self._origin[1]

    def place(self, x: float, y: float) -> tuple[float, float]:
        """The longitude and latitude that lie at a pixel of the picture."""
        size = TILE_PX * 2**self.zoom
        return degrees((x + self._origin[0]) / size, (y + self._origin[1]) / size)

    @cached_property
    def bounds(self) -> Bounds:
        """West, south, east and north of the picture, in degrees."""
        west, north = self.place(0, 0)
        east, south = self.place(self.width, self.height)
        return west, south, east, north

    @property
    def metres_per_pixel(self) -> float:
        """How many metres a pixel is in the middle of the picture."""
        return metres_per_pixel(self.latitude, self.zoom)

    @staticmethod
    def of_tile(tile: Tile) -> View:
        """The picture that a tile is."""
        count = 1 << tile.zoom
        longitude, latitude = degrees((tile.column + 0.5) / count, (tile.row + 0.5) / count)
        return View(longitude, latitude, tile.zoom, TILE_PX, TILE_PX)

    @staticmethod
    def around(bounds: Bounds, width: int, height: int, margin: int = 12) -> View:
        """The largest picture of this size in which all of the bounds (degrees) are shown, with a margin."""
        west, south, east, north = bounds
        left, top = world(west, north)
        right, bottom = world(east, south)
        across, down = max(right - left, 1e-9), max(bottom - top, 1e-9)
        size = min((width - 2 * margin) / across, (height - 2 * margin) / down)
        longitude, latitude = degrees((left + right) / 2, (top + bottom) / 2)
        return View(longitude, latitude, min(ZOOM_MAX, math.log2(size / TILE_PX)), width, height)
