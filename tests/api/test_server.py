from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest

from api import server
from api.http.connections import listening
from api.readings import pagination
from api.stream import feed
from kiezbox import metrics
from kiezbox.errors import OperatorError, Unavailable
from kiezbox.settings import ApiSettings, ProcessSettings
from tests.api.conftest import HANGING_SECONDS, Served, serving
from tests.api.support import rows
from tests.support import tcp, waiting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from api.database import Row
    from kiezbox.db import Pool
    from kiezbox.settings import Settings


async def test_it_answers_on_its_port_and_stops_when_asked(settings: Settings) -> None:
    async with serving(settings) as served, httpx.AsyncClient(verify=False) as client:
        response = await client.get(f"{served.url}/livez")
        served.stop.set()
        await served.task
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{served.url}/livez")

    assert response.status_code == 200
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "server" not in response.headers


async def test_a_small_answer_leaves_at_once(served: Served) -> None:
    port = int(served.url.rsplit(":", 1)[1])
    async with httpx.AsyncClient(verify=False) as client:
        await client.get(f"{served.url}/livez")
        accepted = [c for c in psutil.Process().net_connections("tcp") if c.laddr and c.laddr.port == port and c.raddr]
        flags = [_is_nodelay(connection.fd) for connection in accepted]

    assert flags == [True]


