from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest
from pmtiles.tile import Entry, serialize_directory

from api.maps.packs import adding, sources
from api.maps.projection import Tile
from api.maps.tiles import directories
from api.maps.tiles.directories import BadArchiveError
from crisis.places import packs
from crisis.places.areas import Level
from kiezbox.errors import OperatorError
from tests.api.maps.support import made_tiles
from tests.api.maps.support import packs as made
from tests.support import map_data

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SQUARE = [[13.3, 52.4], [13.4, 52.4], [13.4, 52.5], [13.3, 52.5], [13.3, 52.4]]


def areas(*ids: str, ring: object = SQUARE, **properties: str) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"id": id_, "name": f"Area {id_}", **properties},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for id_ in ids
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_a_folder_of_a_router_is_added_with_the_zooms_that_it_really_has(tmp_path: Path) -> None:
    tiles = {(zoom, 4399 >> 13 - zoom, 2687 >> 13 - zoom): made_tiles.small_tile() for zoom in (11, 12, 13)}
    folder = made_tiles.write_folder(tmp_path / "tiles", tiles, {"maxzoom": "14", "json": '{"vector_layers": []}'})

    pack = made.add(tmp_path / "map", sources.FolderSource(folder))

    assert (pack.zoom_min, pack.zoom_max, pack.count, pack.schema) == (11, 13, 3, "OpenMapTiles")
    assert pack.attribution == ("© OpenStreetMap-Mitwirkende (ODbL)", "© OpenMapTiles")
    assert packs.read(tmp_path / "map") == (pack,)


def test_the_streets_of_the_tiles_are_found_by_name(tmp_path: Path) -> None:
    made.add_small(tmp_path / "map", tmp_path / "tiles")

    found = packs.gazetteer(tmp_path / "map", packs.read(tmp_path / "map"))

    ((street,),) = [found.streets.streets]
    assert street.name == "Hauptstraße"
    west, south, east, north = Tile(*made_tiles.SCHOENEBERG).bounds
    assert west < street.longitude < east
    assert south < street.latitude < north
    assert street.ortsteil == "0402"  # by the schematic


