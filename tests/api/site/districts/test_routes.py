from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from api.site.districts import routes
from tests.api.support import rows
from tests.api.support.rows import NewReading

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool

SCHOENEBERG = {"latitude": 52.4886, "longitude": 13.3425}
PAGE = {"Accept": "text/html"}


@pytest.mark.parametrize("district", ["07", "0701", "district-71"])
async def test_a_district_shows_its_boxes_with_all_that_they_measure(
    client: httpx.AsyncClient, pool: Pool, district: str
) -> None:
    await rows.add_box(pool, "71-01", district=113, **SCHOENEBERG)
    await rows.add_box(pool, "72-01", district=114, latitude=52.5163, longitude=13.3777)
    await rows.commit(pool, NewReading(box="71-01", value=-4.25, measured_at=datetime.now(UTC)))

    html = (await client.get(f"/districts/{district}")).text

    assert re.findall(r'data-box="([^"]+)"', html) == ["71-01"]
    assert "\N{MINUS SIGN}4.25" in html


async def test_a_district_without_public_boxes_says_so(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "71-01", **SCHOENEBERG, is_public=False)

    response = await client.get("/districts/0701")

    assert response.status_code == 200
    assert "No public box stands here" in response.text


@pytest.mark.parametrize("path", ["9999", "13", "district-zz", "%2e%2e", "0701?quantity=beer"])
async def test_an_unknown_district_or_quantity_leads_on(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(f"/districts/{path}", headers=PAGE)

    assert response.status_code == 404
    assert 'href="/"' in response.text


async def test_many_boxes_are_shown_in_parts(
    client: httpx.AsyncClient, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "BOXES", 2)
    for number in range(5):
        await rows.add_box(pool, f"71-0{number}", district=113)

    found, path = [], "/districts/district-71"
    while path:
        html = (await client.get(path)).text
        found.append(re.findall(r'data-box="([^"]+)"', html))
        more = re.search(r'<nav class="more"[^>]*>\s*<a href="([^"]*after=[^"]*)"', html)
        path = more[1].replace("&amp;", "&") if more else ""

    assert found == [["71-00", "71-01"], ["71-02", "71-03"], ["71-04"]]


async def test_what_a_link_gathered_on_its_way_does_not_cost_the_page(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading())

    response = await client.get("/districts/district-71?fbclid=IwAR0")

    assert response.status_code == 200
    assert "fbclid" not in response.text
