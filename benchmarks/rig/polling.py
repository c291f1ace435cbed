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
    etag = ""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=local)
    except OSError:
        found.failed += 1
        return
    with contextlib.closing(writer):
        while time.perf_counter() < until:
            known = f"If-None-Match: {etag}\r\n" if etag else ""
            began = time.perf_counter()
            writer.write(f"{head}{known}\r\n".encode())
            try:
                async with asyncio.timeout(_RESPONSE_SECONDS):
                    status, etag = await _response(reader, etag)
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


async def _response(reader: asyncio.StreamReader, etag: str) -> tuple[int, str]:
    """The status and the ETag of a response, whose body is read."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status = int(head.split(" ", 2)[1])
    lines = (line.partition(":") for line in head.split("\r\n")[1:])
    fields = {name.strip().lower(): value.strip() for name, _, value in lines}
    if status != 304:
        await reader.readexactly(int(fields["content-length"]))
    return status, fields.get("etag", etag)
