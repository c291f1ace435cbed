"""The network between boxes and broker: a TCP proxy that can be slow, cut, or half-open."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_READ_BYTES = 64 * 1024
_TURNS = 3  # of the event loop, from accept() to connection_made()


class Network:
    """Forwards every connection to `port`. Made by `network()`; its faults are `slow`, `cut` and `half_open`."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._server: asyncio.Server | None = None
        self._links: set[asyncio.Task[None]] = set()
        self._delay_seconds = 0.0
        self._is_cut = False
        self._silent: set[asyncio.Task[None]] = set()  # links that carry nothing any more, and never end by themselves

    @property
    def port(self) -> int:
        """Where the boxes connect."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def open(self) -> None:
        """Listen on loopback."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)

    async def close(self) -> None:
        """Stop listening and drop everything."""
        assert self._server is not None
        self._is_cut = True
        # What was accepted already becomes a connection first, and is cut: asyncio (3.11) would leave its socket open.
        for listener in self._server.sockets:
            asyncio.get_running_loop().remove_reader(listener.fileno())
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        self._server.close()
        await self._drop()

    @contextlib.contextmanager
    def slow(self, delay_seconds: float) -> Iterator[None]:
        """Each piece of data takes so long, in both directions, one after the other."""
        self._delay_seconds = delay_seconds
        try:
            yield
        finally:
            self._delay_seconds = 0.0

    @contextlib.asynccontextmanager
    async def cut(self) -> AsyncIterator[None]:
        """Every connection breaks, and new ones break at once."""
        self._is_cut = True
        await self._drop()
        try:
            yield
        finally:
            self._is_cut = False

    def half_open(self) -> None:
        """The present connections carry nothing any more, without an error; new connections work."""
        self._silent |= self._links

    async def is_noticed(self) -> bool:
        """Whether nobody holds on to a half-open connection any more."""
        return not self._silent

    async def _drop(self) -> None:
        links = list(self._links)
        for link in links:
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        link = asyncio.create_task(self._carry(reader, writer), name="link")
        self._links.add(link)
        link.add_done_callback(self._links.discard)
        link.add_done_callback(self._silent.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = asyncio.current_task()
        assert link is not None
        ways: list[asyncio.Task[None]] = []
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(writer.transport.abort)  # a reset, as a broken network looks; not an orderly end
            with contextlib.suppress(OSError):
                theirs, ours = await asyncio.open_connection("127.0.0.1", self._target)
                stack.callback(ours.transport.abort)
                ways += [asyncio.create_task(self._forward(reader, ours, link))]
                ways += [asyncio.create_task(self._forward(theirs, writer, link))]
                stack.push_async_callback(_end, ways)
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)

    async def _forward(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, link: asyncio.Task[None]
    ) -> None:
        """Carry one direction until it ends. A silent one swallows what comes."""
        with contextlib.suppress(OSError):
            while data := await source.read(_READ_BYTES):
                if self._delay_seconds:
                    await asyncio.sleep(self._delay_seconds)
                if link not in self._silent:
                    sink.write(data)
                    await sink.drain()


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def network(port: int) -> AsyncIterator[Network]:
    """A network to the broker on `port`, sound until a fault is put on it."""
    made = Network(port)
    await made.open()
    try:
        yield made
    finally:
        await made.close()
