"""`kiezbox map`: the maps of a node from the command line."""

from __future__ import annotations

import gzip
import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from stack import cli
from tests.api.maps.support import made_tiles
from tests.api.maps.support.range_server import serving
from tests.support import map_data

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

AREA = (
    '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"id": "07", "name": "Süd"},'
    ' "geometry": {"type": "Polygon", "coordinates": [[[13.3, 52.4], [13.4, 52.4], [13.4, 52.5], [13.3, 52.4]]]}}]}'
)


@dataclass(frozen=True, slots=True)
class Done:
    """The output of a command, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def kiezbox_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Runs the command in this process, for a node whose folder is `node`."""

    def run(*arguments: str) -> Done:
        out, errors = io.StringIO(), io.StringIO()
        code = 0
        with redirect_stdout(out), redirect_stderr(errors):
            try:
                cli.app(["map", *arguments], standalone_mode=False)
            except Exception as error:  # noqa: BLE001 -- as main() does
                code = cli.explain(error)
        return Done(code, out.getvalue(), errors.getvalue())

    monkeypatch.setenv("KIEZBOX_CRISIS_FOLDER", str(tmp_path / "node"))
    monkeypatch.chdir(tmp_path)
    return run


@pytest.fixture
def router(tmp_path: Path) -> Path:
    """The files of a Kiezbox router: its tiles lie in a folder of their own."""
    made_tiles.write_folder(tmp_path / "city" / "tiles", {made_tiles.SCHOENEBERG: made_tiles.small_tile()}, {})
    return tmp_path / "city"


def test_a_router_s_tiles_are_added_listed_and_removed(kiezbox_map: Callable[..., Done], router: Path) -> None:
    added = kiezbox_map("add", str(router))
    listed = kiezbox_map("list")
    removed = kiezbox_map("remove", "city")

    assert (added.returncode, listed.returncode, removed.returncode) == (0, 0, 0)
    assert "city: 1 tiles (OpenMapTiles), zooms 13 to 13" in listed.stdout
    assert "52.483 to 52.510 north, 13.315 to 13.359 east" in listed.stdout
    assert "1 found by name" in listed.stdout
    assert "© OpenMapTiles" in listed.stdout
    assert "No map was added yet" in kiezbox_map("list").stdout


def test_what_is_listed_can_be_read_by_machines(kiezbox_map: Callable[..., Done], router: Path) -> None:
    kiezbox_map("add", str(router), "--name", "berlin", "--attribution", "Stadt Berlin")

    (found,) = json.loads(kiezbox_map("list", "--json").stdout)["maps"]

    assert (found["name"], found["kind"], found["zooms"], found["count"]) == ("berlin", "tiles", [13, 13], 1)
    assert found["attribution"][-1] == "Stadt Berlin"


def test_a_dry_run_says_what_would_be_added_and_adds_nothing(
    kiezbox_map: Callable[..., Done], router: Path, tmp_path: Path
) -> None:
    done = kiezbox_map("add", str(router), "--dry-run")

    assert "1 tiles, 0.0 MB, © OpenStreetMap-Mitwirkende (ODbL)" in done.stdout
    assert not (tmp_path / "node" / "map").exists()


def test_a_file_on_a_server_is_added_in_part(kiezbox_map: Callable[..., Done]) -> None:
    with serving(map_data.file(map_data.TILES).read_bytes()) as (url, manners):
        done = kiezbox_map("add", url, "--bbox", "13.342,52.483,13.345,52.486", "--zoom-max", "12")

    assert done.returncode == 0
    assert "5 tiles" in done.stdout
    assert "berlin: 5 tiles (OpenMapTiles), zooms 8 to 12" in done.stdout
    assert sum(end - start for start, end in manners.asked) < len(manners.content)


def test_borders_and_streets_are_added(kiezbox_map: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "sued.geojson").write_text("\ufeff" + AREA, encoding="utf-8")  # as Windows writes it
    (tmp_path / "strassen.csv").write_text("Hauptstraße;52.485;13.354;07\n", encoding="utf-8")

    areas = kiezbox_map("add", "sued.geojson")
    streets = kiezbox_map("add", "strassen.csv")

    assert "sued: 1 areas (bezirk)" in areas.stdout
    assert "strassen: 1 streets" in streets.stdout


@pytest.mark.parametrize(
    ("content", "said", "hint"),
    [
        (b"SQLite format 3\x00....", "an MBTiles file", "pmtiles convert"),
        (b"PK\x03\x04zip", "a zip file", "unpack it"),
        (gzip.compress(b"{}"), "compressed with gzip", "unpack it"),
        (b"\x89PNG\r\n", "a picture", "vector tiles are needed"),
        (b"\x00\x00\x00\x0d\x0a\x09OSMHeader", "raw data of OpenStreetMap", "tilemaker"),
        (b"\xff\xfe\x00", "neither PMTiles nor text", "docs/situation.md"),
        (b"PMTiles\x03", "too short", "docs/situation.md"),
        (b"hello", "line 1 is not", "docs/situation.md"),
        (b"", "no streets", "docs/situation.md"),
        (b'{"type": "Topology"}', "no GeoJSON FeatureCollection", "docs/situation.md"),
    ],
)
def test_what_is_no_map_is_named_and_what_to_do(
    kiezbox_map: Callable[..., Done], tmp_path: Path, content: bytes, said: str, hint: str
) -> None:
    (tmp_path / "berlin.file").write_bytes(content)

    done = kiezbox_map("add", "berlin.file")

    assert done.returncode == 2
    assert said in done.stderr
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "nowhere.pmtiles"], "there is no nowhere.pmtiles"),
        (["add", ".", "--name", "Süd West"], "Süd West is no name for a map"),
        (["add", ".", "--bbox", "13.4,52.4,13.3,52.5"], "is no part of the Earth"),
        (["add", ".", "--bbox", "here"], "is no part of the Earth"),
        (["add", "."], "no tiles {z}/{x}/{y}.pbf"),
        (["remove", "berlin"], "there is no map berlin; there are: none"),
    ],
)
def test_a_mistake_is_a_sentence(kiezbox_map: Callable[..., Done], arguments: list[str], said: str) -> None:
    done = kiezbox_map(*arguments)

    assert done.returncode == 2
    assert said in done.stderr


def test_maps_that_cannot_be_read_are_named(kiezbox_map: Callable[..., Done], router: Path, tmp_path: Path) -> None:
    kiezbox_map("add", str(router))
    (tmp_path / "node" / "map" / "index.json").write_text("{")

    done = kiezbox_map("list")

    assert done.returncode == 2
    assert "index.json is damaged" in done.stderr
    assert "move" in done.stderr
