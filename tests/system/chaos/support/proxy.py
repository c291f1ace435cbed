"""The network between boxes and broker: a TCP proxy that can be slow, cut, or half-open."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from tests.support import tcp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_READ_BYTES = 64 * 1024


class Network:
    """Forwards every connection to `port`. Made by `network()`; its faults are `slow`, `cut` and `half_open`."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._server = tcp.Server(self._carry)
        self._links: set[asyncio.Task[None]] = set()
        self._delay_seconds = 0.0
        self._is_cut = False
        self._silent: set[asyncio.Task[None]] = set()  # links that carry nothing any more, and never end by themselves

    @property
    def port(self) -> int:
        """Where the boxes connect."""
        return self._server.port

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
        await self._server.drop()
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

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = asyncio.current_task()
        assert link is not None
        ways: list[asyncio.Task[None]] = []
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(writer.transport.abort)  # a reset, as a broken network looks; not an orderly end
            if self._is_cut:
                return
            self._links.add(link)
            link.add_done_callback(self._links.discard)
            link.add_done_callback(self._silent.discard)
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
    async with made._server:
        yield made
