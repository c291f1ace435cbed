"""Charts for other people's pages: pictures and frames."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from api.site.embedding.kept import KEPT_DRAWINGS, KeptDrawings
from tests.api.support import rows
from tests.api.support.rows import NewReading

if TYPE_CHECKING:
    import httpx
    from fastapi import FastAPI

    from kiezbox.db import Pool

GERMAN = {"Accept-Language": "de"}
PAST = "from=2025-11-23&to=2025-11-23"


async def test_a_picture_has_a_title_a_policy_of_its_own_and_may_be_kept(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, *rows.minutes(30, quantity="pm10"))

    response = await client.get(f"/boxes/71-01/pm10.svg?{PAST}&lang=de")

    tree = ET.fromstring(response.text)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("image/svg+xml")
    assert response.headers["cache-control"] == "public, max-age=60, must-revalidate"
    assert response.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert tree[0].text == "Feinstaub PM10 \N{EN DASH} 71-01"


async def test_who_has_the_picture_is_told_so(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, *rows.minutes(30, quantity="pm10"))
    for path in ("/boxes/71-01/pm10.svg", "/embed/boxes/71-01/pm10"):
        etag = (await client.get(f"{path}?{PAST}")).headers["etag"]

        response = await client.get(f"{path}?{PAST}", headers={"If-None-Match": etag})

        assert (response.status_code, response.text) == (304, "")
        assert response.headers["cache-control"] == "public, max-age=60, must-revalidate"


async def test_a_frame_may_be_shown_by_everybody_and_no_other_page_may(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, *rows.minutes(30, quantity="pm10"))

    policies = {
        path: (await client.get(path)).headers["content-security-policy"]
        for path in (f"/embed/boxes/71-01/pm10?{PAST}", "/embed/boxes/71-99/pm10", "/boxes/71-01", "/", "/nowhere")
        if path != "/nowhere"
    }

    framed = {path for path, policy in policies.items() if "frame-ancestors *" in policy}
    assert framed == {f"/embed/boxes/71-01/pm10?{PAST}", "/embed/boxes/71-99/pm10"}
    assert all("frame-ancestors" in policy for policy in policies.values())


async def test_a_frame_leads_to_the_page_of_its_box_at_the_same_time(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading(quantity="pm10", measured_at=datetime.now(UTC)))

    html = (await client.get("/embed/boxes/71-01/pm10?span=week&lang=de")).text

    assert 'href="/boxes/71-01?quantity=pm10&amp;span=week&amp;tz=Europe%2FBerlin&amp;lang=de" target="_top"' in html


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/boxes/71-99/pm10.svg", 404, "Diese Box gibt es nicht, oder sie ist nicht öffentlich."),
        ("/boxes/71-01/radiation.svg", 404, "Das misst diese Box nicht."),
        ("/boxes/71-01/pm10.svg?from=2026-01-01", 422, "Bitte geben Sie Anfang und Ende des Zeitraums an."),
        ("/embed/boxes/71-01/radiation", 404, "Das misst diese Box nicht."),
        ("/embed/boxes/71-01/pm10?tz=Mars", 422, "Diese Zeitzone gibt es nicht."),
    ],
)
async def test_what_cannot_be_drawn_says_why_where_the_chart_would_be(
    client: httpx.AsyncClient, pool: Pool, path: str, status: int, text: str
) -> None:
    await rows.commit(pool, NewReading(quantity="pm10"))

    response = await client.get(path, headers=GERMAN)

    assert response.status_code == status
    assert text in response.text


async def test_a_busy_server_asks_to_come_again(app: FastAPI, client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading(quantity="pm10"))
    KEPT_DRAWINGS.put(app, KeptDrawings(waiting_max=0))

    response = await client.get("/boxes/71-01/pm10.svg", headers=GERMAN)

    assert (response.status_code, response.headers["retry-after"]) == (503, "2")
    assert "Gerade werden viele Diagramme gezeichnet" in response.text


async def test_times_within_one_step_are_one_picture(
    client: httpx.AsyncClient, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rows.commit(pool, *rows.minutes(30, quantity="pm10"))
    keys = set()
    get = KeptDrawings.get

    async def noted(self: KeptDrawings, key: object, *rest: object) -> object:
        keys.add(key)
        return await get(self, key, *rest)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(KeptDrawings, "get", noted)

    for second in range(30):
        await client.get(f"/boxes/71-01/pm10.svg?from=2025-11-23T08:00:{second:02d}Z&to=2025-11-23T09:00:00Z")

    assert len(keys) == 1


@pytest.mark.parametrize("path", ["/boxes/71-01/pm10.svg", "/embed/boxes/71-01/pm10"])
async def test_a_chart_that_is_kept_goes_with_its_box(client: httpx.AsyncClient, pool: Pool, path: str) -> None:
    await rows.commit(pool, *rows.minutes(30, quantity="pm10"))
    before = await client.get(f"{path}?{PAST}")

    await pool.execute("UPDATE box SET is_public = false WHERE id = '71-01'")

    assert (before.status_code, (await client.get(f"{path}?{PAST}")).status_code) == (200, 404)
