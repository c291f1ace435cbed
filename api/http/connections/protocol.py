"""Uvicorn's protocol over httptools, with limits of our own: it has none for heads, bodies and how long they take."""

from __future__ import annotations

import math
import socket
import struct
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.http import problems
from api.http.connections import limits
from api.http.connections.open_connections import Stage
from api.http.problems import Problem, Slug
from kiezbox import metrics

if TYPE_CHECKING:
    import asyncio

    from uvicorn._types import ASGISendEvent
    from uvicorn.config import Config
    from uvicorn.server import ServerState

    from api.http.connections.open_connections import OpenConnections

_READ_BYTES = 64 * 1024
_PIECE_BYTES = 16 * 1024  # are given to the parser at once: so far a head or a body may go beyond its limit
_UNREAD_BODY_MAX = 1 << 20  # bytes of a body that nobody reads, as one that follows the request for a stream
# After a refusal the client may still be sending. What it sends is read and dropped for a while: a connection that is
# closed over unread bytes is reset, and the client would not see the refusal.
_LINGER_SECONDS = 2.0
_LINGER_BYTES_MAX = 2 << 20
_UNREAD_IS_IDLE_SECONDS = 5.0
_NEW_SECONDS = 1.0

_LONG_HEAD = Problem(
    431,
    Slug.HEAD_TOO_LARGE,
    "Header fields too large",
    f"The request line and all header fields may have {limits.HEAD_BYTES_MAX // 1024} KiB, and be {limits.FIELDS_MAX}"
    " fields. Nothing was done. Send less; in a browser, delete the cookies of this site.",
)
_LONG_URL = Problem(
    414,
    Slug.HEAD_TOO_LARGE,
    "Address too long",
    f"An address has less than {limits.HEAD_BYTES_MAX // 1024} KiB. Nothing was done. Ask for less at once.",
)
_SLOW = Problem(
    408,
    Slug.TOO_SLOW,
    "Request too slow",
    "The request did not arrive in time, and nothing of it was kept. Send it again.",
)
_CROWDED = Problem(
    503,
    Slug.TOO_MANY_CONNECTIONS,
    "Too many connections",
    "Too many connections from this address are being answered. Close some, or try again soon.",
    headers={"Retry-After": "5"},
)


