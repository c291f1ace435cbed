"""A client that decides about every byte, from any of the loopback addresses: 127.0.0.2 is another than 127.0.0.3."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support import tcp
from tests.support.waiting import HANGING_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ASK = b"GET /livez HTTP/1.1\r\nHost: box\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """The problem details of the body."""
        assert self.headers["content-type"] == "application/problem+json"
        found: dict[str, Any] = json.loads(self.body)
        return found


class RawClient:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def send_until_closed(self, data: bytes, bytes_max: int) -> int:
        """Send again and again until the server closes the connection. Returns how many bytes that took."""
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < bytes_max:
                self.writer.write(data)
                sent += len(data)
                async with asyncio.timeout(HANGING_SECONDS):
                    await self.writer.drain()
        return sent

    async def answer(self) -> Answer:
        """The next answer, which has a Content-Length."""
        async with asyncio.timeout(HANGING_SECONDS):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            pairs = (line.partition(": ") for line in head[1:] if line)
            headers = {name.lower(): value for name, _, value in pairs}
            body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return Answer(int(head[0].split()[1]), headers, body)

    async def is_closed(self) -> bool:
        """Wait until the server closes the connection; what it sent before is dropped."""
        async with asyncio.timeout(HANGING_SECONDS):
            with contextlib.suppress(ConnectionError):
                await self.reader.read()
        return True

    @property
    def is_open(self) -> bool:
        """Whether the server has not closed the connection, as far as this process knows."""
        return not self.reader.at_eof() and self.reader.exception() is None

    def close(self) -> None:
        self.writer.transport.abort()


@contextlib.asynccontextmanager
async def connected(port: int, address: str = "127.0.0.2") -> AsyncIterator[RawClient]:
    """A connection from this address while the block runs."""
    async with tcp.connection("127.0.0.1", port, local_address=address, limit=2**24) as both:
        yield RawClient(*both)


async def connect(port: int, address: str = "127.0.0.2") -> RawClient:
    """A connection from this address."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0), limit=2**24)
    return RawClient(reader, writer)


async def ask(port: int, address: str = "127.0.0.3", request: bytes = ASK) -> Answer:
    """The answer to one request on a connection of its own."""
    async with connected(port, address) as client:
        client.send(request)
        return await client.answer()
