"""Phones that poll: connections that ask again when they have an answer, at once or after a pause, with its ETag."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field

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


async def poll(
    port: int, path: str, phones: int, seconds: float, *, pause_seconds: float = 0.0, cookie: str = ""
) -> Polled:
    """Let this many phones poll this path for `seconds`, each with this pause between its requests."""
    found = Polled()
    until = time.perf_counter() + seconds
    own = f"Cookie: {cookie}\r\n" if cookie else ""

    async def phone(number: int) -> None:
        await asyncio.sleep(pause_seconds * number / phones)  # they do not all ask in the same moment
        head = f"GET {path} HTTP/1.1\r\nHost: box\r\nAccept-Language: de\r\nUser-Agent: phone {number}\r\n{own}"
        await _phone(port, head, until, pause_seconds, found)

    await asyncio.gather(*(phone(number) for number in range(phones)))
    return found


async def _phone(port: int, head: str, until: float, pause_seconds: float, found: Polled) -> None:
    etag = ""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
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
                await asyncio.sleep(pause_seconds)


async def _response(reader: asyncio.StreamReader, etag: str) -> tuple[int, str]:
    """The status and the ETag of a response, whose body is read."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status = int(head.split(" ", 2)[1])
    lines = (line.partition(":") for line in head.split("\r\n")[1:])
    fields = {name.strip().lower(): value.strip() for name, _, value in lines}
    if status != 304:
        await reader.readexactly(int(fields["content-length"]))
    return status, fields.get("etag", etag)