class LimitedProtocol(HttpToolsProtocol):
    """One connection. It refuses what is too large, slow or much, as a problem where HTTP still permits that."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        open_connections: OpenConnections,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._open = open_connections
        self._limits = open_connections.limits
        self._address = ""
        self._refusal: Problem | None = None  # why the parser was stopped
        self._is_in_head = False
        self._head_bytes = 0
        self._body_bytes = 0
        self._unread_since: float | None = None
        self._closes_at: float | None = None  # refused: only the end of the connection is waited for
        self._dropped_bytes = 0
        self.since = 0.0

    # -- for OpenConnections -----------------------------------------------------------------------------------------

    def stage(self) -> Stage:
        """What it is busy with."""
        if self._is_waiting_for_head():
            # A new request must not make room for the next one before it was read.
            return Stage.HEAD if self.loop.time() - self.since > _NEW_SECONDS else Stage.ARRIVING
        if self._is_waiting_for_body():
            return Stage.ARRIVING
        unread_since = self._unread_since
        is_idle = unread_since is not None and self.loop.time() - unread_since > _UNREAD_IS_IDLE_SECONDS
        return Stage.UNREAD if is_idle else Stage.ANSWER

    def _is_waiting_for_head(self) -> bool:
        return self._closes_at is not None or self.cycle is None or self.cycle.response_complete

    def _is_waiting_for_body(self) -> bool:
        return self.cycle.more_body and not self.cycle.response_started

    def expire(self, now: float) -> bool:
        """Close it if its deadline is over: with 408 where that can still be said. Returns whether it did."""
        if self._closes_at is not None:
            if now >= self._closes_at:
                self.transport.abort()
            return False
        if self._unread_since is not None and now - self._unread_since > limits.UNREAD_SECONDS:
            self.transport.abort()
            return True
        if now - self.since <= self._allowed_seconds():
            return False
        if self._is_waiting_for_head() and not self._is_in_head:
            self.transport.close()
        else:
            self._end_with(_SLOW)
        return True

    def _allowed_seconds(self) -> float:
        """How long what it waits for may take."""
        if self._is_waiting_for_head():
            return self._limits.head_seconds
        if self._is_waiting_for_body() and not self.flow.read_paused:
            return self._limits.body_seconds + self._body_bytes / self._limits.body_bytes_per_second
        return math.inf

    def give_up(self) -> None:
        """Close it at once, because others need its place."""
        self.transport.abort()

    def refuse(self) -> None:
        """Answer 503 and close it: there is no place for it."""
        self._end_with(_CROWDED)

    # -- what arrives ------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Count it, which may close another one."""
        if hasattr(
            transport, "max_size"
        ):  # of asyncio's own transports; 256 KiB at once for each connection is too much
            transport.max_size = _READ_BYTES
        super().connection_made(transport)
        self.since = self.loop.time()
        self._address = self._open.add(self, self.client[0] if self.client else None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give its place back."""
        self._open.remove(self, self._address)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what arrives, in pieces, so that nothing grows far beyond its limit."""
        for start in range(0, len(data), _PIECE_BYTES):
            if self._closes_at is not None:
                self._drop(len(data) - start)
                return
            piece = data[start : start + _PIECE_BYTES] if len(data) > _PIECE_BYTES else data
            was_in_head = self._is_in_head
            super().data_received(piece)
            if self.parser is None or self.transport.is_closing():
                return
            if self._is_in_head:
                self._head_bytes += len(piece) if was_in_head or not self._head_bytes else 0
                if self._head_bytes > limits.HEAD_BYTES_MAX:
                    self._end_with(_LONG_HEAD if self.headers else _LONG_URL, why="large")

    def on_message_begin(self) -> None:
        """Begin to read a head."""
        super().on_message_begin()
        self._is_in_head, self._head_bytes = True, 0
        if self._is_waiting_for_head():
            self.since = self.loop.time()

    def on_headers_complete(self) -> None:
        """Begin to answer. A client of HTTP/1.0 gets no chunks, and no `100 Continue`."""
        self._is_in_head = False
        if len(self.url) > limits.HEAD_BYTES_MAX:
            self._stop_parsing(_LONG_URL)
        if len(self.headers) > limits.FIELDS_MAX or self._has_long_head():
            self._stop_parsing(_LONG_HEAD)
        if len(self.pipeline) >= limits.PIPELINED_MAX:
            self._stop_parsing(_CROWDED)
        before = self.cycle
        super().on_headers_complete()
        cycle = self.cycle
        if cycle is before:  # an upgrade
            return
        self.since, self._body_bytes = self.loop.time(), 0
        if self.parser.get_http_version() == "1.0":
            cycle.__class__ = _EndsByClosing
            cycle.waiting_for_100_continue = False

    def _has_long_head(self) -> bool:
        return self._head_bytes + _PIECE_BYTES > limits.HEAD_BYTES_MAX and (
            sum(len(name) + len(value) + 4 for name, value in self.headers) + len(self.url) > limits.HEAD_BYTES_MAX
        )

    def on_body(self, body: bytes) -> None:
        """Keep a part of a body until it is read."""
        self._body_bytes += len(body)
        super().on_body(body)
        cycle = self.cycle
        if cycle is not None and len(cycle.body) > _UNREAD_BODY_MAX:
            self._stop_parsing(_CROWDED)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self.since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The client takes less than we send."""
        self._unread_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """The client has taken what waited."""
        self._unread_since = None
        super().resume_writing()

    # -- refusals ----------------------------------------------------------------------------------------------------

    def _stop_parsing(self, why: Problem) -> None:
        """Let the parser raise an error, for which uvicorn calls `send_400_response`."""
        self._refusal = why
        raise ValueError(why.title)

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP or beyond a limit, and close the connection."""
        refusal, self._refusal = self._refusal, None
        if refusal is None:
            refusal = problems.plain(400, f"{msg} An address has no bytes beyond ASCII.")
        self._end_with(refusal, why="large" if refusal is not _CROWDED else "crowded")

    def _end_with(self, problem: Problem, why: str = "") -> None:
        """Answer with this problem, unless an answer has begun, and close the connection."""
        if why:
            metrics.HTTP_CONNECTIONS_CLOSED.labels(why).inc()
        cycle = self.cycle
        if self.transport.is_closing():
            return
        if cycle is not None and cycle.response_started and not cycle.response_complete:
            self.transport.abort()  # nothing can be said in the middle of an answer
            return
        self._closes_at = self.loop.time() + _LINGER_SECONDS
        self._unset_keepalive_if_required()
        for waiting in [cycle, *(each for each, _ in self.pipeline)]:
            if waiting is not None:
                waiting.disconnected = True  # whoever reads the body learns that it does not come
                waiting.message_event.set()
        self.pipeline.clear()
        self.flow.resume_reading()
        answer = problems.respond("/", problem)
        headers = (*self.server_state.default_headers, *answer.raw_headers, (b"connection", b"close"))
        head = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        status = f"HTTP/1.1 {problem.status} {problems.plain(problem.status).title}\r\n".encode()
        self.transport.write(status + head + b"\r\n" + bytes(answer.body))
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def _drop(self, count: int) -> None:
        self._dropped_bytes += count
        if self._dropped_bytes > _LINGER_BYTES_MAX:
            self.transport.abort()


class _EndsByClosing(RequestResponseCycle):
    """An answer to HTTP/1.0: one whose length is not known ends when the connection closes (RFC 9112, 6.1 and 6.3)."""

    _is_length_unknown = False

    async def send(self, message: ASGISendEvent) -> None:
        """Send one part of the answer. One that breaks off resets the connection: so nobody takes a part for all."""
        if message["type"] == "http.response.start" and not self.response_started:
            if all(name.lower() != b"content-length" for name, _ in message["headers"]):
                self.chunked_encoding = False  # decided: uvicorn adds no Transfer-Encoding
                self._close_by_reset(wanted=True)
        elif message["type"] == "http.response.body" and self._is_length_unknown:
            self.expected_content_length = len(message["body"])
            if not message.get("more_body", False):
                self._close_by_reset(wanted=False)
        await super().send(message)

    def _close_by_reset(self, *, wanted: bool) -> None:
        self._is_length_unknown = True
        connection = self.transport.get_extra_info("socket")
        if connection is not None and not self.transport.is_closing():
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", wanted, 0))
