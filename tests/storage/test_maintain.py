"""`kiezbox maintain` as a process: one round, or rounds until it is asked to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from kiezbox import db, metrics
from kiezbox.settings import DatabaseSettings, MaintenanceSettings, Settings
from storage import maintenance
from tests.storage.support.database import days_ago, execute, fetch

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.parametrize("host", [pytest.param("plain", marks=pytest.mark.slow)], indirect=True)

HANGING_SECONDS = 30


async def reject(database: DatabaseSettings, count: int) -> None:
    await execute(
        database,
        "INSERT INTO reject (received_at, topic, payload, reason, detail)"
        f" SELECT '{days_ago(40).isoformat()}', 'kb/v1/71-01/telemetry', '\\x00', 'bad_json', ''"
        f" FROM generate_series(1, {count})",
    )


async def started(database: DatabaseSettings, *arguments: str) -> asyncio.subprocess.Process:
    environment = {**os.environ, "KIEZBOX_DATABASE_URL": database.url.get_secret_value()}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "stack.cli", "maintain", *arguments),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_one_round_says_what_it_removed(database: DatabaseSettings) -> None:
    await reject(database, 1234)

    async with asyncio.timeout(HANGING_SECONDS):
        first = await (await started(database, "--once")).communicate()
        second = await (await started(database, "--once")).communicate()

    assert first[0].decode() == "removed what was too old: 1,234 of reject\n"
    assert second[0].decode() == "removed what was too old: nothing\n"


async def test_it_goes_on_until_sigterm(database: DatabaseSettings) -> None:
    await reject(database, 5)

    async with asyncio.timeout(HANGING_SECONDS):
        running = await started(database)
        while await fetch(database, "SELECT count(*) FROM reject") != [(0,)]:
            await asyncio.sleep(0.05)
        running.send_signal(signal.SIGTERM)
        await running.communicate()

    assert running.returncode == 0


async def test_it_stands_by_while_another_one_is_at_it(
    database: DatabaseSettings, caplog: pytest.LogCaptureFixture
) -> None:
    await reject(database, 5)
    settings = Settings(database=database, maintenance=MaintenanceSettings(interval_seconds=0.05))
    stop = asyncio.Event()
    skipped = metrics.MAINTENANCE_ROUNDS.labels("skipped")
    before = skipped._value.get()
    async with asyncio.timeout(HANGING_SECONDS), asyncio.TaskGroup() as group:
        async with db.connect(database, "tests") as other:
            await other.execute("SELECT pg_advisory_lock($1)", maintenance.LOCK)
            group.create_task(maintenance.serve(settings, stop))
            while skipped._value.get() < before + 3:
                await asyncio.sleep(0.01)
            assert await fetch(database, "SELECT count(*) FROM reject") == [(5,)]
        while await fetch(database, "SELECT count(*) FROM reject") != [(0,)]:
            await asyncio.sleep(0.01)
        stop.set()

    said = [record.message for record in caplog.records if "standing by" in record.message]
    assert said == ["another process does the maintenance, standing by"]  # once, however often it looked


async def test_it_goes_on_when_a_part_fails_and_tries_it_again(database: DatabaseSettings) -> None:
    await reject(database, 5)
    await execute(
        database,
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'not supported' USING ERRCODE = '0A000'; END $$",
        "CREATE TRIGGER refuse BEFORE DELETE ON reject FOR EACH STATEMENT EXECUTE FUNCTION refuse()",
    )
    settings = Settings(database=database, maintenance=MaintenanceSettings(interval_seconds=0.05))
    stop = asyncio.Event()
    failed = metrics.MAINTENANCE_ROUNDS.labels("failed")
    before = failed._value.get()

    async with asyncio.timeout(HANGING_SECONDS), asyncio.TaskGroup() as group:
        group.create_task(maintenance.serve(settings, stop))
        while failed._value.get() < before + 2:
            await asyncio.sleep(0.01)
        await execute(database, "DROP TRIGGER refuse ON reject")
        while await fetch(database, "SELECT count(*) FROM reject") != [(0,)]:
            await asyncio.sleep(0.01)
        stop.set()


async def test_one_round_with_a_part_that_fails_ends_with_2_and_names_it(database: DatabaseSettings) -> None:
    await execute(database, "REVOKE DELETE ON message_ledger FROM CURRENT_USER")

    async with asyncio.timeout(HANGING_SECONDS):
        running = await started(database, "--once")
        _, said = await running.communicate()

    assert running.returncode == 2
    assert "ledger: InsufficientPrivilegeError: permission denied for table message_ledger" in said.decode()


@pytest.mark.usefixtures("host")
async def test_it_waits_for_a_database_that_is_away(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    nowhere = DatabaseSettings.model_validate({"url": f"postgresql:///x?host={tmp_path}"})
    stop = asyncio.Event()
    failed = metrics.MAINTENANCE_ROUNDS.labels("failed")
    before = failed._value.get()

    async with asyncio.timeout(HANGING_SECONDS):
        waiting = asyncio.create_task(maintenance.serve(Settings(database=nowhere), stop))
        while failed._value.get() < before + 2:
            await asyncio.sleep(0.01)
        stop.set()
        await waiting

    said = [record.message for record in caplog.records if record.message.startswith("waiting for database")]
    assert len(said) == 1
