"""The database away: from the start, in between, and back again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest

from api import app as application
from api.stream import client_stream, feed
from kiezbox.settings import ApiSettings, Settings
from tests.api.conftest import HANGING_SECONDS, client_of, fail, serving
from tests.api.support import rows
from tests.api.support.rows import NewReading
from tests.api.support.sse_client import listen
from tests.api.support.tcp_proxy import TcpProxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from kiezbox.db import Pool
    from kiezbox.settings import DatabaseSettings

pytestmark = pytest.mark.slow

DATA = (
    *(
        "/v1/boxes",
        "/v1/boxes/71-01",
        "/v1/quantities",
        "/v1/latest",
        "/v1/readings",
        "/v1/series",
        "/v1/means",
        "/v1/ledger",
    ),
    *("/v1/health/boxes", "/v1/readings?format=csv", "/v1/boxes?format=geojson"),
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An outage is said at once."""
    monkeypatch.setattr(client_stream, "_OUTAGE_GRACE_SECONDS", 0.05)


@pytest.fixture
async def proxy(database: DatabaseSettings, free_port: Callable[[], int]) -> AsyncIterator[TcpProxy]:
    """The way to the database, whole."""
    async with TcpProxy(database, free_port()) as proxy:
        yield proxy


@pytest.fixture
def nowhere(database: DatabaseSettings, free_port: Callable[[], int]) -> Settings:
    """Settings of an API whose database never was there."""
    return Settings(
        database=TcpProxy(database, free_port()).settings, api=ApiSettings(port=free_port(), public_boxes="all")
    )


async def test_without_a_database_the_process_starts_and_is_alive(nowhere: Settings) -> None:
    async with serving(nowhere, is_away=True) as served, httpx.AsyncClient(verify=False, base_url=served.url) as client:
        response = await client.get("/livez")

    assert (response.status_code, response.json()) == (200, {"alive": True})


@pytest.mark.parametrize("path", DATA)
async def test_without_a_database_data_is_a_503_problem_that_says_when_to_come_back(
    nowhere: Settings, path: str
) -> None:
    async with client_of(application.create(nowhere, fail)) as client:
        response = await client.get(path)

    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert int(response.headers["retry-after"]) > 0
    assert response.json()["type"] == "urn:kiezbox:problem:unavailable"
    assert "database" in response.json()["detail"]


async def test_a_problem_shows_nothing_of_where_the_database_is(nowhere: Settings) -> None:
    async with client_of(application.create(nowhere, fail)) as client:
        response = await client.get("/v1/latest")

    assert "127.0.0.1" not in response.text
    assert "Error" not in response.text


async def test_without_a_database_the_page_says_so_in_html_and_tries_again(nowhere: Settings) -> None:
    async with client_of(application.create(nowhere, fail)) as client:
        response = await client.get("/")

    assert response.status_code == 503
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["retry-after"]
    assert "The database does not answer" in response.text
    assert 'http-equiv="refresh"' in response.text


async def test_without_a_database_readyz_names_it(nowhere: Settings) -> None:
    async with client_of(application.create(nowhere, fail)) as client:
        response = await client.get("/readyz")

    parts = {part["name"]: part for part in response.json()["parts"]}
    assert response.status_code == 503
    assert not parts["database"]["ok"]
    assert "Connect call failed" in parts["database"]["detail"]
    assert not parts["schema"]["ok"]
    assert not parts["commits"]["ok"]


async def test_a_database_without_our_schema_is_a_503_that_names_the_command_to_run(
    empty_database: DatabaseSettings, free_port: Callable[[], int]
) -> None:
    settings = Settings(database=empty_database, api=ApiSettings(port=free_port(), public_boxes="all"))

    async with client_of(application.create(settings, fail)) as client:
        ready, latest = await client.get("/readyz"), await client.get("/v1/latest")

    parts = {part["name"]: part for part in ready.json()["parts"]}
    assert parts["database"]["ok"]
    assert "kiezbox migrate" in parts["schema"]["detail"]
    assert latest.status_code == 503
    assert "schema" in latest.json()["detail"]


async def test_answers_return_with_the_database(proxy: TcpProxy, free_port: Callable[[], int]) -> None:
    settings = Settings(database=proxy.settings, api=ApiSettings(port=free_port(), public_boxes="all"))

    async with client_of(application.create(settings, fail)) as client:
        before = await client.get("/v1/latest")
        await proxy.cut()
        without = await client.get("/v1/latest")
        await proxy.restore()
        after = await client.get("/v1/latest")

    assert [response.status_code for response in (before, without, after)] == [200, 503, 200]


