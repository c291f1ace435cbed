"""The names of streets in tiles, as an index: each name once in each Ortsteil, at a point on the street."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from typing import TYPE_CHECKING

from api.maps import projection
from api.maps.drawing import paths
from api.maps.tiles.schemas import Class
from crisis.places.streets import Street

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from api.maps.drawing.paths import Line
    from api.maps.projection import Tile
    from api.maps.tiles.decoding import Feature
    from crisis.places.gazetteer import Gazetteer

_PIECE_M = 60.0  # a shorter piece in another Ortsteil is where the street begins or ends
_NAME_CHARACTERS = 80


class StreetPieces:
    """Pieces of streets: name, latitude, longitude and length in metres, from all tiles of one zoom."""

    def __init__(self, pieces: Iterable[tuple[str, float, float, float]] = ()) -> None:
        self._pieces = list(pieces)

    def add(self, tile: Tile, features: Iterable[Feature]) -> None:
        """Add the named streets of a tile."""
        lines: dict[str, list[Line]] = defaultdict(list)
        extent = 4096
        for feature in features:
            if feature.class_ is Class.STREET_NAME and _is_name(feature.name):
                extent = feature.extent
                lines[feature.name] += feature.parts
        metres = projection.metres_per_pixel(tile.bounds[1], tile.zoom) * projection.TILE_PX / extent
        for name, parts in lines.items():
            for line in paths.joined(part for part in parts if len(part) > 1):
                length, (x, y) = _middle(line)
                if 0 <= x < extent and 0 <= y < extent:  # else it is another tile's
                    count = 1 << tile.zoom
                    place = projection.degrees((tile.column + x / extent) / count, (tile.row + y / extent) / count)
                    self._pieces.append((name, place[1], place[0], length * metres))

    def streets(self, places: Gazetteer) -> list[Street]:
        """One street for each name and Ortsteil: at the middle of its longest piece there."""
        found: dict[tuple[str, str], tuple[float, Street]] = {}
        total: dict[tuple[str, str], float] = defaultdict(float)
        longest: dict[str, tuple[str, str]] = {}
        for name, latitude, longitude, length in self._pieces:
            ortsteil = places.where(latitude, longitude).ortsteil
            key = (name, "" if ortsteil is None else ortsteil.id)
            total[key] += length
            if key not in found or length > found[key][0]:
                found[key] = length, Street(name, round(latitude, 4), round(longitude, 4), key[1])
            if name not in longest or length > found[longest[name]][0]:
                longest[name] = key
        return sorted(street for key, (_, street) in found.items() if total[key] >= _PIECE_M or longest[key[0]] == key)

    def written(self) -> str:
        """The pieces as text that `read` understands."""
        return "".join(
            f"{name};{latitude:.5f};{longitude:.5f};{length:.0f}\n"
            for name, latitude, longitude, length in self._pieces
        )

    @classmethod
    def read(cls, text: str) -> StreetPieces:
        """The pieces of a text of ours. Raises ValueError."""
        rows = (line.split(";") for line in text.splitlines())
        return cls(
            (name, float(latitude), float(longitude), float(length)) for name, latitude, longitude, length in rows
        )


def _is_name(name: str) -> bool:
    return 1 < len(name) <= _NAME_CHARACTERS and ";" not in name and name.isprintable() and any(map(str.isalpha, name))


def _middle(line: Sequence[tuple[int, int]]) -> tuple[float, tuple[float, float]]:
    """The length of a line and the point in its middle."""
    steps = [math.dist(one, other) for one, other in itertools.pairwise(line)]
    length = sum(steps)
    left = length / 2
    for (x1, y1), (x2, y2), step in zip(line, line[1:], steps, strict=False):
        if step >= left and step > 0:
            return length, (x1 + left / step * (x2 - x1), y1 + left / step * (y2 - y1))
        left -= step
    return length, line[-1]