@pytest.fixture(scope="module")
def schoeneberg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A map folder with the data of the pilot area. Not to be changed."""
    folder = tmp_path_factory.mktemp("map")
    made.add_schoeneberg(folder)
    return folder


def test_real_tiles_name_the_streets_of_the_pilot_area(schoeneberg: Path) -> None:
    found = packs.gazetteer(schoeneberg, packs.read(schoeneberg))

    known = {street.name for street in map_data.gazetteer().streets.streets if street.ortsteil == "0701"}
    named = {street.name for street in found.streets.streets if street.ortsteil == "0701"}
    assert len(known & named) > 0.9 * len(known)
    (mention,) = found.mentions("Beatmung, Hauptstr. 23", map_data.RATHAUS_SCHOENEBERG)
    assert found.ortsteil_name(mention.street.ortsteil) == "Schöneberg"


def test_borders_that_are_added_later_give_the_streets_their_ortsteil(tmp_path: Path) -> None:
    made.add_small(tmp_path / "map", tmp_path / "tiles")

    adding.add_areas(tmp_path / "map", made.wanted("ortsteile"), areas("0799", bezirk="07"), None)

    found = packs.gazetteer(tmp_path / "map", packs.read(tmp_path / "map"))
    assert [street.ortsteil for street in found.streets.streets] == ["0799"]


def test_a_pack_of_the_same_name_takes_the_place_of_the_first(tmp_path: Path) -> None:
    first = made.add_small(tmp_path / "map", tmp_path / "one")
    second = made.add_small(tmp_path / "map", tmp_path / "two", made_tiles.street("Nebenweg", [(0, 10), (4096, 10)]))

    assert packs.read(tmp_path / "map") == (second,)
    assert not (tmp_path / "map" / first.folder).exists()
    assert (tmp_path / "map" / second.folder).is_dir()


def test_the_same_pack_twice_is_there_once(tmp_path: Path) -> None:
    first = made.add_small(tmp_path / "map", tmp_path / "tiles")
    second = made.add_small(tmp_path / "map", tmp_path / "tiles")

    assert first == second
    assert packs.read(tmp_path / "map") == (second,)
    assert (tmp_path / "map" / second.folder / packs.TILES).is_file()


def test_a_removed_pack_leaves_nothing(tmp_path: Path) -> None:
    made.add_small(tmp_path / "map", tmp_path / "tiles")

    adding.remove(tmp_path / "map", "berlin")

    assert sorted(path.name for path in (tmp_path / "map").iterdir()) == [".lock", "index.json"]


def test_an_interrupted_change_leaves_the_maps_and_its_rest_goes_with_the_next(tmp_path: Path) -> None:
    before = made.add_small(tmp_path / "map", tmp_path / "tiles")
    (tmp_path / "map" / ".adding-killed").mkdir()
    (tmp_path / "map" / ".adding-killed" / packs.TILES).write_bytes(b"half")

    assert packs.read(tmp_path / "map") == (before,)
    adding.add_areas(tmp_path / "map", made.wanted("bezirke"), areas("07"), None)

    assert not (tmp_path / "map" / ".adding-killed").exists()


def test_only_one_command_changes_the_maps_at_a_time(tmp_path: Path) -> None:
    made.add_small(tmp_path / "map", tmp_path / "tiles")
    with (tmp_path / "map" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        with pytest.raises(OperatorError, match="another command changes the maps"):
            adding.remove(tmp_path / "map", "berlin")


def test_a_disk_without_room_is_refused_before_anything_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 99, 1))

    with pytest.raises(OperatorError, match="not enough space"):
        made.add_small(tmp_path / "map", tmp_path / "tiles")

    assert packs.read(tmp_path / "map") == ()


def test_a_disk_that_fills_up_meanwhile_leaves_the_maps_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = made.add_small(tmp_path / "map", tmp_path / "one")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OperatorError, match="no space left; they are as before") as caught:
        made.add_small(tmp_path / "map", tmp_path / "two", made_tiles.street("Nebenweg", [(0, 10), (4096, 10)]))

    assert caught.value.hint == "free space on this disk"
    assert packs.read(tmp_path / "map") == (before,)
    assert not list((tmp_path / "map").glob(".adding-*"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "no GeoJSON FeatureCollection"),
        ("{", "no JSON"),
        ('{"type": "FeatureCollection", "features": []}', "no features"),
        (areas("7"), "has 4 digits, not '7'"),
        (areas("07", ring=[[13.3, 52.4], [13.4, 52.4]]), "fewer than 4 points"),
        (areas("07", ring=[[390_000, 5_820_000]] * 4), "ogr2ogr -t_srs EPSG:4326"),
        (areas("07", ring=[["a", "b"]] * 4), "not a pair of numbers"),
        (areas("07", "0701"), "mixes"),
        (areas("07", "07"), "same id"),
        (areas("07", ring=[[52.4, 13.3], [52.4, 13.4], [52.5, 13.4], [52.5, 13.3]]), "does not lie in Berlin"),
    ],
)
def test_a_wrong_file_of_borders_is_refused_with_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(OperatorError, match=said):
        adding.add_areas(tmp_path / "map", made.wanted("areas", "areas.geojson"), text, None)

    assert packs.read(tmp_path / "map") == ()


@pytest.mark.parametrize(
    ("name", "level", "count"),
    [("bezirke", Level.BEZIRK, 12), ("ortsteile", Level.ORTSTEIL, 96), ("prognoseraeume", Level.PROGNOSERAUM, 58)],
)
def test_the_files_of_the_office_tell_what_they_are(tmp_path: Path, name: str, level: Level, count: int) -> None:
    text = map_data.file(f"{name}.geojson").read_text(encoding="utf-8")

    pack = adding.add_areas(tmp_path / "map", made.wanted(name), text, None)

    assert (pack.level, pack.count) == (level, count)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no streets"),
        ("Hauptstraße;52,4;13,3;0701\n", "line 1: latitude and longitude are numbers with a point"),
        ("Hauptstraße;52.4;13.3;0701\nx\n", "line 2 is not"),
        ("Hauptstraße;13.3;52.4;0701\n", "does not lie in Berlin"),
    ],
)
def test_a_wrong_file_of_streets_is_refused_with_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(OperatorError, match=said):
        adding.add_streets(tmp_path / "map", made.wanted("streets", "streets.csv"), text)


def test_streets_of_a_file_are_those_that_people_search(tmp_path: Path) -> None:
    text = map_data.file("streets-berlin.csv").read_text(encoding="utf-8")

    pack = adding.add_streets(tmp_path / "map", made.wanted("streets"), text)

    assert pack.count == 10_294
    assert packs.gazetteer(tmp_path / "map", packs.read(tmp_path / "map")).search("rubensstr")[0].name == "Rubensstraße"


def _damaged(change: Callable[[bytearray], object]) -> bytes:
    content = bytearray(map_data.file(map_data.TILES).read_bytes())
    change(content)
    return bytes(content)


DAMAGED: dict[str, tuple[Callable[[bytearray], object], str]] = {
    "empty": (lambda content: content.clear(), "too short"),
    "another-kind": (lambda content: content.__setitem__(slice(0, 7), b"RIFF...") or None, "no PMTiles file"),
    "another-version": (lambda content: content.__setitem__(7, 2), "another version"),
    "brotli": (lambda content: content.__setitem__(97, 3), "brotli or zstd"),
    "pictures": (lambda content: content.__setitem__(99, 2), "PNG, not vector tiles"),
    "a-broken-directory": (lambda content: content.__setitem__(slice(127, 260), bytes(133)), "damaged"),
    "broken-metadata": (lambda content: content.__setitem__(slice(270, 780), bytes(510)), "damaged"),
    "a-huge-directory": (lambda content: content.__setitem__(slice(16, 24), b"\xff" * 7 + b"\x00"), "too large"),
    "cut-off": (lambda content: content.__delitem__(slice(400_000, None)), "cut off"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_of_tiles_is_refused_with_a_sentence(tmp_path: Path, name: str) -> None:
    change, said = DAMAGED[name]
    (tmp_path / "berlin.pmtiles").write_bytes(_damaged(change))

    with pytest.raises((OperatorError, BadArchiveError), match=said):
        made.add(tmp_path / "map", made.archive(tmp_path / "berlin.pmtiles"))

    assert packs.read(tmp_path / "map") == ()


def test_directories_that_lead_in_a_circle_end() -> None:
    content = bytearray(map_data.file(map_data.TILES).read_bytes())
    head = directories.header(lambda offset, length: bytes(content[offset : offset + length]))
    leaf = made_directory()
    head["root_offset"] = head["leaf_directory_offset"] = 0
    head["root_length"] = len(leaf)

    lookup = directories.Lookup(lambda offset, length: leaf[offset : offset + length], head)

    with pytest.raises(BadArchiveError, match="circle"):
        lookup.find(13, 4399, 2687)


def made_directory() -> bytes:
    """A directory whose only entry is itself."""
    leaf = b""
    for _ in range(5):  # until its length is the one that it names
        leaf = serialize_directory([Entry(0, 0, len(leaf), 0)])
    return leaf


def test_tiles_most_of_which_are_damaged_are_refused(tmp_path: Path) -> None:
    tiles = {(13, 4399 + number, 2687): b"\xff" * 30 for number in range(4)} | {
        (13, 4398, 2687): made_tiles.small_tile()
    }
    folder = made_tiles.write_folder(tmp_path / "tiles", tiles)

    with pytest.raises(OperatorError, match="4 of 5 tiles cannot be read, the first is 13/44"):
        made.add(tmp_path / "map", sources.FolderSource(folder))


def test_tiles_of_an_unknown_schema_are_refused(tmp_path: Path) -> None:
    tile = made_tiles.layer("contours", [(made_tiles.LINES, [9, 2, 2, 10, 2, 2], {})])

    with pytest.raises(OperatorError, match="none of the layers that can be drawn"):
        made.add_small(tmp_path / "map", tmp_path / "tiles", tile)


def test_a_folder_without_tiles_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tiles").mkdir()

    with pytest.raises(OperatorError, match="no tiles"):
        made.add(tmp_path / "map", sources.FolderSource(tmp_path / "tiles"))


def test_the_index_names_its_packs_in_a_way_that_is_read_again(schoeneberg: Path, tmp_path: Path) -> None:
    found = packs.read(schoeneberg)

    (tmp_path / packs.INDEX).write_text(packs.written(found), encoding="utf-8")

    assert len(found) == 3
    assert packs.read(tmp_path) == found


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": 1, "packs": [{}]}', '{"format": 2}'])
def test_an_index_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / packs.INDEX).write_text(text)

    with pytest.raises(packs.UnreadableIndexError, match=packs.INDEX):
        packs.read(tmp_path)
    with pytest.raises(OperatorError, match=packs.INDEX):
        adding.remove(tmp_path, "berlin")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Berlin 2026.pmtiles", "berlin-2026"),
        ("https://build.example/20261129.pmtiles", "20261129"),
        ("/opt/kb-www/pbf-tiles/", "pbf-tiles"),
        ("../..", "map"),
        ("Straßen.csv", "stra-en"),
    ],
)
def test_a_pack_is_named_after_its_file(given: str, name: str) -> None:
    assert adding.name_for(given) == name


def test_a_map_that_root_added_can_be_read_by_others(tmp_path: Path) -> None:
    pack = made.add_small(tmp_path / "map", tmp_path / "tiles")

    paths = [tmp_path / "map", tmp_path / "map" / pack.folder, *(tmp_path / "map" / pack.folder).iterdir()]
    assert all(path.stat().st_mode & 0o004 for path in [*paths, tmp_path / "map" / packs.INDEX])
