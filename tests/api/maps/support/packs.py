"""Map folders of nodes with packs in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from api.maps.packs import adding, sources
from crisis.places.areas import Level
from tests.api.maps.support import made_tiles
from tests.support import map_data

if TYPE_CHECKING:
    from pathlib import Path

    from api.maps.packs.sources import Source
    from crisis.places.packs import Pack

NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


def wanted(name: str = "berlin", source: str = "berlin.pmtiles") -> adding.Wanted:
    return adding.Wanted(name, source, NOW)


def add(folder: Path, source: Source, name: str = "berlin") -> Pack:
    size = adding.choose(source, adding.BERLIN, adding.ZOOM_MAX, name)
    return adding.add_tiles(folder, wanted(name), source, size, lambda _done, _of: None)


def archive(path: Path) -> sources.ArchiveSource:
    content = path.read_bytes()
    return sources.ArchiveSource(lambda offset, length: content[offset : offset + length])


def add_small(folder: Path, scratch: Path, tile: bytes | None = None) -> Pack:
    """Add one tile of Schöneberg."""
    content = {made_tiles.SCHOENEBERG: made_tiles.small_tile() if tile is None else tile}
    return add(folder, sources.FolderSource(made_tiles.write_folder(scratch, content)))


def add_schoeneberg(folder: Path) -> None:
    """Add the map data of the pilot area with all borders."""
    add(folder, archive(map_data.file(map_data.TILES)))
    for level, name in ((Level.BEZIRK, "bezirke"), (Level.ORTSTEIL, "ortsteile")):
        text = map_data.file(f"{name}.geojson").read_text(encoding="utf-8")
        adding.add_areas(folder, wanted(name, name), text, level)
