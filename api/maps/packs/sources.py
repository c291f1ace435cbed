"""Where tiles come from: the folder of a real Kiezbox, a PMTiles file on this machine, or one on a server."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Protocol

from pmtiles import tile as pmtiles
from pmtiles.tile import TileType

from api.maps import projection
from api.maps.projection import Tile
from api.maps.tiles import directories
from api.maps.tiles.directories import BadArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from api.maps.tiles.directories import GetBytes
    from crisis.places.geometry import Bounds

_METADATA = "metadata.json"
_METADATA_BYTES_MAX = 1_000_000
_GAP_BYTES = 64 * 1024  # of two tiles that are read at once, between them
_RUN_BYTES = 4 * 1024 * 1024


class Source(Protocol):
    """Tiles to be added. Its methods raise BadArchiveError, OSError, and what their way of reading raises."""

    metadata: Mapping[str, Any]

    def choose(self, bounds: Bounds, zoom_max: int) -> int:
        """Choose the tiles within the bounds up to that zoom; returns how many bytes they have in all."""
        ...

    @property
    def count(self) -> int:
        """How many tiles were chosen."""
        ...

    def tiles(self) -> Iterator[tuple[Tile, bytes]]:
        """The chosen tiles in the order of their ids."""
        ...


class FolderSource:
    """A folder `{z}/{x}/{y}.pbf` with metadata.json, as a Kiezbox router has it. Its metadata may claim more zooms."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.metadata = self._read_metadata()
        self._chosen: list[tuple[Tile, Path]] = []

    def _read_metadata(self) -> Mapping[str, Any]:
        path = self._folder / _METADATA
        if not path.is_file() or path.stat().st_size > _METADATA_BYTES_MAX:
            return {}
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            nested = json.loads(found["json"]) if isinstance(found.get("json"), str) else {}
        except (ValueError, AttributeError, RecursionError):
            raise BadArchiveError(f"its {_METADATA} is damaged") from None
        return {**found, **nested} if isinstance(nested, dict) else dict(found)

    def choose(self, bounds: Bounds, zoom_max: int) -> int:
        """See Source."""
        found = []
        for path in self._folder.glob("*/*/*"):
            zoom, column, row = path.parent.parent.name, path.parent.name, path.name.split(".")[0]
            if path.suffix in {".pbf", ".mvt"} and zoom.isdigit() and column.isdigit() and row.isdigit():
                tile = Tile(int(zoom), int(column), int(row))
                if tile.is_there and tile.zoom <= zoom_max and projection.touch(tile.bounds, bounds):
                    found.append((tile, path))
        if not found:
            raise BadArchiveError("it has no tiles {z}/{x}/{y}.pbf of this place")
        self._chosen = sorted(found, key=lambda each: pmtiles.zxy_to_tileid(*each[0]))
        return sum(path.stat().st_size for _, path in self._chosen)

    @property
    def count(self) -> int:
        """See Source."""
        return len(self._chosen)

    def tiles(self) -> Iterator[tuple[Tile, bytes]]:
        """See Source."""
        for tile, path in self._chosen:
            yield tile, path.read_bytes()


class ArchiveSource:
    """A PMTiles file, of which only what is needed is read: `get_bytes` gives a part of it."""

    def __init__(self, get_bytes: GetBytes) -> None:
        self._get_bytes = get_bytes
        self._head = directories.header(get_bytes)
        if self._head["tile_type"] is not TileType.MVT:
            kind = self._head["tile_type"].name
            raise BadArchiveError(f"it holds tiles of the kind {kind}, not vector tiles (MVT)")
        self.metadata: Mapping[str, Any] = directories.metadata(get_bytes, self._head)
        self._chosen: list[tuple[Tile, int, int]] = []

    def choose(self, bounds: Bounds, zoom_max: int) -> int:
        """See Source."""
        lookup = directories.Lookup(self._get_bytes, self._head)
        found = []
        for zoom in range(self._head["min_zoom"], min(self._head["max_zoom"], zoom_max, projection.ZOOM_MAX) + 1):
            for tile in projection.tiles_within(bounds, zoom):
                where = lookup.find(*tile)
                if where is not None:
                    found.append((tile, *where))
        if not found:
            raise BadArchiveError("it has no tiles of this place")
        self._chosen = sorted(found, key=lambda each: pmtiles.zxy_to_tileid(*each[0]))
        return sum({offset: length for _, offset, length in self._chosen}.values())

    @property
    def count(self) -> int:
        """See Source."""
        return len(self._chosen)

    def tiles(self) -> Iterator[tuple[Tile, bytes]]:
        """See Source. Tiles that lie near each other are read at once."""
        by_offset = sorted(self._chosen, key=lambda each: each[1])
        start = 0
        while start < len(by_offset):
            end = start + 1
            begin = by_offset[start][1]
            reach = begin + by_offset[start][2]
            while end < len(by_offset):
                _, offset, length = by_offset[end]
                if offset - reach > _GAP_BYTES or offset + length - begin > _RUN_BYTES:
                    break
                reach = max(reach, offset + length)
                end += 1
            raw = self._get_bytes(begin, reach - begin)
            if len(raw) < reach - begin:
                raise BadArchiveError("it is cut off")
            for tile, offset, length in by_offset[start:end]:
                yield tile, raw[offset - begin : offset - begin + length]
            start = end


def attribution_of(metadata: Mapping[str, Any]) -> str:
    """The attribution that the tiles name, as plain text; empty without one."""
    found = metadata.get("attribution")
    text = re.sub(r"<[^>]*>", "", found) if isinstance(found, str) else ""
    return " ".join(text.split())[:200]
