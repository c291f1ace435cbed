from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
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


async def test_a_district_has_the_year_of_its_boxes_and_of_no_others(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "71-01", district=113, **SCHOENEBERG)
    await rows.add_box(pool, "72-01", district=114, latitude=52.5163, longitude=13.3777)
    begin = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
    for box in ("71-01", "72-01"):
        steps = (begin + timedelta(minutes=5 * step) for step in range(-12 * 4, 12 * 24))
        await rows.commit(pool, *(NewReading(box=box, quantity="pm2_5", value=15.1, measured_at=at) for at in steps))

    html = (await client.get("/districts/district-71")).text

    year = html[html.index('id="year"') : html.index('id="boxes"')]
    assert "Days above 15" in year
    assert re.findall(r'href="/boxes/([^"]+)"', year) == ["71-01"]
    assert "1 of 1" in year
    assert 'href="/quantities/pm2_5"' in year


@pytest.mark.parametrize(
    ("places", "view"),
    [
        ([(52.4846, 13.3443), (52.4850, 13.3450)], "0701"),
        ([(52.4846, 13.3443), (52.4430, 13.3870)], "07"),
        ([(52.4846, 13.3443), (52.5350, 13.2000)], "city"),
        ([(None, None)], None),
    ],
)
async def test_a_district_of_numbers_has_the_smallest_map_with_all_of_its_boxes(
    client: httpx.AsyncClient, pool: Pool, places: list[tuple[float | None, float | None]], view: str | None
) -> None:
    for number, (latitude, longitude) in enumerate(places):
        await rows.add_box(pool, f"71-0{number}", district=113, latitude=latitude, longitude=longitude)

    html = (await client.get("/districts/district-71")).text

    found = re.search(r'<img src="/maps/base/(\w+)\.svg', html)
    assert (found[1] if found else None) == view


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
