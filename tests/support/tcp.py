"""TCP connections of tests, none of which is left open at the end of its block.

asyncio's own servers leave open what they have accepted: its handler may still run, or may be cancelled before its
first step. The garbage collector finds such a connection much later, in the test of somebody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable
    from types import TracebackType

    Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_READ_BYTES = 65_536


class Server:
    """Listens on loopback and lets `handle` talk to each client; the connection ends with it.

    Used as a context manager, or opened and closed as often as a test needs; `port` stays the same. What `handle`
    raises is raised at the end, except what says that a side is gone.
    """

    def __init__(
        self, handle: Handler, port: int = 0, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
    ) -> None:
        self._handle = handle
        self._host = host
        self._tls = tls
        self._listener: socket.socket | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._errors: list[BaseException] = []
        self.port = port

    @property
    def is_open(self) -> bool:
        """Whether it accepts connections."""
        return self._listener is not None

    def open(self) -> None:
        """Accept connections."""
        if self._listener is not None:
            return
        self._listener = socket.create_server((self._host, self.port), backlog=1024)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        asyncio.get_running_loop().add_reader(self._listener, self._accept, self._listener)

    async def close(self) -> None:
        """Accept no more connections, and break those there are. Raises what `handle` has raised."""
        await self._stop()
        if self._errors:
            raise self._errors.pop()

    async def drop(self) -> None:
        """Break the connections there are, as a network that fails."""
        tasks = self._tasks - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await asyncio.sleep(0)  # lets asyncio close what was aborted

    async def __aenter__(self) -> Self:
        self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()
        if self._errors and error is None:
            raise self._errors.pop()

    async def _stop(self) -> None:
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
        await self.drop()

    def _accept(self, listener: socket.socket) -> None:
        try:
            accepted, _ = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):  # the client is gone again
            return
        accepted.setblocking(False)
        task = asyncio.create_task(self._serve(accepted), name="connection")
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._end(done, accepted))

    def _end(self, task: asyncio.Task[None], accepted: socket.socket) -> None:
        accepted.close()  # open still, when the task was cancelled before its first step
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, (OSError, asyncio.IncompleteReadError)):
            self._errors.append(error)

    async def _serve(self, accepted: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await loop.connect_accepted_socket(lambda: protocol, accepted, ssl=self._tls)
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        try:
            await self._handle(reader, writer)
            writer.close()
            await writer.wait_closed()
        finally:
            transport.abort()


@contextlib.asynccontextmanager
async def connection(
    host: str, port: int, *, local_address: str | None = None, limit: int = 2**16
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection while the block runs."""
    local = None if local_address is None else (local_address, 0)
    reader, writer = await asyncio.open_connection(host, port, local_addr=local, limit=limit)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)  # lets asyncio close it


async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Carry the bytes of one direction to their end, which is told to the other side."""
    with contextlib.suppress(OSError):
        while data := await source.read(_READ_BYTES):
            sink.write(data)
            await sink.drain()
    sink.close()


def relay_to(host: str, port: int) -> Handler:
    """A handler that carries all bytes to another server and back."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with connection(host, port) as (there, back):
            await asyncio.gather(pump(reader, back), pump(there, writer))
            with contextlib.suppress(OSError):
                await back.wait_closed()  # what it still has to send is sent

    return relay
