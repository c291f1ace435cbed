"""Server-sent events (the HTML standard, 9.2): the response that sends them for as long as client and server want."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi.sse import format_sse_event
from pydantic_core import to_json
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.http import disconnect, problems, public_address
from api.http.connections.open_streams import OpenStreams, StreamClient
from api.http.problems import Problem

MEDIA_TYPE = "text/event-stream"
KEEP_ALIVE_SECONDS = 15.0  # a comment goes out when nothing else did for so long
RETRY_MS = 2000  # how long a browser waits before it connects again
_FAREWELL_SECONDS = 5.0  # for the last event of a stream whose client may take nothing any more
_REPLACED = {"reason": "replaced", "detail": "you have opened newer streams than this one, and may have no more"}

Write = Callable[[bytes], Awaitable[None]]
Events = Callable[[Write], Awaitable[None]]  # writes all events of one client, from the first to the last


class EventStream(Response):
    """Sends what `events` writes, until that returns or the client disconnects.

    When `client` may open no further stream it is answered with the problem `full`. A stream that must make room for a
    newer one of its client ends with the event `end`, whose reason is `replaced`. `name` is the name of the task that
    writes. `pings` writes besides, from the first event on: what it writes comes however busy or quiet `events` is.
    """

    media_type = MEDIA_TYPE

    def __init__(
        self,
        events: Events,
        open_streams: OpenStreams,
        client: StreamClient,
        full: Problem,
        *,
        name: str,
        pings: Events | None = None,
    ) -> None:
        # Proxies must neither cache nor buffer events.
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._events = events
        self._open_streams = open_streams
        self._client = client
        self._full = full
        self._name = name
        self._pings = pings
        self._writing: asyncio.Task[None] | None = None
        self._is_replaced = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response, or the 503 problem."""
        if not self._open_streams.admits(self._client):
            await problems.respond(public_address.path(scope), self._full)(scope, receive, send)
            return
        with self._open_streams.one(self._client, self._replace):
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await disconnect.cancel_on_disconnect(receive, self._send_body(send), self._name)

    def _replace(self) -> None:
        self._is_replaced = True
        if self._writing is not None:
            self._writing.cancel()

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
            await self._write_events(write)
        finally:
            pinging.cancel()
            await asyncio.gather(pinging, return_exceptions=True)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _write_events(self, write: Write) -> None:
        """Write all events; when this stream is replaced meanwhile, stop and say so."""
        self._writing = asyncio.current_task()
        try:
            if not self._is_replaced:
                await self._events(write)
        except asyncio.CancelledError:
            if not self._is_replaced or self._writing is None or self._writing.uncancel():
                raise  # the client is gone
        finally:
            self._writing = None
        if self._is_replaced:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FAREWELL_SECONDS):
                    await write(event("end", _REPLACED))


def event(name: str, data: Any) -> bytes:
    """An event without an id, its data as JSON."""
    return format_sse_event(data_str=to_json(data).decode(), event=name)
