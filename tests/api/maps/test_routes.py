from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from api.maps import served
from api.maps.packs import adding, sources
from api.maps.routes import MAPS
from tests.api.crisis.support.applications import running, settings_of
from tests.api.maps.support import made_tiles
from tests.api.maps.support import packs as made

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tests.api.crisis.support.applications import Application

TILE = "/maps/tiles/13/4399/2687.svg"
YEAR = "public, max-age=31536000, immutable"


@pytest.fixture(params=["hub", "box"])
async def node(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Application]:
    """A hub and a box, without any map yet."""
    async with running(settings_of(tmp_path / "node", request.param)) as made_node:
        yield made_node


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Application]:
    """A box with one tile."""
    made.add_small(tmp_path / "node" / "map", tmp_path / "tiles")
    async with running(settings_of(tmp_path / "node", "box")) as made_node:
        yield made_node


async def test_without_a_map_the_city_is_a_schematic(node: Application) -> None:
    answer = await node.client.get("/maps/base/city.svg")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "Schema, keine Karte" in answer.text


async def test_a_map_that_is_added_is_shown_at_once_and_gone_when_it_is_removed(
    node: Application, tmp_path: Path
) -> None:
    assert (await node.client.get(TILE)).status_code == 404
    before = MAPS.of(node.app).version

    made.add_small(tmp_path / "node" / "map", tmp_path / "tiles")
    added = await node.client.get(TILE)
    adding.remove(tmp_path / "node" / "map", "berlin")

    assert "Hauptstraße" in added.text
    assert (await node.client.get(TILE)).status_code == 404
    assert MAPS.of(node.app).version == before


async def test_a_picture_of_the_present_version_is_kept_for_a_year_and_others_are_asked_for_again(
    box: Application,
) -> None:
    version = MAPS.of(box.app).version

    present = await box.client.get(TILE, params={"v": version})
    other = await box.client.get(TILE, params={"v": "another"})
    again = await box.client.get(TILE, headers={"If-None-Match": other.headers["etag"]})

    assert present.headers["cache-control"] == YEAR
    assert other.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")


async def test_a_picture_has_a_policy_of_its_own(box: Application) -> None:
    answer = await box.client.get(TILE)

    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    )


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_a_picture_is_sent_as_the_client_can_read_it(box: Application, encoding: str) -> None:
    answer = await box.client.get(TILE, headers={"Accept-Encoding": encoding})

    assert answer.headers.get("content-encoding", "identity") == encoding
    assert answer.text.endswith("</svg>")


async def test_a_picture_is_drawn_once_however_many_ask(box: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    compressed = served._compressed

    def counted(draw: Callable[[], str | None]) -> served.Drawn:
        drawn.append(1)
        return compressed(draw)

    monkeypatch.setattr(served, "_compressed", counted)

    answers = await asyncio.gather(*(box.client.get(TILE) for _ in range(5)))
    later = await box.client.get(TILE)

    assert {answer.status_code for answer in (*answers, later)} == {200}
    assert len(drawn) == 1


async def test_what_does_not_exist_is_not_found(box: Application) -> None:
    paths = [
        "/maps/base/13.svg",
        "/maps/base/0799.svg",
        "/maps/base/..%2f..%2fetc.svg",
        "/maps/base/\u0660\u0667.svg",
        "/maps/tiles/2/1/1.svg",
        "/maps/tiles/18/140000/86000.svg",
        "/maps/tiles/13/9999/1.svg",
        "/maps/tiles/13/-1/1.svg",
        "/maps/tiles/99999999999/0/0.svg",
    ]

    found = {path: (await box.client.get(path, headers={"Accept": "application/json"})).status_code for path in paths}

    assert found == dict.fromkeys(paths, 404)


async def test_a_tile_beside_the_data_is_empty_and_all_of_them_are_one_drawing(
    box: Application, tmp_path: Path
) -> None:
    first = await box.client.get("/maps/tiles/13/4300/2600.svg")
    second = await box.client.get("/maps/tiles/14/100/100.svg")

    assert first.status_code == second.status_code == 200
    assert "<path" not in first.text
    assert len(list((tmp_path / "node" / "map-cache").iterdir())) == 1


async def test_a_damaged_tile_is_shown_as_one_and_not_kept(tmp_path: Path) -> None:
    good = {(13, 4399 + number % 8, 2680 + number // 8): made_tiles.small_tile() for number in range(60)}
    folder = made_tiles.write_folder(tmp_path / "tiles", {**good, made_tiles.SCHOENEBERG: b"\xff" * 30})
    made.add(tmp_path / "node" / "map", sources.FolderSource(folder))

    async with running(settings_of(tmp_path / "node", "box")) as node:
        answer = await node.client.get(TILE)

    assert answer.status_code == 200
    assert "Kachel beschädigt" in answer.text
    assert not list((tmp_path / "node").glob("map-cache/*"))


async def test_maps_that_cannot_be_read_leave_the_schematic(tmp_path: Path) -> None:
    made.add_small(tmp_path / "node" / "map", tmp_path / "tiles")
    (tmp_path / "node" / "map" / "index.json").write_text("{")

    async with running(settings_of(tmp_path / "node", "box")) as node:
        answer = await node.client.get("/maps/base/07.svg")

    assert "Schema, keine Karte" in answer.text


async def test_when_too_many_wait_the_next_ones_are_asked_to_come_later(
    box: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served, "_WAITING_MAX", 0)

    answer = await box.client.get(TILE)

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"


async def test_drawn_pictures_take_no_more_disk_than_they_may(tmp_path: Path) -> None:
    made.add_small(tmp_path / "node" / "map", tmp_path / "tiles")
    settings = settings_of(tmp_path / "node", "box")

    async with running(settings) as node:
        MAPS.of(node.app)._cache._bytes_max = 3_000
        for zoom in (13, 14, 15, 16):
            shift = zoom - 13
            await node.client.get(f"/maps/tiles/{zoom}/{4399 << shift}/{2687 << shift}.svg")

    kept = list((tmp_path / "node" / "map-cache").iterdir())
    assert kept
    assert sum(path.stat().st_size for path in kept) <= 3_000
    assert all(gzip.decompress(path.read_bytes()) for path in kept)


def test_a_box_loads_nothing_that_draws_before_somebody_asks_for_a_picture() -> None:
    drawing = ("pmtiles", "api.maps.tiles", "api.maps.drawing.picture", "api.maps.packs")
    code = f"import sys, api.box; print([each for each in {drawing} if each in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.strip() == "[]"


async def test_the_ground_of_other_maps_is_geojson_without_any_map_and_with_one(
    node: Application, tmp_path: Path
) -> None:
    before = await node.client.get("/maps/ground.geojson")
    made.add_small(tmp_path / "node" / "map", tmp_path / "tiles")
    after = await node.client.get("/maps/ground.geojson")
    again = await node.client.get("/maps/ground.geojson", headers={"If-None-Match": after.headers["etag"]})

    assert before.headers["content-type"] == "application/geo+json"
    assert [feature["properties"]["class"] for feature in before.json()["features"]] == ["bezirk"]
    assert "water" in {feature["properties"]["class"] for feature in after.json()["features"]}
    assert after.headers["cache-control"] == "no-cache"
    assert again.status_code == 304
