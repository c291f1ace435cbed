"""Adds tiles, areas and streets to a node's maps, and removes them. A running node follows by itself.

A pack is written beside the index first, and named in it at the end: whatever ends the work, the maps are as before.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.maps.packs import folder as folders
from api.maps.packs import sources
from api.maps.packs.tile_file import TileFile
from api.maps.tiles.directories import BadArchiveError
from api.maps.tiles.schemas import Schema
from crisis.places import geojson, geometry, packs, streets_csv
from crisis.places.packs import Kind, Pack
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from api.maps.packs.sources import Source
    from crisis.places.areas import Area, Level
    from crisis.places.geometry import Bounds
    from crisis.places.streets import Street

    Progress = Callable[[int, int], None]  # tiles done, of how many

OSM = "© OpenStreetMap-Mitwirkende (ODbL)"
OPENMAPTILES = "© OpenMapTiles"
OFFICE = "Gebietsgrenzen © Amt für Statistik Berlin-Brandenburg (CC BY 3.0 DE), vereinfacht"
BERLIN: Bounds = (13.08, 52.33, 13.77, 52.69)
ZOOM_MAX = 15
BYTES_MAX = 2_000_000_000
_NAME_CHARACTERS = 40
_MARGIN_DEGREES = 0.5  # around Berlin, within which areas and streets must lie
_HINT = "docs/situation.md, Maps, says what each file must hold"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an operator asks for: the name of the pack, where its content comes from, whose it is, and the time."""

    name: str
    source: str
    now: datetime
    attribution: str = ""


def name_for(given: str) -> str:
    """The name of a pack that is made from the name of a file or folder: `Berlin 2026.pmtiles` is `berlin-2026`."""
    stem = given.rstrip("/").rsplit("/", 1)[-1].split(".")[0].lower()
    return re.sub(r"[^a-z0-9_-]+", "-", stem).strip("-.")[:_NAME_CHARACTERS] or "map"


def choose(source: Source, bounds: Bounds, zoom_max: int, name: str) -> int:
    """Choose the tiles of a source; returns their bytes. Raises OperatorError where there are none or too many."""
    try:
        size = source.choose(bounds, zoom_max)
    except BadArchiveError as error:
        raise unusable(name, error) from None
    if size > BYTES_MAX:
        raise OperatorError(
            f"these tiles have {size / 1e6:,.0f} MB, more than a node keeps ({BYTES_MAX / 1e6:,.0f} MB)",
            "choose fewer of them: --bbox, or a smaller --zoom-max",
        )
    return size


def add_tiles(folder: Path, wanted: Wanted, source: Source, size_bytes: int, on_progress: Progress) -> Pack:
    """Copy the tiles that were chosen. Raises OperatorError; the maps are as before then."""
    with folders.changing(folder) as work:
        folders.check_room(folder, size_bytes)
        try:
            with TileFile(work / packs.TILES) as written:
                for number, (tile, raw) in enumerate(source.tiles(), 1):
                    written.add(tile, raw)
                    on_progress(number, source.count)
                written.finish(source.metadata)
        except BadArchiveError as error:
            raise unusable(wanted.source, error) from None
        (work / folders.PIECES).write_text(written.pieces.written(), encoding="utf-8")
        credited = [OSM] + ([OPENMAPTILES] if written.schema is Schema.OPENMAPTILES else [])
        said = wanted.attribution or sources.attribution_of(source.metadata)
        if said and "openstreetmap" not in said.lower():
            credited.append(said)
        zoom_min, zoom_max = written.zooms
        return _commit(
            folder,
            work,
            wanted,
            kind=Kind.TILES,
            digest=written.digest,
            attribution=tuple(credited),
            bounds=written.bounds,
            zoom_min=zoom_min,
            zoom_max=zoom_max,
            schema=written.schema.value,
            count=written.count,
            damaged=written.damaged,
        )


