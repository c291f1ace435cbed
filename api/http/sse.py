"""Server-sent events (the HTML standard, 9.2): the response that sends them for as long as client and server want."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from fastapi.sse import format_sse_event
from prometheus_client import Gauge
from pydantic_core import to_json
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.http import disconnect, problems, public_address
from api.http.problems import Problem

MEDIA_TYPE = "text/event-stream"
KEEP_ALIVE_SECONDS = 15.0  # a comment goes out when nothing else did for so long
RETRY_MS = 2000  # how long a browser waits before it connects again

Write = Callable[[bytes], Awaitable[None]]
Events = Callable[[Write], Awaitable[None]]  # writes all events of one client, from the first to the last


class OpenStreams:
    """The streams that are open now, `limit` at most; a metric shows their number."""

    def __init__(self, limit: int, gauge: Gauge) -> None:
        self.limit = limit
        self._gauge = gauge
        self._count = 0

    @property
    def count(self) -> int:
        """Streams that are open now."""
        return self._count

    @property
    def is_full(self) -> bool:
        """Whether no further stream may open."""
        return self._count >= self.limit

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Count one more while the block runs."""
        self._count += 1
        self._gauge.inc()
        try:
            yield
        finally:
            self._count -= 1
            self._gauge.dec()


class EventStream(Response):
    """Sends what `events` writes, until that returns or the client disconnects.

    When no further stream may open it answers with the problem `full`. `name` is the name of the task that writes.
    `pings` writes besides, from the first event on: what it writes comes however busy or quiet `events` is.
    """

    media_type = MEDIA_TYPE

    def __init__(
        self, events: Events, open_streams: OpenStreams, full: Problem, name: str, pings: Events | None = None
    ) -> None:
        # Proxies must neither cache nor buffer events.
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._events = events
        self._open_streams = open_streams
        self._full = full
        self._name = name
        self._pings = pings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response, or the 503 problem."""
        if self._open_streams.is_full:
            await problems.respond(public_address.path(scope), self._full)(scope, receive, send)
            return
        with self._open_streams.one():
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await disconnect.cancel_on_disconnect(receive, self._send_body(send), self._name)

    async def _send_body(self, send: Send) -> None:
        began = asyncio.Event()

        async def write(data: bytes) -> None:
            await send({"type": "http.response.body", "body": data, "more_body": True})
            began.set()

        async def ping() -> None:
            if self._pings is not None:
                await began.wait()  # what a client may rely on from the first byte on is for `events` to prepare
                await self._pings(write)

        pinging = asyncio.create_task(ping(), name=f"{self._name} pings")
        try:
            await self._events(write)
        finally:
            pinging.cancel()
            await asyncio.gather(pinging, return_exceptions=True)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def event(name: str, data: Any) -> bytes:
    """An event without an id, its data as JSON."""
    return format_sse_event(data_str=to_json(data).decode(), event=name)
