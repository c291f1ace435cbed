from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.support import rows
from tests.api.support.rows import START, NewReading

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool


async def test_latest_is_the_newest_reading_of_each_series_with_its_age(client: httpx.AsyncClient, pool: Pool) -> None:
    now = datetime.now(UTC)
    await rows.commit(
        pool,
        NewReading(value=1, measured_at=now - timedelta(minutes=2)),
        NewReading(value=2, measured_at=now - timedelta(minutes=1), flag=1),
        NewReading(quantity="noise", value=3, measured_at=now - timedelta(minutes=5)),
    )

    items = (await client.get("/v1/latest")).json()["items"]

    assert [(item["quantity"], item["value"], item["flag"]) for item in items] == [
        ("noise", 3.0, []),
        ("temperature_outside", 2.0, ["suspect"]),
    ]
    assert 60 <= items[1]["age_s"] < 90
    assert list(items[0]) == [
        *("box", "source", "quantity", "unit", "value", "flag", "measured_at", "received_at", "age_s"),
    ]


async def test_a_reading_from_a_clock_that_is_ahead_has_a_negative_age(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading(measured_at=datetime.now(UTC) + timedelta(minutes=4)))

    (item,) = (await client.get("/v1/latest")).json()["items"]

    assert -240 <= item["age_s"] < -200


async def test_times_are_utc_with_milliseconds_and_z(client: httpx.AsyncClient, pool: Pool) -> None:
    measured_at = START + timedelta(milliseconds=7)
    await rows.commit(pool, NewReading(measured_at=measured_at, delay=timedelta(seconds=2.5)))

    (item,) = (await client.get("/v1/latest")).json()["items"]

    assert (item["measured_at"], item["received_at"]) == ("2025-11-23T08:00:00.007Z", "2025-11-23T08:00:02.507Z")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [1.0, 2.0, 3.0, 4.0]),
        ({"box": "71-01"}, [2.0, 3.0]),
        ({"box": ["71-01", "rathaus"]}, [2.0, 3.0, 4.0]),
        ({"district": "0c"}, [1.0]),
        ({"district": ["0c", "71"], "quantity": "noise"}, [1.0, 2.0]),
        ({"source": "sensor-3"}, [1.0]),
        ({"box": "00-01"}, []),
    ],
)
async def test_filters_narrow_latest(
    client: httpx.AsyncClient, pool: Pool, query: dict[str, Any], expected: list[float]
) -> None:
    await rows.commit(
        pool,
        NewReading(box="0c-01", source="sensor-3", quantity="noise", value=1),
        NewReading(box="71-01", quantity="noise", value=2),
        NewReading(box="71-01", quantity="pm10", value=3),
        NewReading(box="rathaus", quantity="pm10", value=4),
    )

    items = (await client.get("/v1/latest", params=query)).json()["items"]

    assert [item["value"] for item in items] == expected


async def test_every_series_comes_once_page_by_page(client: httpx.AsyncClient, pool: Pool) -> None:
    given = [
        NewReading(box=box, source=source, quantity=quantity)
        for box in ("71-01", "71-02")
        for source in ("core", "sensor-1", "sensor-2")
        for quantity in ("noise", "pm10")
    ]
    await rows.commit(pool, *given)

    found, path = [], "/v1/latest?limit=5&district=71"
    while path:
        response = await client.get(path)
        found += [(item["box"], item["source"], item["quantity"]) for item in response.json()["items"]]
        path = response.links["next"]["url"] if "next" in response.links else ""

    assert found == [(reading.box, reading.source, reading.quantity) for reading in given]


async def test_an_unchanged_list_is_a_304_although_its_ages_grow(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading())
    first = await client.get("/v1/latest")
    etag = first.headers["etag"]

    same = await client.get("/v1/latest", headers={"If-None-Match": f'"other", {etag}'})
    await rows.commit(pool, NewReading(measured_at=START + timedelta(minutes=1)))
    changed = await client.get("/v1/latest", headers={"If-None-Match": etag})

    assert etag.startswith('W/"')
    assert first.headers["cache-control"] == "no-cache"
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag


async def test_a_retired_box_has_its_newest_readings_only_for_who_asks_for_it(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    await rows.commit(pool, NewReading(box="71-01"), NewReading(box="71-02"))
    await pool.execute("UPDATE box SET retired_at = now() WHERE id = '71-01'")

    everything = (await client.get("/v1/latest")).json()["items"]
    asked = (await client.get("/v1/latest", params={"box": "71-01"})).json()["items"]
    history = (await client.get("/v1/readings", params={"box": "71-01", "from": "2025-11-01T00:00:00Z"})).json()[
        "items"
    ]

    assert [item["box"] for item in everything] == ["71-02"]
    assert [item["box"] for item in asked] == ["71-01"]
    assert len(history) == 1
