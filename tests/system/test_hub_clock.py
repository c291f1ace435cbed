"""A hub whose clock is wrong, by libfaketime: no reading is lost, and with the right clock all are in their places."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from kiezbox import db
from stack.commands import ledger
from tests.conftest import absent
from tests.support import ingest_log
from tests.support.waiting import until
from tests.system.support import processes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.system.support.processes import ManagedProcess, System

START_MS = time.time_ns() // 1_000_000  # each number has a time of its own
BOXES, MESSAGES = ("71-01", "71-02"), 50
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), Path(os.environ.get("FAKETIME_LIBRARY", "")))
COUNTS = """
SELECT (SELECT count(*) FROM reading)::int AS readings, (SELECT count(*) FROM reject)::int AS rejects,
       (SELECT count(*) FROM deferred WHERE due_at IS NOT NULL)::int AS waiting
"""

pytestmark = [
    pytest.mark.system,
    pytest.mark.slow,
    pytest.mark.timeout(300),
]


@pytest.fixture
def folder(scratch: Path) -> Iterator[Path]:
    """Where this test's servers have their data."""
    if not FAKETIME.is_file():
        absent("libfaketime")
    with tempfile.TemporaryDirectory(dir=scratch, ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


class Hub:
    """`kiezbox ingest` with a clock of its own; broker, database and boxes have the right time."""

    def __init__(self, system: System, ingest: ManagedProcess, clock: Path) -> None:
        self.system = system
        self._clock = clock
        environment = {
            "LD_PRELOAD": str(FAKETIME),
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_NO_CACHE": "1",
        }
        whole = {**system.environment, **environment}
        ingest.program = dataclasses.replace(ingest.program, environment=whole)
        self.ingest = ingest

    def set_clock(self, offset: str) -> None:
        """As libfaketime writes it: -2h, +1h, @1970-01-01 00:01:00."""
        written = self._clock.with_suffix(".new")
        written.write_text(offset)
        written.replace(self._clock)

    async def send(self, first: int) -> None:
        """MESSAGES messages of each box, numbered from `first` on."""
        await asyncio.to_thread(_send, self.system.mqtt.port, first)

    async def books(self) -> dict[str, Any]:
        async with db.connect(self.system.db, "tests") as connection:
            row = await connection.fetchrow(COUNTS)
        assert row is not None
        return dict(row)

    async def reach(self, **expected: int) -> None:
        """Wait until the database has this."""

        async def has() -> bool:
            return expected.items() <= (await self.books()).items()

        try:
            await until(has)
        except TimeoutError:
            raise AssertionError(f"{await self.books()}, expected {expected}") from None

    async def is_subscribed(self) -> bool:
        return ingest_log.is_subscribed(self.ingest.log)


def _send(port: int, first: int) -> None:
    client = Client(CallbackAPIVersion.VERSION2, client_id="boxes")
    client.connect("127.0.0.1", port)
    client.loop_start()
    now_ms = time.time_ns() // 1_000_000
    sent = []
    for seq in range(first, first + MESSAGES):
        sample = {"at": START_MS - seq, "source": "core", "values": {"noise": 40}}
        said = {"v": 1, "boot": "b", "seq": seq, "sent": now_ms, "clock": "ntp", "samples": [sample]}
        sent += [client.publish(f"kb/v1/{box}/telemetry", json.dumps(said).encode(), qos=1) for box in BOXES]
    for one in sent:
        one.wait_for_publish(processes.HANGING_SECONDS)
    client.disconnect()
    client.loop_stop()


ALL = len(BOXES) * MESSAGES


@pytest.mark.parametrize("clock", ["-2h", "-730d", "@1970-01-01 00:01:00"])
async def test_what_came_while_the_hub_was_behind_is_in_its_place_when_the_clock_is_right(
    folder: Path, clock: str
) -> None:
    async with processes.system(folder) as system:
        with system.command("ingest", "ingest") as ingest:
            hub = Hub(system, ingest, folder / "clock")
            hub.set_clock(clock)
            ingest.start()
            await until(hub.is_subscribed)
            await hub.send(1)
            await hub.reach(waiting=ALL, rejects=0)
            found = await ledger.read(system.db, None, None)
            assert found.verdict().startswith("WAITING FOR THE HUB'S CLOCK")
            assert "THE HUB'S CLOCK IS BEHIND" in ingest.log.read_text()

            hub.set_clock("+0")
            await hub.reach(readings=ALL, waiting=0, rejects=0)
            await hub.send(1 + MESSAGES)
            await hub.reach(readings=2 * ALL, waiting=0, rejects=0)
            found = await ledger.read(system.db, None, None)

    assert found.is_whole, found.verdict()


async def test_a_restart_in_between_loses_nothing(folder: Path) -> None:
    async with processes.system(folder) as system:
        with system.command("ingest", "ingest") as ingest:
            hub = Hub(system, ingest, folder / "clock")
            hub.set_clock("-2h")
            ingest.start()
            await until(hub.is_subscribed)
            await hub.send(1)
            await hub.reach(waiting=ALL, rejects=0)
            ingest.kill()

            hub.set_clock("+0")
            ingest.start()
            await hub.reach(readings=ALL, waiting=0, rejects=0)


async def test_steps_while_running_lose_nothing(folder: Path) -> None:
    async with processes.system(folder) as system:
        with system.command("ingest", "ingest") as ingest:
            hub = Hub(system, ingest, folder / "clock")
            hub.set_clock("+0")
            ingest.start()
            await until(hub.is_subscribed)
            for number, clock in enumerate(("+0", "-2h", "+1h", "-30d", "+0")):
                hub.set_clock(clock)
                await hub.send(1 + number * MESSAGES)
            await hub.reach(readings=5 * ALL, waiting=0, rejects=0)
            found = await ledger.read(system.db, None, None)

    assert found.is_whole, found.verdict()


async def test_a_hub_that_is_an_hour_ahead_stores_everything(folder: Path) -> None:
    async with processes.system(folder) as system:
        with system.command("ingest", "ingest") as ingest:
            hub = Hub(system, ingest, folder / "clock")
            hub.set_clock("+1h")
            ingest.start()
            await until(hub.is_subscribed)
            await hub.send(1)
            await hub.reach(readings=ALL, waiting=0, rejects=0)
            hub.set_clock("+0")
            await hub.send(1 + MESSAGES)
            await hub.reach(readings=2 * ALL, waiting=0, rejects=0)
