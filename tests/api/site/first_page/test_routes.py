from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from api.site.first_page import routes
from tests.api.support import rows
from tests.api.support.rows import START, NewReading

if TYPE_CHECKING:
    import httpx
    import pytest

    from kiezbox.db import Pool

MINUS = "\N{MINUS SIGN}"
GERMAN = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.8"}


def text_of(html: str) -> str:
    """What a person reads of a page, with single spaces."""
    body = html[html.index('<main id="content">') : html.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


async def test_the_page_shows_each_box_with_values_units_ages_and_flags(client: httpx.AsyncClient, pool: Pool) -> None:
    now = datetime.now(UTC)
    await rows.commit(
        pool,
        NewReading(box="71-01", value=-4.25, measured_at=now - timedelta(minutes=5)),
        NewReading(
            box="71-01", source="sensor-3", quantity="pm2_5", value=12.3, flag=1, measured_at=now - timedelta(hours=3)
        ),
    )
    await rows.add_status(pool, "71-01", now, mode="normal", mains=False, battery_percent=81.5, uplink="mesh")

    response = await client.get("/")

    text = text_of(response.text)
    assert response.status_code == 200
    assert "Boxes 71-…" in text
    assert "71-01 online normal no mains battery 82 % link mesh" in text
    assert f"Outdoor temperature {MINUS}4.25 °C 5 min" in text
    assert "PM2.5 sensor-3 suspect 12.3 µg/m³ 3 h" in text


async def test_what_is_about_the_box_itself_is_folded_away(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(
        pool,
        NewReading(box="71-01", quantity="battery_voltage", value=13.28),
        NewReading(box="71-01", quantity="noise", value=51),
        NewReading(box="71-02", quantity="battery_voltage", value=12.5),
    )

    html = (await client.get("/")).text

    text = text_of(html)
    assert "The box itself (1) Quantity Value Unit Age Battery voltage 13.28 V" in text
    assert html.count("<details") == 1
    assert "Battery voltage 12.5 V" in text


async def test_the_page_speaks_german_to_those_who_prefer_it(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading(value=-4.25))

    response = await client.get("/", headers=GERMAN)

    assert '<html lang="de">' in response.text
    assert response.headers["content-language"] == "de"
    assert response.headers["vary"] == "Accept-Language, Accept-Encoding"
    assert f"Außentemperatur {MINUS}4,25 °C" in text_of(response.text)


async def test_what_boxes_and_operators_wrote_is_text_never_markup(client: httpx.AsyncClient, pool: Pool) -> None:
    evil = "<script>alert(1)</script>"
    await rows.add_box(pool, "71-01", name=evil)
    await rows.commit(pool, NewReading(source='"><b>x'))
    await rows.add_status(pool, "71-01", START, uplink=evil)

    response = await client.get("/")

    assert "<script>alert" not in response.text
    assert response.text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 2
    assert '"><b>x' not in response.text


async def test_the_policy_allows_our_own_style_and_script_and_nothing_else(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    await rows.commit(pool, NewReading())

    response = await client.get("/")

    policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))
    style = re.search(r"<style>(.*?)</style>", response.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == f"'sha256-{digest}'"
    assert policy["script-src"] == "'self'"
    assert "unsafe" not in response.headers["content-security-policy"]
    assert not re.search(r"(src|href)=\"(https?:)?//", response.text)
    assert " style=" not in response.text
    assert not re.search(r"\son\w+=", response.text)


async def test_the_script_is_served_by_us_and_kept_until_it_changes(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading())
    page = await client.get("/")
    (address,) = re.findall(r'<script src="([^"]+)"', page.text)

    script, other = await client.get(address), await client.get("/static/first_page.js?v=old")

    assert script.status_code == 200
    assert script.headers["content-type"].startswith("text/javascript")
    assert "immutable" in script.headers["cache-control"]
    assert other.headers["cache-control"] == "no-cache"


async def test_an_empty_page_says_why_and_what_to_do(client: httpx.AsyncClient) -> None:
    response = await client.get("/")

    text = text_of(response.text)
    assert response.status_code == 200
    assert "No box has sent anything yet" in text
    assert "firmware-sim fleet --boxes 5" in text
    assert "mosquitto_pub" in text
    assert "readyz" in text
    assert 'http-equiv="refresh"' in response.text


async def test_a_registered_box_without_readings_says_so(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "71-01", name="Rathaus", registered_at=START, first_seen=None, last_seen=None)

    text = text_of((await client.get("/")).text)

    assert "Rathaus has not sent a reading yet" in text
    assert "no status" in text


async def test_districts_come_in_order_and_boxes_without_one_last(client: httpx.AsyncClient, pool: Pool) -> None:
    for box, district in (("rathaus", None), ("71-01", 113), ("0c-01", 12), ("00-00", 0)):
        await rows.add_box(pool, box, district=district)

    html = (await client.get("/")).text

    headings = [re.sub(r"<[^>]+>", "", found) for found in re.findall(r"<h2>(.*?)</h2>", html)]
    assert headings == ["Not configured yet 00-…", "Boxes 0c-…", "Boxes 71-…", "Other boxes"]


async def test_one_district_can_be_shown(client: httpx.AsyncClient, pool: Pool) -> None:
    for box, district in (("71-01", 113), ("0c-01", 12)):
        await rows.add_box(pool, box, district=district)

    html = (await client.get("/?district=71")).text

    assert 'data-box="71-01"' in html
    assert "0c-01" not in html


async def test_many_boxes_are_shown_in_parts(
    client: httpx.AsyncClient, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "BOXES", 2)
    for number in range(5):
        await rows.add_box(pool, f"71-0{number}", district=113)

    found, path = [], "/?district=71"
    while path:
        html = (await client.get(path)).text
        found.append(re.findall(r'data-box="([^"]+)"', html))
        more = re.search(r'<nav class="more">\s*<a href="([^"]*after=[^"]*)"', html)
        path = more[1].replace("&amp;", "&") if more else ""

    assert found == [["71-00", "71-01"], ["71-02", "71-03"], ["71-04"]]
    assert "5 boxes" in html


async def test_a_retired_box_is_not_on_the_page_and_not_in_its_totals(client: httpx.AsyncClient, pool: Pool) -> None:
    for box in ("71-01", "71-02"):
        await rows.commit(pool, NewReading(box=box))
        await rows.add_status(pool, box, datetime.now(UTC))
    await pool.execute("UPDATE box SET retired_at = now() WHERE id = '71-02'")

    page = (await client.get("/")).text

    assert "71-01" in text_of(page)
    assert "71-02" not in page
    assert "<span>1 boxes, 1 online</span>" in page


async def test_a_name_that_looks_like_another_is_marked_and_turns_nothing_around(
    pool: Pool, client: httpx.AsyncClient
) -> None:
    await rows.add_box(pool, "71-01", name="Rath\u0430us \u202eb")
    await rows.add_box(pool, "71-02", name="Rathaus")

    page = (await client.get("/", headers={"Accept-Language": "en"})).text

    assert page.count("letters of several alphabets") == 1
    assert "<bdi>Rath\u0430us [U+202E]b</bdi>" in page
    assert "\u202e" not in page
