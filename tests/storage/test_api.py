"""What the API reads is the same on every tier: pages over many chunks, charts over what is only left in rollups."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api import app as application
from api.readings import buckets, series
from api.readings.buckets import Bucket
from kiezbox.settings import ApiSettings, MqttSettings, Settings
from tests.api.conftest import client_of, fail
from tests.ingest.support.messages import telemetry
from tests.storage import conftest
from tests.storage.support.database import TODAY, days_ago, fetch, fill, maintain, refresh, write

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import httpx

    from kiezbox.settings import DatabaseSettings
    from tests.servers import Host

DAYS = (0, 1, 2, 60, 85)  # chunks with gaps between them
A_DAY = 72  # readings of a series


@pytest.fixture
async def client(database: DatabaseSettings, free_port: Callable[[], int]) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(database=database, mqtt=MqttSettings(port=free_port()), api=ApiSettings(port=free_port()))
    async with client_of(application.create(settings, fail)) as client:
        yield client


async def get(client: httpx.AsyncClient, path: str) -> Any:
    response = await client.get(path)
    assert response.status_code == 200, response.text
    return response.json()


async def all_pages(client: httpx.AsyncClient, path: str) -> list[tuple[str, str]]:
    """Time and source of every reading of every page of /v1/readings."""
    page = await get(client, path)
    found = [(item["measured_at"], item["source"]) for item in page["items"]]
    while page["next"]:
        page = await get(client, f"{path}&cursor={page['next']}")
        found += [(item["measured_at"], item["source"]) for item in page["items"]]
    return found


async def follow(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    """Every entity of every page of SensorThings."""
    page = await get(client, f"/sensorthings/v1.1/{path}")
    found = list(page["value"])
    while "@iot.nextLink" in page:
        page = await get(client, page["@iot.nextLink"])
        found += page["value"]
    return found


@conftest.native
@pytest.mark.parametrize("limit", [7, 100])
async def test_pages_over_many_chunks_have_every_reading_once(
    limit: int, client: httpx.AsyncClient, database: DatabaseSettings
) -> None:
    await fill(database, DAYS)
    since = f"{days_ago(61):%Y-%m-%dT%H:%M:%SZ}"

    found = await all_pages(client, f"/v1/readings?limit={limit}&from={since}")

    assert len(found) == len(set(found)) == 3 * A_DAY * 4
    assert found == sorted(found)


@conftest.native
@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_observations_of_many_chunks_come_once(
    order: str, client: httpx.AsyncClient, database: DatabaseSettings
) -> None:
    await fill(database, DAYS)

    found = await follow(client, f"Observations?$top=100&$orderby=phenomenonTime {order}")

    times = [entity["phenomenonTime"] for entity in found]
    assert len({entity["@iot.id"] for entity in found}) == len(found) == 3 * A_DAY * len(DAYS)
    assert times == sorted(times, reverse=order == "desc")


@conftest.native
async def test_what_a_box_sent_last_is_shown(client: httpx.AsyncClient, database: DatabaseSettings, host: Host) -> None:
    arrivals = [
        telemetry(seq, {"pm2_5": seq}, measured_at=TODAY - timedelta(minutes=10 * (20 - seq)), received_at=TODAY)
        for seq in range(1, 21)
    ]
    await write(database, host, arrivals)

    (newest,) = (await get(client, "/v1/latest"))["items"]
    (health,) = (await get(client, "/v1/health/boxes"))["items"]
    (box,) = (await get(client, "/v1/boxes"))["items"]

    assert newest["value"] == 20
    assert health["interval_s"] == 600
    assert box["box"] == newest["box"] == health["box"]


async def test_charts_reach_beyond_what_is_kept_in_full(database: DatabaseSettings, host: Host) -> None:
    await fill(database, (1, 95, 120))
    await maintain(database)
    await refresh(database, host)
    assert await fetch(database, "SELECT min(measured_at) >= $1 FROM reading", days_ago(91)) == [(True,)]

    for points, days in ((1, 130), (300, 130), (1, 365), (300, 365)):
        plan, *_ = buckets.plans(Bucket.AUTO, points, days_ago(days), TODAY, series_count=3)
        statement = series.statement(plan.relation, has_last=True)
        rows = await fetch(database, statement, [1, 2, 3], plan.start, plan.end, plan.width)

        counts = {row[0]: sum(row[5]) for row in rows}
        assert counts == dict.fromkeys((1, 2, 3), 3 * A_DAY), plan
