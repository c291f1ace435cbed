from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.api.support import rows
from tests.api.support.rows import START, NewReading

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool

MINUS = "\N{MINUS SIGN}"
PEOPLE = {"Accept": "text/html"}
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
    assert "Boxes elsewhere, or whose place is not known" in text
    assert "71-01 online no mains Quantity" in text
    assert "The box itself normal battery 82 % link: radio mesh" in text
    assert f"Outdoor temperature {MINUS}4.25 °C 5 min" in text
    assert "PM2.5 suspect 12.3 µg/m³ 3 h" in text


async def test_what_is_about_the_box_itself_is_folded_away(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(
        pool,
        NewReading(box="71-01", quantity="battery_voltage", value=13.28),
        NewReading(box="71-01", quantity="gas_resistance", value=89.5),
        NewReading(box="71-01", quantity="noise", value=51),
        NewReading(box="71-02", quantity="battery_voltage", value=12.5),
    )

    html = (await client.get("/")).text

    text = text_of(html)
    folded = text[text.index("The box itself") :]
    assert "Battery voltage 13.28 V" in folded
    assert "Gas resistance 89.5 kΩ" in folded
    assert "Noise 51 dB(A)" not in folded
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
    assert not re.search(r'(?:src|srcset|<link[^>]*href|<use[^>]*href)="(?:https?:)?//', response.text)
    assert " style=" not in response.text
    assert not re.search(r"\son\w+=", response.text)


async def test_the_script_is_served_by_us_and_kept_until_it_changes(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading())
    page = await client.get("/")
    (address,) = re.findall(r'<script src="([^"]+)"', page.text)

    script, other = await client.get(address), await client.get("/static/live.js?v=old")

    assert script.status_code == 200
    assert script.headers["content-type"].startswith("text/javascript")
    assert "immutable" in script.headers["cache-control"]
    assert other.headers["cache-control"] == "no-cache"


async def test_an_empty_page_says_why_and_what_to_do(client: httpx.AsyncClient) -> None:
    response = await client.get("/")

    text = text_of(response.text)
    assert response.status_code == 200
    assert "There is no box to show yet" in text
    assert "firmware-sim fleet --boxes 5" in text
    assert "mosquitto_pub" in text
    assert "readyz" in text
    assert 'http-equiv="refresh"' in response.text


async def test_a_registered_box_without_readings_says_so(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "71-01", name="Rathaus", registered_at=START, first_seen=None, last_seen=None)

    text = text_of((await client.get("/")).text)

    assert "Rathaus has not sent a reading yet" in text
    assert "no status" in text


async def test_districts_have_the_names_that_people_know_and_boxes_without_one_come_last(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    await rows.add_box(pool, "71-01", district=113, latitude=52.4886, longitude=13.3425)
    await rows.add_box(pool, "71-02", district=113, latitude=52.5163, longitude=13.3777)
    await rows.add_box(pool, "rathaus")

    html = (await client.get("/")).text

    found = re.findall(r'<th scope="row"><a href="/districts/([^"?]+)[^>]*>([^<]+)', html)
    assert found == [
        ("0101", "Mitte"),
        ("0701", "Schöneberg"),
        ("others", "Boxes elsewhere, or whose place is not known"),
    ]


async def test_the_address_of_a_district_of_before_leads_to_its_page(client: httpx.AsyncClient) -> None:
    response = await client.get("/?district=71")

    assert response.status_code == 307
    assert response.headers["location"] == "/districts/district-71"


async def test_a_retired_box_is_not_on_the_page_and_not_in_its_totals(client: httpx.AsyncClient, pool: Pool) -> None:
    for box in ("71-01", "71-02"):
        await rows.commit(pool, NewReading(box=box))
        await rows.add_status(pool, box, datetime.now(UTC))
    await pool.execute("UPDATE box SET retired_at = now() WHERE id = '71-02'")

    page = (await client.get("/")).text

    assert "71-01" in text_of(page)
    assert "71-02" not in page
    assert "<span>1 box</span>" in page


async def test_a_name_that_looks_like_another_is_marked_and_turns_nothing_around(
    pool: Pool, client: httpx.AsyncClient
) -> None:
    await rows.add_box(pool, "71-01", name="Rath\u0430us \u202eb")
    await rows.add_box(pool, "71-02", name="Rathaus")

    page = (await client.get("/", headers={"Accept-Language": "en"})).text

    assert page.count("letters of several alphabets") == 1
    assert "<bdi>Rath\u0430us [U+202E]b</bdi>" in page
    assert "\u202e" not in page


# -- the map, search, and what may go wrong --------------------------------------------------------------------------

SCHOENEBERG = {"latitude": 52.4886, "longitude": 13.3425}


async def test_a_box_lies_on_the_map_with_its_value_in_words(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "71-01", name="Rathaus", **SCHOENEBERG)
    await rows.commit(pool, NewReading(value=31.0, measured_at=datetime.now(UTC)))

    html = (await client.get("/?quantity=temperature")).text

    assert '<a href="/boxes/71-01" tabindex="-1"><use href="#s-high"' in html
    assert "<title>Rathaus: 31.0 °C, hot: from 30 °C</title>" in html
    assert "/maps/base/city.svg?v=" in html


@pytest.mark.parametrize(
    ("quantity", "said"), [("pm2_5", "good: within the WHO guideline"), ("noise", "quiet: up to 55")]
)
async def test_a_box_that_measures_every_ten_minutes_is_rated(
    client: httpx.AsyncClient, pool: Pool, quantity: str, said: str
) -> None:
    await rows.add_box(pool, "71-01", name="Rathaus", **SCHOENEBERG)
    now = datetime.now(UTC)
    moments = [now - timedelta(minutes=10 * number) for number in range(6 * 25)]
    await rows.commit(pool, *(NewReading(quantity=quantity, value=4.0, measured_at=at) for at in moments))

    html = (await client.get(f"/?quantity={quantity}")).text

    assert f"{said}" in html[html.index("<title>Rathaus: 4") :].split("</title>")[0]


@pytest.mark.parametrize("searched", ["Rathaus", "schöneb", "71-01"])
async def test_a_box_is_found_by_its_name_and_by_its_place(
    client: httpx.AsyncClient, pool: Pool, searched: str
) -> None:
    await rows.add_box(pool, "71-01", name="Rathaus", **SCHOENEBERG)

    html = (await client.get("/", params={"q": searched})).text
    found = html[html.index('id="found"') : html.index('id="overview"')]

    assert 'href="/boxes/71-01"' in found


async def test_a_search_without_a_hit_says_so_and_repeats_no_markup(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "71-01")

    html = (await client.get("/", params={"q": '"><script>x'})).text

    assert "No box, street or place of this name is known here" in html
    assert "<script>x" not in html


async def test_an_unchanged_page_is_not_sent_again(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "71-01", **SCHOENEBERG)
    first = await client.get("/")

    again = await client.get("/", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


async def test_five_hundred_boxes_are_under_60_kb_compressed(client: httpx.AsyncClient, pool: Pool) -> None:
    now = datetime.now(UTC)
    async with pool.connection() as connection, connection.transaction():
        for number in range(500):
            box = f"kiez-{number}"
            place = {"latitude": 52.40 + number % 25 / 125, "longitude": 13.15 + number // 25 / 40}
            await rows.add_box(connection, box, name=f"Straße der Vereinten {number}", **place)
        await rows.write(connection, [NewReading(box=f"kiez-{n}", value=n / 20, measured_at=now) for n in range(500)])

    page = await client.get("/?quantity=temperature")
    ground = await client.get("/maps/base/city.svg")

    assert page.headers["content-encoding"] == ground.headers["content-encoding"] == "gzip"
    assert page.text.count("<use ") >= 490
    sent = sum(int(answer.headers["content-length"]) for answer in (page, ground))
    assert sent + 23_000 < 60_000, "23 kB is what Berlin's ground takes with a map pack (design, 5.3)"


@pytest.mark.parametrize("stray", ["after=71-07", "q=", "fbclid=IwAR0", "utm_source=x&utm_source=y"])
async def test_what_a_link_gathered_on_its_way_costs_nobody_the_page_and_is_not_passed_on(
    client: httpx.AsyncClient, pool: Pool, stray: str
) -> None:
    await rows.commit(pool, NewReading())

    asked = await client.get(f"/?{stray}")
    plain = (await client.get("/")).text

    assert asked.status_code == 200
    assert '<a href="/?lang=de"' in asked.text
    assert '<a href="/?lang=de"' in plain


async def test_a_search_that_is_too_long_is_cut(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading())

    html = (await client.get(f"/?q={'x' * 300}")).text

    assert "x" * 100 in html
    assert "x" * 101 not in html


@pytest.mark.parametrize("district", ["zz", "../../data", "7"])
async def test_a_district_that_there_is_not_ends_on_a_page(
    client: httpx.AsyncClient, pool: Pool, district: str
) -> None:
    await rows.commit(pool, NewReading())

    response = await client.get("/", params={"district": district}, headers=PEOPLE, follow_redirects=True)

    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/", "/districts/0701", "/quantities/noise", "/boxes/71-01", "/data"])
async def test_what_a_link_gathered_on_its_way_costs_nobody_any_page(
    client: httpx.AsyncClient, pool: Pool, path: str
) -> None:
    await rows.add_box(pool, "71-01")

    response = await client.get(path, params={"fbclid": "x", "utm_source": "y"}, headers={"Accept": "text/html"})

    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")


async def test_a_search_for_something_very_long_is_answered_with_a_page(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "71-01")

    assert (await client.get("/", params={"q": "Hauptstraße " * 50})).status_code == 200
