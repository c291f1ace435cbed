"""A client of the live stream."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

import httpx
import httpx_sse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from httpx_sse import ServerSentEvent

HANGING_SECONDS = 30.0


class Events:
    """Events as they arrive. Blocks that dispatch no event in a browser (comments, ids alone) only change `last_id`."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[ServerSentEvent | None] = asyncio.Queue()
        self.pings: list[dict[str, Any]] = []  # they come at any time, and are kept apart
        self.last_id = ""

    async def pump(self, source: httpx_sse.EventSource) -> None:
        try:
            async for event in source.aiter_sse():
                if event.event == "ping":
                    self.pings.append(json.loads(event.data))
                else:
                    self._waiting.put_nowait(event)
        finally:
            self._waiting.put_nowait(None)

    async def _take(self) -> ServerSentEvent:
        async with asyncio.timeout(HANGING_SECONDS):
            event = await self._waiting.get()
        if event is None:
            raise EOFError("the stream ended")
        self.last_id = event.id or self.last_id
        return event

    async def next(self) -> ServerSentEvent:
        """The next event that a browser would dispatch. Raises EOFError when the stream ended."""
        while not (event := await self._take()).data:
            pass
        return event

    async def named(self, name: str) -> dict[str, Any]:
        """The data of the next event, which must have this name."""
        event = await self.next()
        assert event.event == name, event
        data: dict[str, Any] = json.loads(event.data)
        return data

    async def readings(self, count: int) -> list[dict[str, Any]]:
        """The next readings: events until there are so many; more in one event is an error."""
        items: list[dict[str, Any]] = []
        while len(items) < count:
            items += (await self.named("readings"))["items"]
        assert len(items) == count, items
        return items

    async def values(self, count: int) -> list[float]:
        return [item["value"] for item in await self.readings(count)]

    async def begun(self) -> None:
        """Wait for the id at which the stream begins: everything that is committed from now on will come."""
        while not (await self._take()).id:
            pass

    async def nothing(self, seconds: float) -> bool:
        """Whether no event comes for so long."""
        await asyncio.sleep(seconds)
        return self._waiting.empty()


@contextlib.asynccontextmanager
async def listen(url: str, last_event_id: str = "", **query: Any) -> AsyncIterator[Events]:
    """An open stream. `last_event_id` goes into the header, as a browser sends it."""
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    async with (
        httpx.AsyncClient(verify=False, base_url=url, timeout=HANGING_SECONDS) as client,
        httpx_sse.aconnect_sse(client, "GET", "/v1/stream", params=query, headers=headers) as source,
    ):
        source.response.raise_for_status()
        events = Events()
        pump = asyncio.create_task(events.pump(source))
        try:
            yield events
        finally:
            pump.cancel()
            await asyncio.wait((pump,))
