from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.api.support import rows
from tests.api.support.rows import START, NewReading

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool


async def test_a_box_that_was_only_seen_has_what_its_id_says(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "71-0a", district=113, number=10)

    page = (await client.get("/v1/boxes")).json()

    (box,) = page["items"]
    assert page["next"] is None
    assert box.pop("age_s") > 0
    assert box == {
        "box": "71-0a",
        "name": None,
        "district": "71",
        "number": "0a",
        "position": None,
        "exact_place": True,
        "moving": False,
        "registered": False,
        "registered_at": None,
        "retired_at": None,
        "withdrawn_at": None,
        "first_seen_at": "2025-11-23T08:00:00.000Z",
        "last_seen_at": "2025-11-23T08:00:00.000Z",
        "status": None,
    }


async def test_a_registered_box_that_never_sent_anything_is_listed(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(
        pool,
        "rathaus",
        name="Rathaus",
        latitude=52.5,
        longitude=13.4,
        registered_at=START,
        first_seen=None,
        last_seen=None,
    )

    box = (await client.get("/v1/boxes/rathaus")).json()

    assert (box["registered"], box["name"]) == (True, "Rathaus")
    assert box["position"] == {"latitude": 52.5, "longitude": 13.4}
    assert (box["last_seen_at"], box["age_s"], box["district"]) == (None, None, None)


async def test_a_box_shows_its_newest_status_with_its_age(client: httpx.AsyncClient, pool: Pool) -> None:
    now = datetime.now(UTC)
    await rows.add_box(pool, "71-01", district=113, number=1)
    await rows.add_status(pool, "71-01", now - timedelta(hours=2), mode="emergency", mains=False)
    await rows.add_status(
        pool, "71-01", now - timedelta(hours=1), mode="normal", mains=True, battery_percent=81.5, boot="5f0c"
    )

    status = (await client.get("/v1/boxes/71-01")).json()["status"]

    assert (status["online"], status["mode"], status["mains"]) == (True, "normal", True)
    assert (status["battery_percent"], status["boot"], status["uplink"]) == (81.5, "5f0c", None)
    assert 3600 <= status["age_s"] < 3700


async def test_after_a_last_will_the_rest_of_the_status_stays(client: httpx.AsyncClient, pool: Pool) -> None:
    now = datetime.now(UTC)
    await rows.add_box(pool, "71-01", district=113, number=1)
    await rows.add_status(pool, "71-01", now - timedelta(hours=1), mode="emergency", mains=False, battery_percent=40.0)
    await rows.add_status(pool, "71-01", now - timedelta(minutes=1), online=False)

    status = (await client.get("/v1/boxes/71-01")).json()["status"]

    assert (status["online"], status["mode"], status["mains"], status["battery_percent"]) == (
        *(False, "emergency", False, 40.0),
    )
    assert 60 <= status["age_s"] < 100
    assert 3600 <= status["told_age_s"] < 3700


async def test_online_is_decided_by_arrival_and_not_by_the_box_s_clock(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "71-01")
    await rows.add_status(pool, "71-01", START, at=START + timedelta(days=365), mode="normal")
    await rows.add_status(pool, "71-01", START + timedelta(minutes=1), online=False)

    status = (await client.get("/v1/boxes/71-01")).json()["status"]

    assert status["online"] is False


async def test_boxes_can_be_narrowed_to_districts(client: httpx.AsyncClient, pool: Pool) -> None:
    for box, district in (("71-01", 113), ("0c-01", 12), ("02-01", 2), ("rathaus", None)):
        await rows.add_box(pool, box, district=district)

    one = (await client.get("/v1/boxes", params={"district": "71"})).json()
    two = (await client.get("/v1/boxes", params={"district": ["0C", "02"]})).json()

    assert [box["box"] for box in one["items"]] == ["71-01"]
    assert [box["box"] for box in two["items"]] == ["02-01", "0c-01"]


async def test_every_box_comes_once_page_by_page(client: httpx.AsyncClient, pool: Pool) -> None:
    for number in range(5):
        await rows.add_box(pool, f"71-0{number}")

    found, sizes, path = [], [], "/v1/boxes?limit=2"
    while path:
        response = await client.get(path)
        found += [box["box"] for box in response.json()["items"]]
        sizes.append(len(response.json()["items"]))
        path = response.links["next"]["url"] if "next" in response.links else ""

    assert found == [f"71-0{number}" for number in range(5)]
    assert sizes == [2, 2, 1]


async def test_an_unknown_box_is_a_404_problem(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/boxes/71-99")

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "urn:kiezbox:problem:unknown-box"
    assert response.json()["instance"] == "/v1/boxes/71-99"


async def test_a_text_that_is_not_a_box_id_is_an_unknown_box(client: httpx.AsyncClient) -> None:
    statuses = [(await client.get(f"/v1/boxes/{box}")).status_code for box in ("%00", "A-1", "x" * 200, "%F0%9F%93%A6")]

    assert statuses == [404] * 4


async def test_an_unchanged_box_is_a_304(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "71-01")
    first = await client.get("/v1/boxes/71-01")

    same = await client.get("/v1/boxes/71-01", headers={"If-None-Match": first.headers["etag"]})
    await rows.add_status(pool, "71-01", START)
    changed = await client.get("/v1/boxes/71-01", headers={"If-None-Match": first.headers["etag"]})

    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    assert changed.status_code == 200


async def test_a_retired_box_is_in_no_list_and_has_its_own_address(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "71-01", registered_at=START)
    await rows.add_box(pool, "71-0l", registered_at=START, retired_at=START + timedelta(days=1))

    listed = (await client.get("/v1/boxes")).json()["items"]
    retired = (await client.get("/v1/boxes/71-0l")).json()

    assert [box["box"] for box in listed] == ["71-01"]
    assert (retired["registered"], retired["retired_at"]) == (False, "2025-11-24T08:00:00.000Z")


async def test_a_late_will_takes_no_box_that_measures_off_the_pages(client: httpx.AsyncClient, pool: Pool) -> None:
    now = datetime.now(UTC)
    await rows.commit(pool, NewReading(measured_at=now - timedelta(seconds=5)))
    await rows.add_status(pool, "71-01", now - timedelta(minutes=1), mode="normal")
    await rows.add_status(pool, "71-01", now - timedelta(seconds=30), online=False)

    (box,) = (await client.get("/v1/boxes")).json()["items"]
    (health,) = (await client.get("/v1/health/boxes")).json()["items"]
    page = await client.get("/")
    state = await pool.fetchrow("SELECT state FROM box_state")

    assert box["status"]["online"] is True
    assert health["status"]["online"] is True
    assert re.search(r">\s*online\s*<", page.text)
    assert not re.search(r">\s*offline\s*<", page.text)
    assert state is not None
    assert state["state"] == "reachable"
