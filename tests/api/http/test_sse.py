from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Gauge

from api.http import problems, sse
from api.http.connections.open_streams import OpenStreams, StreamClient
from tests.api.conftest import HANGING_SECONDS
from tests.support.waiting import until

if TYPE_CHECKING:
    from starlette.types import Message


CLIENT = StreamClient("192.0.2.1")
FULL = problems.plain(503, "full", {"Retry-After": "30"})


def open_streams(limit: int = 1) -> OpenStreams:
    return OpenStreams(limit, Gauge("streams", "Open streams.", registry=CollectorRegistry()))


async def two_events(write: sse.Write) -> None:
    await write(sse.event("first", {"n": 1}))
    await write(sse.event("second", {"n": 2}))


def app_of(events: sse.Events, count: OpenStreams) -> FastAPI:
    app = FastAPI()

    @app.get("/stream")
    async def stream() -> sse.EventStream:
        return sse.EventStream(events, count, CLIENT, FULL, name="test")

    return app


async def get(app: FastAPI) -> httpx.Response:
    async with httpx.AsyncClient(verify=False, transport=httpx.ASGITransport(app), base_url="http://api") as client:
        return await client.get("/stream")


async def test_events_are_sent_in_order_and_no_proxy_keeps_them() -> None:
    response = await get(app_of(two_events, open_streams()))

    assert response.text == 'event: first\ndata: {"n":1}\n\nevent: second\ndata: {"n":2}\n\n'
    assert response.headers["content-type"].startswith("text/event-stream")
    assert (response.headers["cache-control"], response.headers["x-accel-buffering"]) == ("no-store", "no")


async def test_a_stream_counts_while_it_is_open() -> None:
    count, seen = open_streams(), []

    async def events(_write: sse.Write) -> None:
        seen.append(count.count)

    await get(app_of(events, count))

    assert (seen, count.count) == ([1], 0)


async def test_a_stream_beyond_the_limit_is_answered_with_the_problem() -> None:
    count = open_streams()

    with count.one(StreamClient("192.0.2.2"), lambda: None):
        response = await get(app_of(two_events, count))

    assert response.status_code == 503
    assert response.json()["detail"] == "full"
    assert response.headers["retry-after"] == "30"


async def test_a_client_that_disconnects_cancels_its_events_and_is_counted_no_longer() -> None:
    count, cancelled, began = open_streams(), asyncio.Event(), asyncio.Event()

    async def events(_write: sse.Write) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async def receive() -> Message:
        await began.wait()
        return {"type": "http.disconnect"}

    async def send(_message: Message) -> None:
        pass

    stream = sse.EventStream(events, count, CLIENT, FULL, name="test")
    async with asyncio.timeout(HANGING_SECONDS):
        await stream({"type": "http", "path": "/stream"}, receive, send)

    assert cancelled.is_set()
    assert count.count == 0


class Connection:
    """One open stream, and what it has sent."""

    def __init__(self, count: OpenStreams, client: StreamClient) -> None:
        async def events(write: sse.Write) -> None:
            await write(b": hello\n\n")
            await asyncio.Event().wait()

        self.sent = b""
        self.gone = asyncio.Event()
        stream = sse.EventStream(events, count, client, FULL, name="test")
        self.task = asyncio.create_task(stream({"type": "http", "path": "/stream"}, self.receive, self.send))

    async def receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent += message.get("body", b"")


async def test_a_stream_that_makes_room_for_a_newer_one_says_so_and_ends() -> None:
    count = open_streams(limit=2)
    made = []
    for _ in range(3):
        made.append(Connection(count, StreamClient("192.0.2.1", "anna")))
        await until(lambda: b"hello" in made[-1].sent)

    await asyncio.wait_for(made[0].task, HANGING_SECONDS)

    assert b'event: end\ndata: {"reason":"replaced"' in made[0].sent
    assert (count.count, b"end" in made[1].sent) == (2, False)
    for each in made[1:]:
        each.gone.set()
        await each.task
    assert count.count == 0
