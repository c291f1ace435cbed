"""Maintenance: bounded transactions, counted removals, and nothing lost when it is killed or settings change."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kiezbox import db, metrics
from kiezbox.errors import OperatorError
from kiezbox.settings import MaintenanceSettings
from storage import maintenance, migrate
from tests.storage import conftest
from tests.storage.support.database import (
    LIMITS,
    TODAY,
    execute,
    fetch,
    fill,
    maintain,
    reject,
    removed_rows,
    rollups,
)

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings

plain = pytest.mark.parametrize(
    "host", [pytest.param("plain", marks=pytest.mark.slow)], indirect=True
)  # what no tier changes


@plain
async def test_a_clock_that_jumps_ahead_removes_nothing(database: DatabaseSettings) -> None:
    readings = await fill(database, (0, 80))
    await execute(
        database,
        "INSERT INTO latest (series, measured_at, value, received_at)"
        " SELECT series, max(measured_at), 1, max(measured_at) FROM reading GROUP BY series",
    )

    removed = await maintenance.once(database, LIMITS, TODAY + timedelta(days=400))

    assert removed == {}
    assert await fetch(database, "SELECT count(*) FROM reading") == [(readings,)]


@conftest.native
async def test_one_process_at_a_time(database: DatabaseSettings) -> None:
    await reject(database, 5, "bad_json", days=31)
    async with db.connect(database, "tests") as other:
        await other.execute("SELECT pg_advisory_lock($1)", maintenance.LOCK)

        meanwhile = await maintain(database)

        assert meanwhile is None
        assert maintenance.describe(meanwhile) == "another process does the maintenance, standing by"
        assert await fetch(database, "SELECT count(*) FROM reject") == [(5,)]

    assert await maintain(database) == {"reject": 5}


@conftest.native
async def test_two_at_once_remove_and_count_everything_once(database: DatabaseSettings) -> None:
    await fill(database, (0, 92, 93))
    before = await rollups(database)
    limits = MaintenanceSettings(batch_rows=20)

    await asyncio.gather(*(maintain(database, limits) for _ in range(3)))
    await maintain(database, limits)

    assert await removed_rows(database) == {("reading", ""): 2 * 216}
    assert await rollups(database) == before


@conftest.native
async def test_killed_in_the_middle_it_loses_nothing_and_the_next_one_goes_on(database: DatabaseSettings) -> None:
    days = range(92, 122)
    await fill(database, days)
    before = await rollups(database)
    url = database.url.get_secret_value()
    environment = {**os.environ, "KIEZBOX_DATABASE_URL": url, "KIEZBOX_MAINTENANCE_BATCH_ROWS": "3"}
    command = [sys.executable, "-m", "stack.cli", "maintain", "--once"]

    running = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.DEVNULL)
    async with asyncio.timeout(60), db.connect(database, "tests") as connection:
        while not await connection.fetchval("SELECT sum(rows) >= 100 FROM removed"):
            assert running.returncode is None
            await asyncio.sleep(0.005)
    running.kill()
    await running.wait()
    halfway = await removed_rows(database)

    assert 0 < halfway["reading", ""] < len(days) * 216
    assert await fetch(database, "SELECT count(*) FROM reading") == [(len(days) * 216 - halfway["reading", ""],)]
    assert await rollups(database) == before
    # The server lets go of the dead one's lock as soon as it notices.
    async with asyncio.timeout(60):
        while await maintain(database) is None:
            await asyncio.sleep(0.05)
    assert await removed_rows(database) == {("reading", ""): len(days) * 216}
    assert await fetch(database, "SELECT count(*) FROM reading") == [(0,)]
    assert await rollups(database) == before


@plain
async def test_asked_to_stop_it_ends_between_two_transactions(database: DatabaseSettings) -> None:
    await reject(database, 50, "bad_json", days=31)
    stop = asyncio.Event()
    stop.set()

    assert await maintenance.once(database, LIMITS, TODAY, stop) == {}
    assert await maintenance.once(database, LIMITS, TODAY) == {"reject": 50}


@plain
async def test_a_schema_that_does_not_fit_is_refused_with_the_command(empty_database: DatabaseSettings) -> None:
    with pytest.raises(migrate.SchemaMismatchError) as caught:
        await maintain(empty_database)

    assert caught.value.hint == "run: kiezbox migrate"


@plain
async def test_a_role_that_may_not_is_told_so(database: DatabaseSettings) -> None:
    await execute(database, "REVOKE SELECT ON schema_migration FROM CURRENT_USER")

    with pytest.raises(OperatorError, match="this role may not maintain the database"):
        await maintain(database)


@plain
async def test_a_version_with_a_known_fault_is_a_warning_in_every_round(
    database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def faulty(_connection: db.Connection) -> str:
        return "2.23.0"

    monkeypatch.setattr(migrate, "timescale_version", faulty)
    async with db.connect(database, "tests") as connection:
        await maintenance._warn_of_fault(connection)

    assert metrics.DATABASE_FAULT._value.get() == 1
    assert "TimescaleDB 2.23.0 has a fault" in caplog.text
    assert "ALTER EXTENSION timescaledb UPDATE" in caplog.text
    monkeypatch.undo()
    await maintain(database)
    assert metrics.DATABASE_FAULT._value.get() == 0


@pytest.mark.parametrize(("set_by_seconds", "is_early"), [(63_072_000, True), (0, False), (-7200, True)])
async def test_the_next_round_is_soon_due_when_the_clock_was_set(
    set_by_seconds: float, is_early: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds, waited = 1000.0, list[float]()

    async def pause(for_seconds: float, _stop: asyncio.Event) -> None:
        nonlocal seconds
        seconds += for_seconds
        waited.append(for_seconds)

    monkeypatch.setattr(maintenance, "_pause", pause)
    await maintenance._until_due(
        600.0, asyncio.Event(), lambda: seconds + (set_by_seconds if seconds > 1020 else 0), lambda: seconds
    )

    assert (sum(waited) < 60) is is_early
    assert is_early or sum(waited) == 600
