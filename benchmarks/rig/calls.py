"""Calls for help over MQTT: when each was published, seen in the staff's stream, and heard by a plain subscriber."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from typing import TYPE_CHECKING

from kiezbox import mqtt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from kiezbox.mqtt import Session
    from kiezbox.settings import MqttSettings

_ECHO = "bench/echo"
_END_SECONDS = 60.0


class Calls:
    """Calls that are under way; times are those of time.perf_counter."""

    def __init__(self) -> None:
        self.sent: dict[str, float] = {}
        self.seen: dict[str, float] = {}
        self.echoed: dict[str, float] = {}
        self._progress = asyncio.Event()

    async def watch(self, reader: asyncio.StreamReader) -> None:
        """Note each event of the staff's stream."""
        while line := await reader.readline():
            if line.startswith(b"id: "):
                self.seen.setdefault(line[4:].strip().decode(), time.perf_counter())
                self._progress.set()

    async def hear(self, session: Session) -> None:
        """Note what comes back from the broker."""
        while True:
            burst = await session.burst()
            for delivery in burst:
                self.echoed.setdefault(delivery.payload[:36].decode(), time.perf_counter())
            session.acknowledge(burst)
            self._progress.set()

    def send(self, session: Session, box: str) -> None:
        """Publish a call, and beside it a message of the same size for ourselves."""
        name = str(uuid.uuid4())
        call = {"v": 1, "id": name, "at": time.time_ns() // 1_000_000, "kind": "fire", "text": "Rauch im Keller"}
        payload = json.dumps(call).encode()
        self.sent[name] = time.perf_counter()
        session.publish(f"kb/v1/{box}/distress", payload, qos=1)
        session.publish(_ECHO, name.encode().ljust(len(payload)), qos=1)

    async def settle(self) -> None:
        """Return when everything arrived; raises SystemExit when something does not."""
        try:
            async with asyncio.timeout(_END_SECONDS):
                while self.sent.keys() - self.seen.keys() or self.sent.keys() - self.echoed.keys():
                    self._progress.clear()
                    await self._progress.wait()
        except TimeoutError:
            missing = len(self.sent.keys() - self.seen.keys())
            raise SystemExit(f"{missing} calls for help were not seen within {_END_SECONDS:g} s") from None


@contextlib.asynccontextmanager
async def _stream(port: int, authorization: str) -> AsyncIterator[asyncio.StreamReader]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /crisis/stream HTTP/1.1\r\nHost: bench\r\nAuthorization: {authorization}\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    try:
        yield reader
    finally:
        writer.close()


async def measure(
    settings: MqttSettings, port: int, authorization: str, box: str, count: int
) -> tuple[list[float], list[float]]:
    """Milliseconds until staff see a call, and until the broker alone gives a message back: 20 calls a second."""
    calls = Calls()
    async with (
        mqtt.session(settings, "bench-calls", (_ECHO,)) as session,
        _stream(port, authorization) as reader,
        asyncio.TaskGroup() as group,
    ):
        listeners = [group.create_task(calls.watch(reader)), group.create_task(calls.hear(session))]
        await session.connected.wait()
        for _ in range(count):
            calls.send(session, box)
            await asyncio.sleep(0.05)
        await calls.settle()
        for task in listeners:
            task.cancel()
    seen = [(calls.seen[name] - at) * 1000 for name, at in calls.sent.items()]
    return seen, [(calls.echoed[name] - at) * 1000 for name, at in calls.sent.items()]
