from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from tests.api.crisis.residents.support.pages import point, put
from tests.api.crisis.support.applications import running, settings_of
from tests.api.maps.support import packs as made
from tests.support import map_data
from translations.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.api.crisis.support.applications import Application

LONGITUDE, LATITUDE = map_data.RATHAUS_SCHOENEBERG
SVG = "{http://www.w3.org/2000/svg}"
PAGE = {"Accept": "text/html", "Accept-Language": "de"}


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Application]:
    """The box at the Rathaus, without a map."""
    settings = settings_of(tmp_path / "box", "box", latitude=LATITUDE, longitude=LONGITUDE)
    async with running(settings) as made_box:
        yield made_box


def place(name: str, north_m: float, **fields: Any) -> Any:
    """A place of help so many metres north of the box."""
    latitude = LATITUDE + north_m / 111_195
    return dataclasses.replace(
        point(name), latitude=latitude, longitude=LONGITUDE, **{"open_now": True, "confirmed_at": None, **fields}
    )


def numbers(svg: str) -> list[tuple[str, float]]:
    """The numbers of signs on a picture, and how far above its middle they stand, in pixels."""
    root = ET.fromstring(svg)
    signs = [each for each in root.iter(f"{SVG}text") if each.get("class") == "number"]
    middle = float(root.get("height", "")) / 2
    return [(each.text or "", round(middle - float(each.get("y", "")) / 4)) for each in signs]


async def test_open_places_stand_on_the_map_with_the_numbers_of_the_page(box: Application) -> None:
    await put(
        box.deps.node,
        place("Far away", 4_000),
        place("Library", 300),
        place("School", 100),
        place("Closed hall", 50, open_now=False),
        place("Maybe", 200, open_now=None),
    )

    picture = (await box.client.get("/maps/near.svg")).text
    page = (await box.client.get("/crisis/near", headers=PAGE)).text

    assert [number for number, _ in numbers(picture)] == ["1", "2", "3"]
    assert [above for _, above in numbers(picture)] == pytest.approx([0.344 * 100, 0.344 * 200, 0.344 * 300], abs=6)
    assert re.findall(r'<li value="(\d)"><b[^>]*>(.*?)</b>', page) == [
        ("1", "School"),
        ("2", "Maybe"),
        ("3", "Library"),
    ]


async def test_a_place_that_closes_is_gone_from_the_picture_that_browsers_ask_for_again(box: Application) -> None:
    first = await box.client.get("/maps/near.svg")
    await put(box.deps.node, place("School", 100))

    second = await box.client.get("/maps/near.svg", headers={"If-None-Match": first.headers["etag"]})
    third = await box.client.get("/maps/near.svg", headers={"If-None-Match": second.headers["etag"]})

    assert first.headers["cache-control"] == "no-cache"
    assert (second.status_code, third.status_code) == (200, 304)


async def test_the_map_has_the_names_of_the_streets_around(tmp_path: Path) -> None:
    made.add(tmp_path / "box" / "map", made.archive(map_data.file(map_data.TILES)))
    settings = settings_of(tmp_path / "box", "box", latitude=LATITUDE, longitude=LONGITUDE)

    async with running(settings) as box:
        answer = await box.client.get("/maps/near.svg", headers={"Accept-Encoding": "gzip"})

    assert "Martin-Luther-Straße" in answer.text
    assert "© OpenStreetMap-Mitwirkende (ODbL)" in answer.text
    assert len(answer.text) < 14_000


async def test_the_page_links_the_map_and_explains_it_in_each_language(box: Application) -> None:
    untranslated = []
    for language in LANGUAGES:
        overview = (await box.client.get(f"/crisis?lang={language.tag}", headers=PAGE)).text
        page = await box.client.get(f"/crisis/near?lang={language.tag}", headers=PAGE)

        assert f'href="/crisis/near?lang={language.tag}"' in overview
        assert page.headers["content-language"] == language.tag
        assert "img-src 'self' data:" in page.headers["content-security-policy"]
        if "This box is the blue dot" in page.text:
            untranslated.append(language.tag)

    assert untranslated == ["en"]


async def test_a_box_that_does_not_know_where_it_stands_has_no_map_and_no_link(tmp_path: Path) -> None:
    async with running(settings_of(tmp_path / "box", "box")) as box:
        overview = await box.client.get("/crisis", headers=PAGE)
        page = await box.client.get("/crisis/near", headers=PAGE)
        picture = await box.client.get("/maps/near.svg", headers={"Accept": "application/json"})

    assert "/crisis/near" not in overview.text
    assert page.status_code == 404
    assert "Diese Box weiß nicht, wo sie steht." in page.text
    assert picture.status_code == 404
    assert "KIEZBOX_CRISIS_LATITUDE" in picture.json()["detail"]