def check_areas(wanted: Wanted, text: str, level: Level | None) -> tuple[Area, ...]:
    """The areas of a GeoJSON file. Raises OperatorError for a file that cannot be added."""
    try:
        areas = geojson.read(text, level)
    except ValueError as error:
        raise unusable(wanted.source, error) from None
    _check_place(wanted.source, geometry.bounds([polygon for area in areas for polygon in area.polygons]))
    return areas


def add_areas(folder: Path, wanted: Wanted, text: str, level: Level | None) -> Pack:
    """Add the borders of areas (GeoJSON); streets get their Ortsteil anew. Raises OperatorError."""
    areas = check_areas(wanted, text, level)
    return _add_text(
        folder,
        wanted,
        packs.AREAS,
        geojson.write(areas),
        kind=Kind.AREAS,
        attribution=(wanted.attribution or OFFICE,),
        bounds=geometry.bounds([polygon for area in areas for polygon in area.polygons]),
        level=areas[0].level,
        count=len(areas),
    )


def check_streets(wanted: Wanted, text: str) -> list[Street]:
    """The streets of a CSV file. Raises OperatorError for a file that cannot be added."""
    try:
        streets = streets_csv.read(text)
    except ValueError as error:
        raise unusable(wanted.source, error) from None
    _check_place(wanted.source, _bounds_of(streets))
    return streets


def add_streets(folder: Path, wanted: Wanted, text: str) -> Pack:
    """Add streets: lines of name;latitude;longitude;Ortsteil. Raises OperatorError."""
    streets = check_streets(wanted, text)
    return _add_text(
        folder,
        wanted,
        packs.STREETS,
        streets_csv.write(streets),
        kind=Kind.STREETS,
        attribution=(wanted.attribution or OSM,),
        bounds=_bounds_of(streets),
        count=len(streets),
    )


def _bounds_of(streets: list[Street]) -> Bounds:
    return geometry.bounds(((tuple(street.point for street in streets),),))


def remove(folder: Path, name: str) -> Pack:
    """Remove a pack. Raises OperatorError where there is none of that name."""
    with folders.changing(folder) as work:
        before = packs.read(folder)
        gone = next((pack for pack in before if pack.name == name), None)
        if gone is None:
            there = ", ".join(pack.name for pack in before) or "none"
            raise OperatorError(f"there is no map {name}; there are: {there}", "kiezbox map list shows them")
        folders.replace_index(folder, work, tuple(pack for pack in before if pack is not gone))
        return gone


def unusable(source: str, error: ValueError) -> OperatorError:
    """What a person reads about a file that cannot be added."""
    return OperatorError(f"{source} cannot be added: {error}", _HINT)


def _add_text(folder: Path, wanted: Wanted, file: str, text: str, **fields: Any) -> Pack:
    with folders.changing(folder) as work:
        (work / file).write_text(text, encoding="utf-8")
        return _commit(folder, work, wanted, digest=hashlib.sha256(text.encode()).hexdigest(), **fields)


def _commit(folder: Path, work: Path, wanted: Wanted, *, digest: str, **fields: Any) -> Pack:
    pack = Pack(
        name=wanted.name,
        folder=f"pack-{wanted.name}-{digest[:12]}",
        digest=digest,
        source=wanted.source,
        added_at=wanted.now.isoformat(timespec="seconds"),
        size_bytes=0,
        **fields,
    )
    return folders.commit(folder, work, pack)


def _check_place(source: str, bounds: Bounds) -> None:
    """Refuse what lies elsewhere: most often latitude and longitude have changed places. Raises OperatorError."""
    west, south, east, north = BERLIN
    margin = _MARGIN_DEGREES
    if (
        bounds[0] < west - margin
        or bounds[1] < south - margin
        or bounds[2] > east + margin
        or bounds[3] > north + margin
    ):
        raise OperatorError(
            f"{source} does not lie in Berlin: {bounds[1]:.2f} to {bounds[3]:.2f} north, {bounds[0]:.2f} to"
            f" {bounds[2]:.2f} east",
            "have latitude and longitude changed places?",
        )
