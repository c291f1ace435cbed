from __future__ import annotations

import dataclasses
import gzip
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from api.maps.drawing import details, views
from api.maps.drawing.atlas import Atlas
from api.maps.drawing.layers import Layers
from api.maps.drawing.paths import GRID
from api.maps.packs import sources
from api.maps.projection import Tile, View, tile_at
from api.maps.tiles import decoding
from api.maps.tiles.decoding import BadTileError
from api.maps.tiles.schemas import Class, Schema
from crisis.places import geometry, packs
from crisis.places.gazetteer import Gazetteer
from tests.api.maps.support import made_tiles
from tests.api.maps.support import packs as made
from tests.devices.support.protobuf_bytes import field
from tests.support import map_data

GOLDEN = (
    '<path class="water" d="m500 500l500 0 0 500-500 0zm200 200l0 100 100 0 0-100z"/>'
    '<defs><path id="street" d="m0 1500l2048 0"/></defs>'
)
KB = 1000


def atlas_of(folder: Path) -> Atlas:
    found = packs.read(folder)
    return Atlas(folder, found, packs.gazetteer(folder, found))


@pytest.fixture(scope="module")
def berlin(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    folder = tmp_path_factory.mktemp("map")
    made.add_schoeneberg(folder)
    return atlas_of(folder)


def texts(svg: str) -> list[str]:
    """The texts of a picture that a browser can read."""
    return ["".join(each.itertext()) for each in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def zipped(svg: str) -> int:
    return len(gzip.compress(svg.encode(), 6))


def test_a_small_tile_is_drawn_as_it_was_last_looked_at(tmp_path: Path) -> None:
    made.add_small(tmp_path / "map", tmp_path / "tiles")

    found = atlas_of(tmp_path / "map").tile(Tile(*made_tiles.SCHOENEBERG))

    assert GOLDEN in found
    assert texts(found) == ["Hauptstraße"]


def test_a_tile_is_enlarged_beyond_its_last_zoom(tmp_path: Path) -> None:
    made.add_small(tmp_path / "map", tmp_path / "tiles")
    _, column, row = made_tiles.SCHOENEBERG

    found = atlas_of(tmp_path / "map").tile(Tile(14, 2 * column, 2 * row))

    assert '<path class="water" d="m1000 1000' in found


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", 'A&B "Weg"', "]]></text><image href='x'/>"])
def test_names_of_streets_are_escaped(tmp_path: Path, name: str) -> None:
    made.add_small(tmp_path / "map", tmp_path / "tiles", made_tiles.street(name, [(0, 3000), (4096, 3000)]))

    found = atlas_of(tmp_path / "map").tile(Tile(*made_tiles.SCHOENEBERG))

    assert texts(found) == [name]
    assert {each.tag.rpartition("}")[2] for each in ET.fromstring(found).iter()} <= {
        *("svg", "title", "style", "rect", "path", "defs", "use", "g", "text", "tspan", "desc"),
    }


