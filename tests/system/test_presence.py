"""Which boxes are online: the hub is right in whatever order retained and waiting statuses arrive."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from kiezbox import db
from tests.support import waiting
from tests.system.support import processes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.system.support.processes import System

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(240)]

BOX = "71-01"
TOPIC = f"kb/v1/{BOX}/status"
WILL = json.dumps({"v": 1, "online": False})
RECEIVED = "SELECT coalesce(sum(messages_received), 0) FROM message_ledger WHERE box = $1"
PRESENCE = "SELECT online FROM status WHERE box = $1 ORDER BY received_at DESC, at DESC LIMIT 1"


class Box:
    """A box that sends a status when told to, or loses its connection."""

    def __init__(self, port: int) -> None:
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=BOX, reconnect_on_failure=False)
        self._client.will_set(TOPIC, WILL, qos=1, retain=True)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def say(self, *, online: bool) -> int:
        """Send its status. Returns the time in it, in milliseconds."""
        at_ms = time.time_ns() // 1_000_000
        payload = json.dumps({"v": 1, "online": online, "at": at_ms})
        self._client.publish(TOPIC, payload, qos=1, retain=True).wait_for_publish(processes.HANGING_SECONDS)
        return at_ms

    def die(self) -> None:
        """Break its connection: the broker publishes its will."""
        sock = self._client.socket()
        assert isinstance(sock, socket.socket)
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        self._client.loop_stop()


@contextlib.contextmanager
def ear(port: int) -> Iterator[list[bytes]]:
    """Every status of the box that the broker sends while the block runs."""
    heard: list[bytes] = []
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _userdata, message: heard.append(bytes(message.payload))
    hears = threading.Event()
    client.on_connect = lambda client, *_: client.subscribe(TOPIC)
    client.on_subscribe = lambda *_: hears.set()
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        assert hears.wait(processes.HANGING_SECONDS), "no SUBACK"
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()


@pytest.mark.parametrize("is_back_before", [True, False])
async def test_a_box_that_was_away_for_a_moment_when_the_hub_died_is_not_shown_as_away(
    scratch: Path, is_back_before: bool
) -> None:
    folder = scratch / f"presence-{is_back_before}"
    folder.mkdir()
    async with processes.system(folder) as system, db.connect(system.db, "tests") as connection:
        with system.command("ingest", "ingest") as ingest, ear(system.mqtt.port) as heard:
            ingest.start()
            first = await asyncio.to_thread(Box, system.mqtt.port)
            await asyncio.to_thread(first.say, online=True)
            await waiting.until(lambda: is_received(connection, 1))
            async with in_hand(system, ingest):
                await asyncio.to_thread(first.die)
                await waiting.until(lambda: has_said(heard, WILL.encode()))
                if is_back_before:
                    last_ms = await come_back(system)
            if not is_back_before:
                last_ms = await come_back(system)
            ingest.start()
            # Its first status, the will, its status after the return, and the retained copy of that.
            await waiting.until(lambda: is_received(connection, 4))
            online = await connection.fetchval(PRESENCE, BOX)
            newest = await connection.fetchval("SELECT max(at) FROM status WHERE online")

    assert online
    assert newest.timestamp() * 1000 == pytest.approx(last_ms)


@contextlib.asynccontextmanager
async def in_hand(system: System, ingest: processes.ManagedProcess) -> AsyncIterator[None]:
    """Ingest cannot commit what it receives in this block; at the end it is killed."""
    async with db.connect(system.db, "lock") as lock, lock.transaction():
        await lock.execute("LOCK TABLE status IN EXCLUSIVE MODE")
        yield
        await waiting.until(lambda: is_blocked(system))
        ingest.kill(signal.SIGKILL)


async def come_back(system: System) -> int:
    """Connect the box again. Returns the time in its status, in milliseconds."""
    box = await asyncio.to_thread(Box, system.mqtt.port)
    return await asyncio.to_thread(box.say, online=True)


async def is_received(connection: db.Connection, messages: int) -> bool:
    return bool(await connection.fetchval(RECEIVED, BOX) >= messages)


async def has_said(heard: list[bytes], payload: bytes) -> bool:
    return payload in heard


async def is_blocked(system: System) -> bool:
    """Whether ingest waits for the lock."""
    async with db.connect(system.db, "tests") as connection:
        return bool(await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))
