"""The first promise on real processes: between sensor and database nothing is lost and nothing is counted twice."""

from __future__ import annotations

import asyncio
import json
import signal
from typing import TYPE_CHECKING

import pytest

from kiezbox import db
from tests.support import waiting
from tests.system.support import processes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.system.support.processes import System

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]

BOXES = 50
READINGS = 20_000


async def stored(system: System) -> int:
    async with db.connect(system.db, "tests") as connection:
        count: int = await connection.fetchval("SELECT count(*) FROM reading")
        return count


async def test_every_reading_is_stored_exactly_once_though_ingest_is_killed_and_the_database_restarted(
    scratch: Path,
) -> None:
    folder = scratch / "nothing-lost"
    folder.mkdir()
    report = folder / "report.json"
    fleet_arguments = [
        *("fleet", "--boxes", str(BOXES), "--count", "40", "--interval", "0.4", "--resend-after", "4", "--plain"),
        *("--data", str(folder / "sim"), "--report", str(report), "--drain-seconds", "120"),
    ]
    async with processes.system(folder) as system:
        with (
            system.command("ingest", "ingest") as ingest,
            system.command("fleet", *fleet_arguments, "--port", str(system.mqtt.port)) as fleet,
        ):
            ingest.start()
            fleet.start()
            for share in (0.1, 0.3, 0.5):
                await reach(system, int(share * READINGS))
                ingest.kill()
                await asyncio.sleep(0.5)
                ingest.start()
            await reach(system, int(0.7 * READINGS))
            system.database.kill(signal.SIGINT)
            await asyncio.sleep(1)
            system.database.start()
            code = await fleet.ended(200)
            ingest.kill(signal.SIGTERM)
        figures = json.loads(report.read_text())
        async with db.connect(system.db, "tests") as connection:
            in_table = await connection.fetchval("SELECT count(*) FROM reading")
            keys = await connection.fetchval(
                "SELECT count(*) FROM (SELECT DISTINCT series, measured_at FROM reading) k"
            )
            ledger = await connection.fetchrow(
                "SELECT sum(messages_received) AS messages_in, sum(readings_received) AS readings_in,"
                " sum(messages_stored + messages_duplicate + messages_rejected) AS messages_out,"
                " sum(readings_stored + readings_duplicate + readings_rejected) AS readings_out,"
                " sum(readings_stored) AS readings_stored, sum(messages_lost) AS lost FROM message_ledger"
            )
            boxes = await connection.fetchval("SELECT count(DISTINCT box) FROM series")

    assert code == 0, figures
    assert figures["measured_readings"] >= READINGS
    assert (figures["waiting"], figures["dropped"], figures["rejected"]) == (0, 0, 0)
    assert in_table == keys == figures["measured_readings"]
    assert boxes == BOXES
    assert ledger is not None
    assert ledger["readings_in"] == ledger["readings_out"]
    assert ledger["messages_in"] == ledger["messages_out"]
    assert ledger["readings_stored"] == in_table
    assert ledger["lost"] == 0


async def reach(system: System, readings: int) -> None:
    """Wait until the table has this many readings."""

    async def holds() -> bool:
        return await stored(system) >= readings

    await waiting.until(holds)