def test_a_tile_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    good = {(13, 4399 + number % 8, 2680 + number // 8): made_tiles.small_tile() for number in range(60)}
    folder = made_tiles.write_folder(tmp_path / "tiles", {**good, made_tiles.SCHOENEBERG: b"\xff" * 30})
    pack = made.add(tmp_path / "map", sources.FolderSource(folder))

    assert pack.damaged == ("13/4399/2687",)
    with pytest.raises(BadTileError):
        atlas_of(tmp_path / "map").tile(Tile(*made_tiles.SCHOENEBERG))


@pytest.mark.parametrize("zoom", [11, 13, 16])
def test_the_map_and_what_lies_on_it_have_one_projection(zoom: int) -> None:
    longitude, latitude = map_data.RATHAUS_SCHOENEBERG
    west, south, east, north = Tile(*made_tiles.SCHOENEBERG).bounds
    extent = 4096
    x = round((longitude - west) / (east - west) * extent)  # a tile is small: its scale is even
    y = round((north - latitude) / (north - south) * extent)
    raw = made_tiles.layer(
        "poi",
        [(made_tiles.POINT, made_tiles.geometry([[(x, y)]], are_rings=False), {"subclass": "hospital", "name": "R"})],
    )
    view = View(13.345, 52.484, zoom, 800, 600)
    layers = Layers(view, details.at(max(13, zoom)))

    layers.add_tile(
        Tile(*made_tiles.SCHOENEBERG), decoding.decode(raw, Schema.OPENMAPTILES, frozenset(Class)), within=None
    )

    drawn_x, drawn_y = layers.helpers["R"]
    assert (drawn_x / GRID, drawn_y / GRID) == pytest.approx(view.pixel(longitude, latitude), abs=3)


@pytest.mark.parametrize("zoom", [11, 13, 16])
def test_the_rathaus_of_the_real_tiles_stands_where_its_position_says(zoom: int) -> None:
    source = made.archive(map_data.file(map_data.TILES))
    source.choose((13.342, 52.483, 13.345, 52.486), 13)
    ((tile, raw),) = [(tile, raw) for tile, raw in source.tiles() if tile.zoom == 13]
    view = View(*map_data.RATHAUS_SCHOENEBERG, zoom, 800, 600)
    layers = Layers(view, dataclasses.replace(details.at(16), area_min_px=0, tolerance_px=0))

    layers.add_tile(tile, decoding.decode(raw, Schema.OPENMAPTILES, {Class.BUILDING}))

    x, y = (round(each * GRID) for each in view.pixel(*map_data.RATHAUS_SCHOENEBERG))
    around = [(x + dx * GRID, y + dy * GRID) for dx in (-3, -1, 0, 1, 3) for dy in (-3, -1, 0, 1, 3)]
    assert any(
        geometry.is_in_ring(ring, *point) for ring in layers.rings[Class.BUILDING] if len(ring) > 2 for point in around
    )


@pytest.mark.parametrize("view", ["city", "07", "0701"])
def test_a_view_names_its_areas_and_whose_data_it_shows(berlin: Atlas, view: str) -> None:
    found = berlin.base(view)

    assert found is not None
    said = " ".join(texts(found))
    assert "© OpenStreetMap-Mitwirkende (ODbL)" in said
    assert "Amt für Statistik Berlin-Brandenburg (CC BY 3.0 DE), vereinfacht" in said
    assert ("Neukölln" if view == "city" else "Friedenau") in said
    assert re.search(r"\d+ k?m", said)


def test_the_city_has_25_kb_at_most(berlin: Atlas) -> None:
    found = berlin.base("city")

    assert found is not None
    assert zipped(found) < 25 * KB


def test_a_tile_of_zoom_13_has_80_kb_at_most(berlin: Atlas) -> None:
    sizes = [zipped(berlin.tile(Tile(13, column, row))) for column in (4399, 4400) for row in (2687, 2688)]

    assert 5 * KB < max(sizes) < 80 * KB


def test_the_surroundings_have_6_kb_at_most_and_the_names_of_streets(berlin: Atlas) -> None:
    longitude, latitude = map_data.RATHAUS_SCHOENEBERG

    found = berlin.near(views.near(latitude, longitude))

    assert zipped(found) < 6 * KB
    assert {"Martin-Luther-Straße", "Belziger Straße"} <= set(texts(found))


def test_no_street_name_reaches_beyond_the_edge(berlin: Atlas) -> None:
    found = berlin.tile(tile_at(*map_data.RATHAUS_SCHOENEBERG, 14))

    for x, y in re.findall(r"translate\((-?\d+) (-?\d+)\)", found):
        assert 0 < int(x) < 512 * GRID
        assert 0 < int(y) < 512 * GRID


def test_where_the_detailed_tiles_end_the_coarser_ones_go_on(berlin: Atlas) -> None:
    spandau = tile_at(13.19, 52.53, 12)

    assert '<path class="wood"' in berlin.tile(spandau) or '<path class="water"' in berlin.tile(spandau)


def test_without_a_map_there_is_a_schematic_that_says_so() -> None:
    found = Atlas(Path("nowhere"), (), Gazetteer()).base("city")

    assert found is not None
    said = texts(found)
    assert {"Schema, keine Karte", "Karte hinzufügen: kiezbox map add", "Neukölln", "Spandau"} <= set(said)


def test_the_schematic_of_a_bezirk_has_its_ortsteile() -> None:
    found = Atlas(Path("nowhere"), (), Gazetteer()).base("07")

    assert found is not None
    assert {"Schöneberg", "Friedenau", "Lichtenrade"} <= {text.replace("-", "") for text in texts(found)}


def test_there_is_no_view_of_an_area_that_does_not_exist(berlin: Atlas) -> None:
    assert berlin.base("13") is None
    assert berlin.base("0799") is None


def test_a_field_of_a_later_specification_is_passed_over(tmp_path: Path) -> None:
    made.add_small(tmp_path / "map", tmp_path / "tiles", made_tiles.small_tile() + field(9, b"later"))

    assert GOLDEN in atlas_of(tmp_path / "map").tile(Tile(*made_tiles.SCHOENEBERG))
