"""TLS before HTTP: a handshake counts as a connection from its first byte on, and has as long as a head."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from api.http.connections.open_connections import Stage

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from api.http.connections.open_connections import OpenConnections

log = logging.getLogger(__name__)

_NEW_SECONDS = 1.0


class _Early(asyncio.Protocol):
    """Keeps what arrives between the end of a handshake and `connection_made`: a client's request may follow its last
    message of the handshake at once, while `start_tls` has not returned yet.
    """

    def __init__(self) -> None:
        self._received: list[bytes] = []
        self._is_over = False  # the client sends no more
        self._lost: tuple[Exception | None] | None = None

    def data_received(self, data: bytes) -> None:
        """Keep it. At most what asyncio reads at once: the transport is read again after this turn of the loop."""
        self._received.append(data)

    def eof_received(self) -> None:
        """Note it."""
        self._is_over = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Note it."""
        self._lost = (exc,)

    def hand_over(self, transport: asyncio.Transport, protocol: asyncio.Protocol) -> None:
        """Let the protocol go on with the connection, from its first byte."""
        if self._lost is not None:
            return
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        for data in self._received:
            protocol.data_received(data)
        if self._is_over and not protocol.eof_received():
            transport.close()


class Handshake(asyncio.Protocol):
    """A new connection to an HTTPS port. Once both sides agree, `make` makes the protocol that goes on with it.

    asyncio's own servers with TLS tell a protocol of a connection only after its handshake: until then nobody would
    count it.
    """

    def __init__(
        self, context: ssl.SSLContext, make: Callable[[], asyncio.Protocol], open_connections: OpenConnections
    ) -> None:
        self._context = context
        self._make = make
        self._open = open_connections
        self._address = ""
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None  # the event loop itself keeps no task from being collected
        self.since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # a TCP connection
        """Count it, and begin."""
        loop = asyncio.get_running_loop()
        transport.pause_reading()  # what has arrived is for TLS
        self._transport, self.since = transport, loop.time()
        peer = transport.get_extra_info("peername")
        self._address = self._open.add(self, peer[0] if isinstance(peer, tuple) else None)
        if not transport.is_closing():
            self._task = loop.create_task(self._agree(loop, transport), name="TLS handshake")

    def connection_lost(self, exc: Exception | None) -> None:
        """Give its place back."""
        del exc
        self._open.remove(self, self._address)

    async def _agree(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport) -> None:
        early = _Early()
        try:
            secure = await loop.start_tls(
                transport,
                early,
                self._context,
                server_side=True,
                ssl_handshake_timeout=self._open.limits.head_seconds,
            )
        except OSError as error:  # no TLS, too slow, or closed meanwhile (ssl.SSLError is one, too)
            log.debug("no TLS connection", extra={"error": error})
            transport.abort()
            return
        finally:
            self._open.remove(self, self._address)
        if secure is not None:
            early.hand_over(secure, self._make())

    def stage(self) -> Stage:
        """What it is busy with: it waits for the client."""
        is_new = asyncio.get_running_loop().time() - self.since <= _NEW_SECONDS
        return Stage.ARRIVING if is_new else Stage.HEAD

    def expire(self, now: float) -> bool:
        """Nothing: `start_tls` has a time limit of its own."""
        del now
        return False

    def give_up(self) -> None:
        """Close it at once, because others need its place."""
        if self._transport is not None:
            with contextlib.suppress(OSError):
                self._transport.abort()

    def refuse(self) -> None:
        """Close it: there is no place for it, and before the handshake nothing can be said."""
        self.give_up()