def _is_nodelay(descriptor: int) -> bool:
    with socket.socket(fileno=os.dup(descriptor)) as copy:
        return bool(copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


async def test_what_cannot_be_read_as_http_is_a_problem_too(served: Served) -> None:
    async with tcp.connection("127.0.0.1", int(served.url.rsplit(":", 1)[1])) as (reader, writer):
        writer.write(b"nonsense\r\nHost: api\r\n\r\n")
        async with asyncio.timeout(HANGING_SECONDS):
            head, body = (await reader.read()).split(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"\r\ncontent-type: application/problem+json\r\n" in head
    assert f"\r\ncontent-length: {len(body)}\r\n".encode() in head
    assert "Invalid HTTP request" in json.loads(body)["detail"]


async def ask(port: int, path: str, method: str = "GET") -> tuple[bytes, bytes]:
    """The head and body that a client of HTTP/1.0 gets, who reads until the connection closes."""
    async with tcp.connection("127.0.0.1", port) as (reader, writer):
        writer.write(f"{method} {path} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".encode())
        async with asyncio.timeout(HANGING_SECONDS):
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    return head.lower(), body


@pytest.mark.usefixtures("served")
async def test_http_1_0_gets_no_chunks(settings: Settings, pool: Pool) -> None:
    await rows.commit(pool, *rows.minutes(3))

    head, body = await ask(settings.api.port, "/v1/readings?format=csv")
    headers_only = await ask(settings.api.port, "/v1/readings?format=csv", "HEAD")
    json_head, json_body = await ask(settings.api.port, "/livez")

    assert b"transfer-encoding" not in head
    assert b"connection: close" in head
    assert body.startswith(b"box,source,")
    assert (body.count(b"\r\n"), body[-2:]) == (4, b"\r\n")
    assert headers_only[1] == b""
    assert f"content-length: {len(json_body)}".encode() in json_head
    assert json.loads(json_body) == {"alive": True}


async def test_http_1_0_gets_events_until_the_server_stops(served: Served, settings: Settings, pool: Pool) -> None:
    async with (
        tcp.connection("127.0.0.1", settings.api.port) as (reader, writer),
        asyncio.timeout(HANGING_SECONDS),
    ):
        writer.write(b"GET /v1/stream HTTP/1.0\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readuntil(b"\n\n")
        await rows.commit(pool, *rows.minutes(1))
        event = await reader.readuntil(b"event: readings\n")
        served.stop.set()
        rest = await reader.read()

    assert b"transfer-encoding" not in head.lower()
    assert not any(line.strip().isalnum() for line in (event + rest).splitlines())  # the size of a chunk


@pytest.mark.slow
async def test_http_1_0_is_told_by_a_reset_that_a_download_is_not_whole(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_off(*_: object) -> AsyncIterator[list[object]]:
        yield []
        raise Unavailable("database", "away")

    monkeypatch.setattr(pagination, "pages", break_off)
    async with serving(settings):
        with pytest.raises(ConnectionResetError):
            await ask(settings.api.port, "/v1/readings?format=csv")


async def _waits_for_a_lock(pool: Pool) -> bool:
    return bool(
        await pool.fetch("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'kiezbox_api'")
    )


async def test_a_page_that_a_stop_does_not_wait_for_is_told_to_come_again(settings: Settings, pool: Pool) -> None:
    await rows.add_box(pool, "71-01")
    impatient = settings.model_copy(update={"process": ProcessSettings(shutdown_seconds=1)})
    async with (
        serving(impatient) as served,
        httpx.AsyncClient(verify=False, base_url=served.url) as client,
        pool.connection() as connection,
        connection.transaction(),
    ):
        await connection.execute("LOCK TABLE box IN ACCESS EXCLUSIVE MODE")
        asked = asyncio.create_task(client.get("/boxes/71-01", headers={"Accept": "text/html"}))
        await waiting.until(lambda: _waits_for_a_lock(pool))

        served.stop.set()
        response = await asked

    assert (response.status_code, response.headers["retry-after"]) == (503, "5")


async def test_it_leaves_the_signals_to_the_process(settings: Settings) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]

    async with serving(settings):
        during = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]

    assert during == before


async def test_a_port_in_use_is_an_error_that_says_what_to_change(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", settings.api.port)), pytest.raises(OperatorError) as caught:
        await server.serve(settings, asyncio.Event())

    assert f"127.0.0.1:{settings.api.port} is in use" in caught.value.message
    assert "KIEZBOX_API_PORT" in caught.value.hint


@pytest.mark.parametrize("host", ["nowhere.invalid", "203.0.113.7"])
async def test_an_address_that_is_not_ours_is_an_error_that_says_what_to_change(settings: Settings, host: str) -> None:
    bad = settings.model_copy(update={"api": ApiSettings(host=host, port=settings.api.port)})

    with pytest.raises(OperatorError) as caught:
        await server.serve(bad, asyncio.Event())

    assert host in caught.value.message
    assert "KIEZBOX_API_HOST" in caught.value.hint


async def test_a_stop_before_the_start_is_over_starts_nothing(settings: Settings) -> None:
    stop = asyncio.Event()
    stop.set()

    await asyncio.wait_for(server.serve(settings, stop), 10)

    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", settings.api.port))


async def test_dead_background_work_ends_the_process_with_its_error(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(_self: feed.Feed) -> None:
        raise RuntimeError("a bug in the reader")

    monkeypatch.setattr(feed.Feed, "run", die)

    with pytest.raises(RuntimeError, match="a bug in the reader"):
        await asyncio.wait_for(server.serve(settings, asyncio.Event()), 10)


async def test_a_client_that_takes_nothing_is_dropped_so_that_a_stop_need_not_wait_for_it(
    settings: Settings, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "UNREAD_MS", 500)

    async with serving(settings) as served:
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(deaf, ("127.0.0.1", settings.api.port))
        await loop.sock_sendall(deaf, b"GET /v1/stream HTTP/1.1\r\nHost: api\r\n\r\n")
        while metrics.REGISTRY.get_sample_value("kiezbox_stream_clients") != 1:
            await asyncio.sleep(0.01)
        for _ in range(100):
            await rows.commit(pool, *rows.minutes(400))
        async with asyncio.timeout(HANGING_SECONDS):
            while metrics.REGISTRY.get_sample_value("kiezbox_stream_clients") != 0:
                await asyncio.sleep(0.05)
        is_open = deaf.fileno() >= 0
        served.stop.set()
        await served.task
        deaf.close()

    assert is_open


@pytest.mark.slow
async def test_after_a_stop_no_connection_is_open_to_a_client_that_takes_nothing_either(
    settings: Settings, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(*given: Any) -> AsyncIterator[Sequence[Row]]:
        async for page in pages(*given):
            while True:
                yield page

    pages = pagination.pages
    monkeypatch.setattr(pagination, "pages", endless)
    await rows.commit(pool, *rows.minutes(400))
    hasty = settings.model_copy(update={"process": ProcessSettings(shutdown_seconds=1)})

    async with serving(hasty) as served, tcp.connection("127.0.0.1", settings.api.port) as (reader, writer):
        writer.write(b"GET /v1/readings?format=csv HTTP/1.1\r\nHost: api\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        reader._transport.pause_reading()  # type: ignore[attr-defined]  # StreamReader has no word for it
        served.stop.set()
        await served.task
        ports = {each.laddr.port for each in psutil.Process().net_connections("tcp") if each.laddr}

    assert settings.api.port not in ports