async def test_a_stream_opened_without_a_database_begins_when_it_is_there(
    database: DatabaseSettings, free_port: Callable[[], int], pool: Pool
) -> None:
    async with TcpProxy(database, free_port(), is_cut=True) as proxy:
        settings = Settings(database=proxy.settings, api=ApiSettings(port=free_port(), public_boxes="all"))
        async with serving(settings, is_away=True) as served, listen(served.url) as events:
            away = await events.named("unavailable")
            await proxy.restore()
            await events.begun()
            await events.named("available")
            await rows.commit(pool, NewReading(value=1))
            values = await events.values(1)

    assert "does not answer" in away["detail"]
    assert values == [1]


async def test_a_stream_stays_open_through_an_outage_and_misses_nothing(
    proxy: TcpProxy, free_port: Callable[[], int], pool: Pool
) -> None:
    settings = Settings(database=proxy.settings, api=ApiSettings(port=free_port(), public_boxes="all"))

    async with serving(settings) as served, listen(served.url) as events:
        await events.begun()
        await rows.commit(pool, NewReading(value=1))
        before = await events.values(1)
        await proxy.cut()
        await events.named("unavailable")
        await rows.commit(pool, NewReading(value=2))
        is_said_once = await events.nothing(1)
        await proxy.restore()
        await events.named("available")
        after = await events.values(1)

    assert is_said_once
    assert (before, after) == ([1], [2])


async def test_a_client_that_resumes_during_an_outage_gets_all_of_it_afterwards(
    proxy: TcpProxy, free_port: Callable[[], int], pool: Pool
) -> None:
    settings = Settings(database=proxy.settings, api=ApiSettings(port=free_port(), public_boxes="all"))

    async with serving(settings) as served:
        async with listen(served.url) as events:
            await events.begun()
            await rows.commit(pool, NewReading(value=1))
            await events.values(1)
            await proxy.cut()
            await events.named("unavailable")
        await rows.commit(pool, NewReading(value=2))
        async with listen(served.url, last_event_id=events.last_id) as events:
            await events.named("unavailable")
            await proxy.restore()
            seen = [(await events.next()).event, (await events.next()).event]
            await rows.commit(pool, NewReading(value=3))
            values = await events.values(1)

    assert sorted(seen) == ["available", "readings"]
    assert values == [3]


async def test_the_feed_survives_the_loss_of_its_connection(settings: Settings, pool: Pool) -> None:
    async with serving(settings) as served, listen(served.url) as events:
        await events.begun()
        killed = await pool.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = $1 AND datname = current_database()",
            feed.APPLICATION,
        )
        await rows.commit(pool, NewReading(value=1))
        names = [(await events.next()).event for _ in range(3)]
        await rows.commit(pool, NewReading(value=2))
        values = await events.values(1)

    assert len(killed) == 1
    assert sorted(names) == ["available", "readings", "unavailable"]
    assert values == [2]


@pytest.mark.parametrize("is_connected", [True, False])
async def test_a_database_that_hangs_is_a_503_within_the_time_limits(
    proxy: TcpProxy, free_port: Callable[[], int], *, is_connected: bool
) -> None:
    limits = {"connect_timeout_seconds": 0.4, "command_timeout_seconds": 0.4}
    settings = Settings(
        database=proxy.settings.model_copy(update=limits), api=ApiSettings(port=free_port(), public_boxes="all")
    )

    async with client_of(application.create(settings, fail)) as client:
        if is_connected:
            assert (await client.get("/v1/latest")).status_code == 200
        proxy.stall()
        async with asyncio.timeout(HANGING_SECONDS):
            statuses = [(await client.get(path)).status_code for path in ("/v1/latest", "/livez", "/readyz", "/")]
        await proxy.cut()

    assert statuses == [503, 200, 503, 503]


async def test_a_stop_during_an_outage_ends_the_streams(nowhere: Settings) -> None:
    async with serving(nowhere, is_away=True) as served, listen(served.url) as events:
        await events.named("unavailable")
        served.stop.set()
        end = await events.named("end")
        await served.task

    assert end["reason"] == "stopping"
