"""The folder of a node's maps: which packs an operator has added (`kiezbox map add`), and where their files lie.

`index.json` names them. It is replaced as a whole, so that a reader sees the packs from before a change or after it.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from crisis.places import geojson, streets_csv
from crisis.places.areas import Level
from crisis.places.gazetteer import Gazetteer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from crisis.places.areas import Area
    from crisis.places.geometry import Bounds
    from crisis.places.streets import Street

logger = logging.getLogger(__name__)

INDEX = "index.json"
FORMAT = 1
OVERZOOM = 4  # how many zooms beyond their last one tiles are enlarged
TILES = "tiles.pmtiles"
AREAS = "areas.geojson"
STREETS = "streets.csv"
OVERVIEW = "overview.json"


class Kind(StrEnum):
    """What a pack holds."""

    TILES = "tiles"
    AREAS = "areas"
    STREETS = "streets"


class UnreadableIndexError(ValueError):
    """The index of the folder cannot be understood."""


@dataclass(frozen=True, slots=True)
class Pack:
    """One thing that an operator added. `folder` lies beside the index; `digest` is the SHA-256 of what was added."""

    name: str
    kind: Kind
    folder: str
    digest: str
    source: str
    added_at: str
    size_bytes: int
    attribution: tuple[str, ...]
    bounds: Bounds
    level: Level | None = None  # of areas
    zoom_min: int = 0  # of tiles, as those of the next fields
    zoom_max: int = 0
    schema: str = ""
    count: int = 0  # tiles, areas or streets
    damaged: tuple[str, ...] = ()  # tiles that cannot be read: z/x/y


def read(folder: Path) -> tuple[Pack, ...]:
    """The packs, those added first first; none where the folder or its index is missing.

    Raises UnreadableIndexError; OSError.
    """
    try:
        text = (folder / INDEX).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    try:
        found = json.loads(text)
        packs = tuple(_pack(each) for each in found["packs"]) if found["format"] == FORMAT else None
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableIndexError(f"{folder / INDEX} is damaged: {error}") from None
    if packs is None:
        raise UnreadableIndexError(f"{folder / INDEX} was written by another version of Kiezbox")
    return packs


def zooms(found: tuple[Pack, ...]) -> tuple[int, int]:
    """The smallest and the largest zoom of tiles that can be drawn; both 0 without tiles."""
    tiles = [pack for pack in found if pack.kind is Kind.TILES]
    if not tiles:
        return 0, 0
    return min(pack.zoom_min for pack in tiles), max(pack.zoom_max for pack in tiles) + OVERZOOM


def written(packs: tuple[Pack, ...]) -> str:
    """The text of the index."""
    return json.dumps({"format": FORMAT, "packs": [asdict(pack) for pack in packs]}, ensure_ascii=False, indent=1)


def _pack(found: dict[str, Any]) -> Pack:
    level = found["level"]
    west, south, east, north = (float(each) for each in found["bounds"])
    changed = {
        "kind": Kind(found["kind"]),
        "level": None if level is None else Level(level),
        "attribution": tuple(map(str, found["attribution"])),
        "damaged": tuple(map(str, found["damaged"])),
        "bounds": (west, south, east, north),
    }
    return Pack(**{**found, **changed})


class PlacesFolder:
    """The gazetteer of a folder, read again when the packs change. A folder without packs gives the schematic."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stamp: object = None
        self._gazetteer = Gazetteer()

    def current(self) -> Gazetteer:
        """The gazetteer of the packs that are there now. Files that cannot be read are logged and left out."""
        stamp = stamp_of(self.folder)
        if stamp != self._stamp:
            self._gazetteer = gazetteer(self.folder, _readable(self.folder))
            self._stamp = stamp
        return self._gazetteer


@cache
def places_of(folder: Path) -> PlacesFolder:
    """The folder's gazetteer, one for the whole process: streets and borders are in memory once."""
    return PlacesFolder(folder)


def stamp_of(folder: Path) -> object:
    """Another value whenever the packs have changed; None without any."""
    try:
        status = (folder / INDEX).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


def _readable(folder: Path) -> tuple[Pack, ...]:
    try:
        return read(folder)
    except (UnreadableIndexError, OSError):
        logger.exception("the maps of this node cannot be read", extra={"folder": str(folder)})
        return ()


def gazetteer(folder: Path, packs: tuple[Pack, ...]) -> Gazetteer:
    """The gazetteer of these packs: of two with the same kind of areas the one that was added last."""
    last = {pack.level: pack for pack in packs if pack.kind is Kind.AREAS}
    areas: list[Area] = []
    for pack in last.values():
        try:
            areas += geojson.read((folder / pack.folder / AREAS).read_text(encoding="utf-8"), pack.level)
        except (OSError, ValueError):
            logger.exception("the borders of a map pack cannot be read", extra={"pack": pack.name})
    return Gazetteer(areas, lambda: _streets(folder, packs))


def _streets(folder: Path, packs: tuple[Pack, ...]) -> Iterable[Street]:
    """The streets of all packs; one that several have is that of the last."""
    found: dict[tuple[str, str], Street] = {}
    for pack in packs:
        path = folder / pack.folder / STREETS
        try:
            if path.is_file():
                found.update({(each.name, each.ortsteil): each for each in streets_csv.read(path.read_text("utf-8"))})
        except (OSError, ValueError):
            logger.exception("the streets of a map pack cannot be read", extra={"pack": pack.name})
    return found.values()
