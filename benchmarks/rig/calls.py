"""Calls for help over MQTT: when each was published, seen in the staff's stream, and received by a plain subscriber."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiezbox import mqtt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from kiezbox.mqtt import Session
    from kiezbox.settings import MqttSettings

_ECHO = "bench/echo"
_END_SECONDS = 60.0
# In turns: no call is beyond the share of its box (crisis/state/call_shares.py).
_BOXES = tuple(f"71-{number:02x}" for number in range(1, 101))
_INTRODUCTION_SECONDS = 2.0


class Calls:
    """Calls for help under way. Times are those of time.perf_counter."""

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

    @staticmethod
    def introduce(session: Session) -> None:
        """Publish a status of each box: those that the hub has never heard share one small share of calls."""
        for box in _BOXES:
            status = {"v": 1, "at": time.time_ns() // 1_000_000, "online": True, "mode": "normal"}
            session.publish(f"kb/v1/{box}/status", json.dumps(status).encode(), qos=1)

    def send(self, session: Session, echoes: Session, box: str) -> None:
        """Publish a call, and over another connection a message of the same size that comes back here."""
        name = str(uuid.uuid4())
        call = {"v": 1, "id": name, "at": time.time_ns() // 1_000_000, "kind": "fire", "text": "Rauch im Keller"}
        payload = json.dumps(call).encode()
        self.sent[name] = time.perf_counter()
        session.publish(f"kb/v1/{box}/distress", payload, qos=1)
        echoes.publish(_ECHO, name.encode().ljust(len(payload)), qos=1)

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


@dataclass(frozen=True, slots=True)
class Measured:
    """One call: when it was published (time.perf_counter), and after how many milliseconds it was seen and echoed."""

    sent: float
    seen_ms: float
    echoed_ms: float


async def measure(
    settings: MqttSettings, port: int, authorization: str, *, count: int, pause_seconds: float
) -> list[Measured]:
    """Measure `count` calls, with pauses between them: until staff see one, and until the broker returns a message."""
    calls = Calls()
    async with (
        mqtt.session(settings, "bench-calls", ()) as session,
        mqtt.session(settings, "bench-echoes", (_ECHO,)) as echoes,
        _stream(port, authorization) as reader,
        asyncio.TaskGroup() as group,
    ):
        listeners = [group.create_task(calls.watch(reader)), group.create_task(calls.hear(echoes))]
        await session.connected.wait()
        await echoes.connected.wait()
        calls.introduce(session)
        await asyncio.sleep(_INTRODUCTION_SECONDS)
        for number in range(count):
            calls.send(session, echoes, _BOXES[number % len(_BOXES)])
            await asyncio.sleep(pause_seconds)
        await calls.settle()
        for task in listeners:
            task.cancel()
    return [
        Measured(at, (calls.seen[name] - at) * 1000, (calls.echoed[name] - at) * 1000)
        for name, at in calls.sent.items()
    ]
