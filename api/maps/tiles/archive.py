"""Tiles in a PMTiles file (version 3), as `kiezbox map add` writes it: which there are, and the bytes of each."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING

from pmtiles import tile as pmtiles

from api.maps.tiles import directories

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from api.maps.projection import Tile


class Archive:
    """A file of tiles, open as long as this lives; it may be replaced meanwhile. Raises OSError, BadArchiveError."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._entries: Mapping[int, tuple[int, int]] = directories.all_entries(self._part)

    def tile(self, tile: Tile) -> bytes | None:
        """The bytes of a tile, compressed with gzip or not; None where there is none."""
        found = self._entries.get(pmtiles.zxy_to_tileid(*tile))
        return None if found is None else self._part(*found)

    def has(self, tile: Tile) -> bool:
        """Whether there is this tile."""
        return pmtiles.zxy_to_tileid(*tile) in self._entries

    def _part(self, offset: int, length: int) -> bytes:
        return self._bytes[offset : offset + length]
