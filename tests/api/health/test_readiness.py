from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from api import app as application
from api.health import readiness
from kiezbox.settings import ApiSettings, MqttSettings, Settings
from tests.api.conftest import HANGING_SECONDS, client_of, fail
from tests.api.support import rows
from tests.api.support.rows import NewReading
from tests.system.support import unresponsive

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool
    from kiezbox.settings import DatabaseSettings


async def following(client: httpx.AsyncClient) -> None:
    """Wait until the stream's reader, which connects in the background, has its connection."""
    async with asyncio.timeout(HANGING_SECONDS):
        while not (await client.get("/readyz")).json()["parts"][-1]["ok"]:
            await asyncio.sleep(0.01)


async def test_readyz_is_ok_when_every_part_is(database: DatabaseSettings, broker: MqttSettings, pool: Pool) -> None:
    await rows.commit(pool, NewReading())

    async with client_of(application.create(Settings(database=database, mqtt=broker), fail)) as client:
        await following(client)
        response = await client.get("/readyz")

    health = response.json()
    assert response.status_code == 200
    assert health["ready"]
    assert [(part["name"], part["ok"]) for part in health["parts"]] == [
        *(("database", True), ("schema", True), ("broker", True), ("commits", True), ("stream", True)),
        ("crisis", True),
    ]
    assert 0 <= health["parts"][3]["age_s"] < 60


async def test_readyz_names_a_broker_that_takes_connections_and_brings_nothing_back(
    database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "_HEAR_SECONDS", 0.1)
    with unresponsive.silent() as port:
        async with client_of(
            application.create(Settings(database=database, mqtt=MqttSettings(port=port)), fail)
        ) as client:
            response = await client.get("/readyz")

    (broken,) = [part for part in response.json()["parts"] if part["name"] == "broker"]
    assert response.status_code == 503
    assert "takes connections, but no message comes back" in broken["detail"]


async def test_readyz_names_a_broker_that_cannot_be_reached(client: httpx.AsyncClient, settings: Settings) -> None:
    await following(client)

    response = await client.get("/readyz")

    problem = response.json()
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["type"] == "urn:kiezbox:problem:not-ready"
    assert f"127.0.0.1:{settings.mqtt.port}" in problem["detail"]
    assert [part["name"] for part in problem["parts"] if not part["ok"]] == ["broker"]


@pytest.mark.parametrize(("limit", "status"), [(0, 200), (7200, 200), (1800, 503)])
async def test_readyz_fails_for_an_old_commit_only_when_the_setting_says_so(
    database: DatabaseSettings, broker: MqttSettings, pool: Pool, limit: float, status: int
) -> None:
    await rows.commit(pool, NewReading())
    await pool.execute("UPDATE feed SET committed_at = now() - interval '1 hour'")
    settings = Settings(database=database, mqtt=broker, api=ApiSettings(commit_age_max_seconds=limit))

    async with client_of(application.create(settings, fail)) as client:
        await following(client)
        response = await client.get("/readyz")

    commits = response.json()["parts"][3]
    assert response.status_code == status
    assert commits["ok"] == (status == 200)
    assert 3600 <= commits["age_s"] < 3700


async def test_readyz_takes_the_newest_reading_where_the_feed_was_trimmed(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    await rows.commit(pool, NewReading(measured_at=datetime.now(UTC) - timedelta(hours=3), delay=timedelta()))
    await pool.execute("DELETE FROM feed")

    response = await client.get("/readyz")

    assert 10_800 <= response.json()["parts"][3]["age_s"] < 10_900


async def test_readyz_says_when_the_hubs_clock_is_behind(client: httpx.AsyncClient, pool: Pool) -> None:
    await pool.execute(
        "INSERT INTO deferred (box, received_at, topic, payload, due_at)"
        " SELECT '71-0' || n, now(), 'x', '', now() + interval '2 hours' FROM generate_series(1, 3) AS n"
    )

    parts = {part["name"]: part for part in (await client.get("/readyz")).json()["parts"]}

    assert not parts["clock"]["ok"]
    assert parts["clock"]["detail"].startswith("the hub's clock is behind: 3 messages of 3 boxes wait")


async def test_messages_of_a_box_that_floods_are_no_matter_of_the_clock(client: httpx.AsyncClient, pool: Pool) -> None:
    await pool.execute("INSERT INTO deferred (box, received_at, topic, payload) VALUES ('71-01', now(), 'x', '')")

    parts = [part["name"] for part in (await client.get("/readyz")).json()["parts"]]

    assert "clock" not in parts
