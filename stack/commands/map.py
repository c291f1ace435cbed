"""`kiezbox map`: the maps of a node. A running node shows at once what was added."""

from __future__ import annotations

import contextlib
import json
import mmap
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.maps.packs import adding, sources
from api.maps.tiles.directories import BadArchiveError
from crisis.places import packs, streets_csv
from crisis.places.areas import Level  # noqa: TC001 -- typer reads annotations when the program runs
from kiezbox.errors import OperatorError
from stack import command_line, startup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.maps.packs.sources import Source
    from crisis.places.geometry import Bounds
    from crisis.places.packs import Pack

app = command_line.app(
    "map",
    no_args_is_help=True,
    help="Maps of this node: tiles, borders and streets that you add. Without any it shows a schematic of Berlin.",
    epilog=command_line.examples("kiezbox map add berlin.pmtiles", "kiezbox map list"),
)
Folder = command_line.NodeFolderOption
_URL = ("http://", "https://")
_TILE_FOLDERS = ("tiles", "pbf-tiles")  # within /opt/kb-www or city/ of a Kiezbox router
_TEXT_BYTES_MAX = 64_000_000
_BOUNDS = 4
# How a file begins that people may take for a map, and what to do with it.
_OTHERS = (
    (b"SQLite format 3", "it is an MBTiles file", "convert it: pmtiles convert FILE.mbtiles FILE.pmtiles"),
    (b"PK\x03\x04", "it is a zip file", "unpack it, and add what is in it"),
    (b"\x1f\x8b", "it is compressed with gzip", "unpack it (gunzip, tar xzf), and add what is in it"),
    (b"\x89PNG", "it is a picture", "vector tiles are needed: docs/situation.md, Maps"),
    (b"\xff\xd8\xff", "it is a picture", "vector tiles are needed: docs/situation.md, Maps"),
    (
        b"\x00\x00\x00",
        "it is raw data of OpenStreetMap",
        "make tiles of it: osmium, tilemaker (docs/situation.md, Maps)",
    ),
)


@app.command(
    epilog=command_line.examples(
        "kiezbox map add /opt/kb-www/pbf-tiles",
        "kiezbox map add berlin.pmtiles",
        "kiezbox map add https://build.protomaps.com/20261129.pmtiles --zoom-max 14 --name berlin",
        "kiezbox map add ortsteile.geojson --level ortsteil",
        "kiezbox map add strassen.csv",
    )
)
def add(
    *,
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A folder of tiles {z}/{x}/{y}.pbf, a PMTiles file or its URL, borders as GeoJSON, or streets as CSV.",
            show_default=False,
        ),
    ],
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="What to call it; one of that name is replaced.")
    ] = None,
    level: Annotated[
        Level | None, typer.Option("--level", help="What the areas of a GeoJSON file are, where it does not say.")
    ] = None,
    bbox: Annotated[
        str | None, typer.Option("--bbox", metavar="W,S,E,N", help="Tiles of this part only, in degrees.  [Berlin]")
    ] = None,
    zoom_max: Annotated[
        int, typer.Option("--zoom-max", min=0, max=20, help="Tiles up to this zoom.")
    ] = adding.ZOOM_MAX,
    attribution: Annotated[
        str, typer.Option("--attribution", metavar="TEXT", help="Whose data it is, to be shown on each map.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be added.")] = False,
    folder: Folder = None,
) -> None:
    """Check a map, say what is in it, and copy it into this node's folder. Nothing is loaded later from elsewhere."""
    maps = _folder(folder)
    wanted = adding.Wanted(_name(name, source), source, datetime.now(UTC), attribution.strip())
    text = None if source.startswith(_URL) or Path(source).is_dir() else _text_of(Path(source))
    if text is not None:
        _add_text(maps, wanted, text, level, is_dry=dry_run)
        return
    with _tiles(source) as found:
        size = adding.choose(found, _bounds(bbox), zoom_max, source)
        credited = wanted.attribution or sources.attribution_of(found.metadata) or adding.OSM
        typer.echo(f"{found.count:,} tiles, {size / 1e6:,.1f} MB, {credited}")
        if not dry_run:
            _show_added(maps, adding.add_tiles(maps, wanted, found, size, _progress))


@app.command(name="list", epilog=command_line.examples("kiezbox map list", "kiezbox map list --json"))
def show(as_json: command_line.JsonOption = False, folder: Folder = None) -> None:
    """Show the maps of this node: what each holds, where it lies, and whose data it is."""
    maps = _folder(folder)
    found = _read(maps)
    if as_json:
        typer.echo(json.dumps({"folder": str(maps), "maps": [_described(pack) for pack in found]}, indent=2))
        return
    for pack in found:
        typer.echo("\n".join(_lines(maps, pack)))
    if not found:
        typer.echo(f"No map was added yet in {maps}: pages show a schematic. To add one: kiezbox map add SOURCE")


@app.command(epilog=command_line.examples("kiezbox map remove berlin"))
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name in kiezbox map list.", show_default=False)],
    folder: Folder = None,
) -> None:
    """Remove a map from this node. Pages show what is left, or the schematic."""
    gone = adding.remove(_folder(folder), name)
    typer.echo(f"{gone.name} is removed ({gone.size_bytes / 1e6:,.1f} MB).")


def _folder(folder: Path | None) -> Path:
    return startup.at_node(None).map_folder if folder is None else folder / "map"


def _read(maps: Path) -> tuple[Pack, ...]:
    try:
        return packs.read(maps)
    except packs.UnreadableIndexError as error:
        raise OperatorError(str(error), f"move {maps} away and add the maps again") from None


