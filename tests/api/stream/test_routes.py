"""The live stream over real connections: every committed reading once, in an order that no commit slips past."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from api.http import sse
from api.stream import feed, subscription
from kiezbox.settings import ApiSettings
from tests.api.conftest import HANGING_SECONDS, serving
from tests.api.support import rows
from tests.api.support.rows import NewReading
from tests.api.support.sse_client import listen

if TYPE_CHECKING:
    from kiezbox.db import Pool
    from kiezbox.settings import Settings
    from tests.api.conftest import Served


async def test_a_committed_reading_comes_as_an_event(served: Served, pool: Pool) -> None:
    given = NewReading(box="71-01", source="sensor-3", quantity="pm2_5", value=12.3, flag=3)

    async with listen(served.url) as events:
        await events.begun()
        await rows.commit(pool, given)
        (reading,) = await events.readings(1)

    assert list(reading) == [
        *("box", "source", "quantity", "unit", "value", "flag", "measured_at", "received_at", "age_s"),
    ]
    assert reading.pop("age_s") > 0
    assert reading == {
        "box": "71-01",
        "source": "sensor-3",
        "quantity": "pm2_5",
        "unit": "ug/m3",
        "value": 12.3,
        "flag": ["suspect", "clock_unset"],
        "measured_at": "2025-11-23T08:00:00.000Z",
        "received_at": "2025-11-23T08:00:01.000Z",
    }


async def test_it_is_an_event_stream_that_no_proxy_caches(served: Served) -> None:
    async with (
        httpx.AsyncClient(verify=False, base_url=served.url) as client,
        client.stream("GET", "/v1/stream", timeout=HANGING_SECONDS) as response,
    ):
        first = await anext(response.aiter_text())

    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert "retry: 2000" in first


async def seen(served: Served, pool: Pool, reading: NewReading) -> None:
    """Commit a reading, and wait until the stream has had it."""
    async with listen(served.url) as events:
        await events.begun()
        await rows.commit(pool, reading)
        await events.values(1)


async def test_a_new_client_gets_only_what_is_committed_from_then_on(served: Served, pool: Pool) -> None:
    await seen(served, pool, NewReading(value=1))

    async with listen(served.url) as events:
        await events.begun()
        await rows.commit(pool, NewReading(value=2))
        values = await events.values(1)

    assert values == [2]


async def test_a_large_batch_comes_in_events_of_at_most_200_readings(served: Served, pool: Pool) -> None:
    async with listen(served.url) as events:
        await events.begun()
        await rows.commit(pool, *rows.minutes(450))
        sizes = [len((await events.named("readings"))["items"]) for _ in range(3)]

    assert sizes == [200, 200, 50]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"box": "71-02"}, [2.0]),
        ({"box": ["71-01", "71-02"]}, [1.0, 2.0]),
        ({"quantity": "noise"}, [3.0, 4.0]),
        ({"source": "sensor-3"}, [4.0]),
        ({"district": "0C"}, [4.0]),
        ({"district": "71", "quantity": "noise"}, [3.0]),
    ],
)
async def test_filters_narrow_the_stream(
    served: Served, pool: Pool, query: dict[str, Any], expected: list[float]
) -> None:
    batch = [
        NewReading(box="71-01", value=1.0),
        NewReading(box="71-02", value=2.0),
        NewReading(box="71-03", quantity="noise", value=3.0),
        NewReading(box="0c-01", source="sensor-3", quantity="noise", value=4.0),
    ]

    async with listen(served.url, **query) as events:
        await events.begun()
        await rows.commit(pool, *batch)
        values = await events.values(len(expected))

    assert values == expected


async def test_a_batch_that_commits_late_is_neither_left_out_nor_overtaken(served: Served, pool: Pool) -> None:
    # On TimescaleDB the first reading of a day lets all others of that day wait.
    await seen(served, pool, NewReading(box="71-03"))
    async with listen(served.url) as events, pool.connection() as first, pool.connection() as second:
        await events.begun()
        early = first.transaction()
        await early.start()
        await rows.write(first, [NewReading(box="71-01", value=1)])
        async with second.transaction():
            await rows.write(second, [NewReading(box="71-02", value=2)])
        is_held_back = await events.nothing(feed.POLL_SECONDS * 1.5)
        await early.commit()
        values = await events.values(2)
        await rows.commit(pool, NewReading(value=3))
        values += await events.values(1)

    assert is_held_back
    assert values == [1, 2, 3]


async def test_a_quiet_stream_is_kept_alive_and_its_id_moves_on(
    served: Served, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "KEEP_ALIVE_SECONDS", 0.3)

    async with listen(served.url, quantity="noise") as events:
        await events.begun()
        begin = events.last_id
        await rows.commit(pool, NewReading(value=1))
        async with asyncio.timeout(HANGING_SECONDS):
            while events.last_id == begin:
                await events.begun()

    async with listen(served.url, last_event_id=events.last_id) as events:
        await rows.commit(pool, NewReading(value=2))
        values = await events.values(1)
    assert values == [2]


async def test_more_clients_than_the_setting_allows_get_503(settings: Settings) -> None:
    one = ApiSettings(port=settings.api.port, public_boxes="all", stream_clients_max=1)

    async with (
        serving(settings.model_copy(update={"api": one})) as served,
        listen(served.url) as events,
        httpx.AsyncClient(verify=False, base_url=served.url) as client,
    ):
        await events.begun()
        refused = await client.get("/v1/stream")

    assert refused.status_code == 503
    assert refused.json()["type"] == "urn:kiezbox:problem:too-many-streams"
    assert refused.headers["retry-after"]


async def test_a_client_that_disconnects_makes_room_for_another(settings: Settings) -> None:
    one = ApiSettings(port=settings.api.port, public_boxes="all", stream_clients_max=1)

    async with serving(settings.model_copy(update={"api": one})) as served:
        async with listen(served.url) as events:
            await events.begun()
        async with asyncio.timeout(HANGING_SECONDS), httpx.AsyncClient(verify=False, base_url=served.url) as client:
            while True:
                async with client.stream("GET", "/v1/stream") as response:
                    if response.status_code == 200:
                        break

    assert response.status_code == 200


async def test_a_client_that_reads_too_slowly_is_told_to_come_back_and_misses_nothing(
    served: Served, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "PENDING_MAX", 2000)
    port = int(served.url.rsplit(":", 1)[1])
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(slow, ("127.0.0.1", port))
    await loop.sock_sendall(slow, b"GET /v1/stream HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n")
    received = await loop.sock_recv(slow, 4096)
    while b"\nid: " not in received:
        received += await loop.sock_recv(slow, 4096)
    count = 0
    async with listen(served.url) as fast:  # shows when the feed has given a batch to the clients
        await fast.begun()
        for _ in range(40):
            await rows.commit(pool, *rows.minutes(500))
            count += len(await fast.values(500))

    async with asyncio.timeout(HANGING_SECONDS):
        while data := await loop.sock_recv(slow, 65536):
            received += data
    slow.close()

    text = received.decode(errors="replace")
    assert count == 20_000
    assert '"reason":"slow"' in text
    heard = text.count('"measured_at"')
    assert heard < 20_000
    last_id = [line for line in text.splitlines() if line.startswith("id: ")][-1].removeprefix("id: ")
    async with listen(served.url, last_event_id=last_id) as events:
        rest = await events.values(20_000 - heard)
    assert rest[-1] == 499.0


async def test_streams_end_in_order_when_the_server_stops(settings: Settings) -> None:
    async with serving(settings) as served, listen(served.url) as events:
        await events.begun()
        served.stop.set()
        end = await events.named("end")
        await served.task

    assert end["reason"] == "stopping"
