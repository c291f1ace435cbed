from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from api.site.city import quantities
from tests.api.support import rows
from tests.api.support.rows import NewReading

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


async def a_day(pool: Pool, box: str, quantity: str, value: float, days_ago: int = 2) -> None:
    """A day and its neighbours, heard without a gap."""
    begin = TODAY - timedelta(days=days_ago)
    await rows.commit(
        pool,
        *(
            NewReading(box=box, quantity=quantity, value=value, measured_at=begin + timedelta(minutes=5 * step))
            for step in range(-12 * 4, 12 * 24)
        ),
    )


def text_of(html: str) -> str:
    body = html[html.index('<main id="content">') : html.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


async def test_valid_days_above_a_limit_are_counted_of_how_many(client: httpx.AsyncClient, pool: Pool) -> None:
    await a_day(pool, "71-01", "pm2_5", 15.1)
    await a_day(pool, "71-02", "pm2_5", 15.0)

    text = text_of((await client.get("/quantities/pm2_5")).text)

    assert "Days above 15" in text
    assert "1. 71-01 15.1 1 of 1 2. 71-02 15.0 0 of 1" in text


async def test_hot_days_and_tropical_nights_are_those_of_the_weather_service(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    await a_day(pool, "71-01", "temperature_outside", 30.0)
    await a_day(pool, "71-02", "temperature_outside", 19.9)

    text = text_of((await client.get("/quantities/temperature")).text)

    assert re.search(r"1\. 71-01 30\.0 1 of 1 ([12]) of \1", text)
    assert re.search(r"2\. 71-02 19\.9 0 of 1 0 of [12]", text)


@pytest.mark.parametrize("key", quantities.SHOWN)
async def test_a_quantity_says_what_it_is_before_anything_was_measured(client: httpx.AsyncClient, key: str) -> None:
    response = await client.get(f"/quantities/{key}", headers={"Accept-Language": "de"})

    assert response.status_code == 200
    assert "Noch hat keine Box einen gültigen Tag" in response.text
    assert "Wie Werte eingestuft werden" in response.text


async def test_the_name_of_a_quantity_in_the_api_leads_to_its_page(client: httpx.AsyncClient) -> None:
    response = await client.get("/quantities/temperature_outside?lang=de")

    assert (response.status_code, response.headers["location"]) == (307, "/quantities/temperature?lang=de")


async def test_an_unknown_quantity_leads_on(client: httpx.AsyncClient) -> None:
    response = await client.get("/quantities/beer", headers={"Accept": "text/html"})

    assert response.status_code == 404
    assert 'href="/"' in response.text
