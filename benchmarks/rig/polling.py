"""Phones that poll: connections that ask again when they have an answer, at once or after a pause, with its ETag."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_RESPONSE_SECONDS = 30.0


@dataclass(slots=True)
class Polled:
    """The answers that the phones got."""

    answers: int = 0
    unchanged: int = 0
    failed: int = 0
    waits_ms: list[float] = field(default_factory=list)

    def percentile(self, share: int) -> float:
        """The time in milliseconds within which this share (percent) of the answers came."""
        ordered = sorted(self.waits_ms)
        return ordered[min(len(ordered) - 1, len(ordered) * share // 100)] if ordered else 0.0

    def summary(self, seconds: float) -> str:
        """In one line."""
        share = self.unchanged / max(self.answers, 1)
        return (
            f"{self.answers / seconds:.0f} answers/s   304: {share:.0%}   p50 {self.percentile(50):.0f} ms,"
            f" p95 {self.percentile(95):.0f} ms   failed: {self.failed}"
        )


async def poll(
    port: int,
    path: str,
    phones: int,
    seconds: float,
    *,
    pause_seconds: float = 0.0,
    headers: Mapping[str, str] | None = None,
    own_addresses: bool = False,
) -> Polled:
    """Let this many phones poll this path for `seconds`, each with this pause between its requests.

    `own_addresses`: each from an address of its own (Linux has all of 127.0.0.0/8), as in a Wi-Fi.
    """
    found = Polled()
    until = time.perf_counter() + seconds
    own = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())

    async def phone(number: int) -> None:
        await asyncio.sleep(min(pause_seconds, seconds) * number / phones)  # they do not all ask in the same moment
        head = f"GET {path} HTTP/1.1\r\nHost: box\r\nAccept-Language: de\r\nUser-Agent: phone {number}\r\n{own}"
        local = (f"127.0.{1 + number // 250}.{1 + number % 250}", 0) if own_addresses else None
        await _phone(port, head, until, pause_seconds, found, local=local)

    await asyncio.gather(*(phone(number) for number in range(phones)))
    return found


async def _phone(
    port: int, head: str, until: float, pause_seconds: float, found: Polled, *, local: tuple[str, int] | None
) -> None:
    etag, connection = "", _Connection(port, local)
    with contextlib.closing(connection):
        while time.perf_counter() < until:
            known = f"If-None-Match: {etag}\r\n" if etag else ""
            began = time.perf_counter()
            try:
                async with asyncio.timeout(_RESPONSE_SECONDS):
                    status, etag = await connection.ask(f"{head}{known}\r\n".encode(), etag)
            except (OSError, EOFError, ValueError):
                found.failed += 1
                return
            if status not in {200, 304}:
                found.failed += 1
                continue
            found.answers += 1
            found.unchanged += status == 304
            found.waits_ms.append((time.perf_counter() - began) * 1000)
            if pause_seconds:
                await asyncio.sleep(min(pause_seconds, max(0.0, until - time.perf_counter())))


class _Connection:
    """The connection of one phone. The server ends one that is idle; then the phone connects again, as browsers do."""

    def __init__(self, port: int, local: tuple[str, int] | None) -> None:
        self._port = port
        self._local = local
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes, etag: str) -> tuple[int, str]:
        """The status and the ETag of the response to a GET. Raises OSError, EOFError, ValueError."""
        if self._streams is not None and not self._streams[0].at_eof():
            try:
                return await self._ask(*self._streams, request, etag)
            except (ConnectionError, EOFError):  # it ended in just this moment: a GET may be sent again (RFC 9110)
                pass
        self.close()
        self._streams = await asyncio.open_connection("127.0.0.1", self._port, local_addr=self._local)
        return await self._ask(*self._streams, request, etag)

    @staticmethod
    async def _ask(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, etag: str
    ) -> tuple[int, str]:
        writer.write(request)
        return await _response(reader, etag)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _response(reader: asyncio.StreamReader, etag: str) -> tuple[int, str]:
    """The status and the ETag of a response, whose body is read."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status = int(head.split(" ", 2)[1])
    lines = (line.partition(":") for line in head.split("\r\n")[1:])
    fields = {name.strip().lower(): value.strip() for name, _, value in lines}
    if status != 304:
        await reader.readexactly(int(fields["content-length"]))
    return status, fields.get("etag", etag)