def _name(name: str | None, source: str) -> str:
    if name is None:
        return adding.name_for(source)
    if adding.name_for(name) != name:
        raise OperatorError(f"{name} is no name for a map", "lower-case letters, digits and hyphens, 40 at most")
    return name


def _bounds(given: str | None) -> Bounds:
    if given is None:
        return adding.BERLIN
    try:
        west, south, east, north = (float(part) for part in given.split(","))
    except ValueError:
        west = south = east = north = 0.0
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):  # noqa: PLR2004 -- degrees
        raise OperatorError(f"{given} is no part of the Earth", "west,south,east,north in degrees: 13.3,52.4,13.4,52.5")
    return west, south, east, north


def _text_of(path: Path) -> str | None:
    """The text of a GeoJSON or CSV file; None for a PMTiles file. Raises OperatorError for everything else."""
    if not path.exists():
        raise OperatorError(f"there is no {path}", "name a file, a folder, or a URL")
    with path.open("rb") as file:
        start = file.read(16)
        if start.startswith(b"PMTiles"):
            return None
        for beginning, what, hint in _OTHERS:
            if start.startswith(beginning):
                raise OperatorError(f"{path} cannot be added: {what}", hint)
        if path.stat().st_size > _TEXT_BYTES_MAX:
            raise OperatorError(f"{path} is larger than {_TEXT_BYTES_MAX // 1_000_000} MB", "simplify its borders")
        raw = start + file.read()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise OperatorError(
            f"{path} cannot be added: it is neither PMTiles nor text in UTF-8", "docs/situation.md, Maps"
        ) from None


def _add_text(maps: Path, wanted: adding.Wanted, text: str, level: Level | None, *, is_dry: bool) -> None:
    is_geojson = text.lstrip().startswith("{")
    if is_dry:
        checked = adding.check_areas(wanted, text, level) if is_geojson else adding.check_streets(wanted, text)
        typer.echo(f"{len(checked):,} {'areas' if is_geojson else 'streets'}")
        return
    made = adding.add_areas(maps, wanted, text, level) if is_geojson else adding.add_streets(maps, wanted, text)
    _show_added(maps, made)


@contextlib.contextmanager
def _tiles(source: str) -> Iterator[Source]:
    """Where the tiles come from. A source that cannot be read is an OperatorError."""
    with contextlib.ExitStack() as stack:
        try:
            if source.startswith(_URL):
                from api.maps.packs import ranges  # noqa: PLC0415 -- httpx only when something is downloaded

                yield sources.ArchiveSource(stack.enter_context(ranges.RangeReader(source)))
            elif Path(source).is_dir():
                yield sources.FolderSource(_tile_folder(Path(source)))
            else:
                file = stack.enter_context(Path(source).open("rb"))
                content = stack.enter_context(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
                yield sources.ArchiveSource(lambda offset, length: content[offset : offset + length])
        except BadArchiveError as error:
            raise adding.unusable(source, error) from None


def _tile_folder(folder: Path) -> Path:
    """The folder with the zooms: this one, or the one in it where a Kiezbox router has them."""
    for inner in _TILE_FOLDERS:
        if (folder / inner).is_dir():
            return folder / inner
    return folder


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty() and (done % 50 == 0 or done == of):
        typer.echo(f"\r{done:,} of {of:,} tiles", err=True, nl=done == of)


def _show_added(maps: Path, pack: Pack) -> None:
    typer.echo("\n".join(_lines(maps, pack)))
    if pack.damaged:
        typer.echo(f"{len(pack.damaged)} tiles cannot be read and show an error: {', '.join(pack.damaged)}", err=True)
    typer.echo(f"{pack.name} is added. A running node shows it at once.")


def _lines(maps: Path, pack: Pack) -> list[str]:
    """A pack as people read it."""
    west, south, east, north = pack.bounds
    kinds = {packs.Kind.TILES: f"tiles ({pack.schema})", packs.Kind.STREETS: "streets"}
    said = kinds.get(pack.kind, f"areas ({pack.level})")
    zooms = f", zooms {pack.zoom_min} to {pack.zoom_max}" if pack.kind is packs.Kind.TILES else ""
    lines = [
        f"{pack.name}: {pack.count:,} {said}{zooms}, {pack.size_bytes / 1e6:,.1f} MB",
        f"  lies     {south:.3f} to {north:.3f} north, {west:.3f} to {east:.3f} east",
        f"  from     {pack.source}, added {pack.added_at[:16].replace('T', ' ')} UTC",
    ]
    if pack.kind is packs.Kind.TILES:
        lines.append(f"  streets  {_streets(maps, pack):,} found by name")
    return [*lines, *(f"  shows    {line}" for line in pack.attribution)]


def _streets(maps: Path, pack: Pack) -> int:
    try:
        return len(streets_csv.read((maps / pack.folder / packs.STREETS).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return 0


def _described(pack: Pack) -> dict[str, Any]:
    return {
        "name": pack.name,
        "kind": pack.kind,
        "level": pack.level,
        "count": pack.count,
        "schema": pack.schema or None,
        "zooms": [pack.zoom_min, pack.zoom_max] if pack.kind is packs.Kind.TILES else None,
        "bounds": list(pack.bounds),
        "bytes": pack.size_bytes,
        "attribution": list(pack.attribution),
        "source": pack.source,
        "added_at": pack.added_at,
        "digest": pack.digest,
        "damaged": list(pack.damaged),
    }
