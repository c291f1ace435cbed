"""Writes tiles into one PMTiles file, and looks at each: its schema, its streets, whether it can be drawn."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from pmtiles import tile as pmtiles
from pmtiles.tile import Compression, TileType
from pmtiles.writer import Writer

from api.maps.packs.found_streets import StreetPieces
from api.maps.tiles import decoding, schemas
from api.maps.tiles.decoding import BadTileError
from api.maps.tiles.schemas import Class, Schema
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from api.maps.projection import Tile
    from crisis.places.geometry import Bounds

_BAD_PART_MAX = 0.02  # of the tiles may be damaged; they show an error tile
_GZIP = b"\x1f\x8b"


class TileFile:
    """A file of tiles while it is written; `finish` ends it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._writer: Writer | None = None
        self._digest = hashlib.sha256()
        self._pieces: dict[int, StreetPieces] = {}
        self._bounds: dict[int, Bounds] = {}
        self._schema: Schema | None = None
        self._bad: list[str] = []
        self.count = 0

    def __enter__(self) -> Self:
        self._file = self._path.open("wb")
        # The library collects tiles in a temporary file: not on another disk, which may be full or a memory's.
        before, tempfile.tempdir = tempfile.tempdir, str(self._path.parent)
        try:
            self._writer = Writer(self._file)  # type: ignore[no-untyped-call]  # the library has no types here
        finally:
            tempfile.tempdir = before
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.tile_f.close()
        if self._file is not None:
            self._file.close()

    def add(self, tile: Tile, raw: bytes) -> None:
        """Add a tile. One that cannot be read is added as it is, and counted."""
        assert self._writer is not None
        packed = raw if raw[:2] == _GZIP else gzip.compress(raw, mtime=0)
        self._writer.write_tile(pmtiles.zxy_to_tileid(*tile), packed)  # type: ignore[no-untyped-call]  # as above
        self._digest.update(repr(tuple(tile)).encode() + packed)
        self._bounds[tile.zoom] = _around(tile.bounds, self._bounds.get(tile.zoom))
        self.count += 1
        try:
            self._look_at(tile, raw)
        except BadTileError:
            self._bad.append(f"{tile.zoom}/{tile.column}/{tile.row}")

    def _look_at(self, tile: Tile, raw: bytes) -> None:
        if self._schema is None:
            self._schema = schemas.told_by(decoding.layer_names(raw))
        if self._schema is None:
            decoding.parse(raw)
            return
        features = decoding.decode(raw, self._schema, {Class.STREET_NAME})
        self._pieces.setdefault(tile.zoom, StreetPieces()).add(tile, features)

    def finish(self, metadata: Mapping[str, Any]) -> None:
        """Write the directories; the file is on the disk afterwards. Raises OperatorError for tiles of no use."""
        assert self._writer is not None
        assert self._file is not None
        if len(self._bad) > _BAD_PART_MAX * self.count:
            raise OperatorError(
                f"{len(self._bad)} of {self.count} tiles cannot be read, the first is {self._bad[0]}",
                "copy or download them again",
            )
        if self._schema is None:
            raise OperatorError(
                "the tiles have none of the layers that can be drawn (transportation, roads)",
                "use tiles in the schema of OpenMapTiles, or of Protomaps version 4",
            )
        west, south, east, north = (round(each * 10_000_000) for each in self.bounds)
        header: Any = {
            "tile_type": TileType.MVT,
            "tile_compression": Compression.GZIP,
            "min_lon_e7": west,
            "min_lat_e7": south,
            "max_lon_e7": east,
            "max_lat_e7": north,
        }
        self._writer.finalize(header, dict(metadata))  # type: ignore[no-untyped-call]  # as above
        self._file.flush()
        os.fsync(self._file.fileno())

    @property
    def schema(self) -> Schema:
        """The schema of the tiles; known once they are finished."""
        assert self._schema is not None
        return self._schema

    @property
    def digest(self) -> str:
        """The SHA-256 of all tiles."""
        return self._digest.hexdigest()

    @property
    def bounds(self) -> Bounds:
        """The bounds of the most detailed tiles, in degrees."""
        return self._bounds[self.zooms[1]]

    @property
    def zooms(self) -> tuple[int, int]:
        """The smallest and the largest zoom."""
        return min(self._bounds), max(self._bounds)

    @property
    def damaged(self) -> tuple[str, ...]:
        """The tiles that cannot be read."""
        return tuple(self._bad)

    @property
    def pieces(self) -> StreetPieces:
        """The streets of the most detailed tiles."""
        return self._pieces.get(self.zooms[1]) or StreetPieces()


def _around(one: Bounds, other: Bounds | None) -> Bounds:
    if other is None:
        return one
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
