"""Readings from before 0028_stored_reading, on every tier: `reading` has each of them once, before, while and after."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ingest.registry import Registry
from ingest.store import Store
from kiezbox import db
from kiezbox.settings import MaintenanceSettings
from storage import conversion, migrate
from storage.conversion import Conversion
from tests.ingest.support.messages import telemetry
from tests.storage.conftest import native
from tests.storage.support.database import TODAY, days_ago, execute, fetch, maintain

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings
    from storage.conversion import Progress
    from tests.servers import Host

pytestmark = pytest.mark.slow

BEFORE = 26
A2C2302 = 16  # the newest migration of that commit
HANGING_SECONDS = 60
# Tenths, thousandths, what no integer says, and a series that is not in `series` any more (nobody may lose it).
ROWS = """
INSERT INTO box (id) VALUES ('71-01');
INSERT INTO series (box, source, quantity) VALUES
    ('71-01', 'core', 'pm2_5'), ('71-01', 'core', 'pressure'), ('71-01', 'core', 'noise');
INSERT INTO reading (series, measured_at, value, delay_s, flag)
SELECT s, '{day}'::timestamptz + n * INTERVAL '20 minutes' + INTERVAL '7.123 seconds',
       CASE s WHEN 1 THEN (n % 400) / 10.0 WHEN 2 THEN 990 + (n * 7919 % 20000) / 1000.0
              ELSE 0.1::float8 + 0.2::float8 * n END, n % 90, CASE WHEN n % 50 = 0 THEN 2 ELSE 0 END
FROM unnest(ARRAY[1, 2, 3, 77]) AS s, generate_series(0, {rows} - 1) AS n;
INSERT INTO reading (series, measured_at, value, delay_s)
SELECT 3, '{day}'::timestamptz - INTERVAL '1 second' * (n + 1), value, 0
FROM unnest('{{-0, 5e-324, 1e100, 2147483648, -214748364.7}}'::float8[]) WITH ORDINALITY AS t (value, n);
INSERT INTO latest (series, measured_at, value, received_at)
SELECT DISTINCT ON (series) series, measured_at, value, measured_at FROM reading WHERE series < 77
ORDER BY series, measured_at DESC;
"""
DAYS = 12
ALL = "SELECT series, measured_at, float8send(value), delay_s, flag FROM reading ORDER BY series, measured_at"


@pytest.fixture
async def upgraded(empty_database: DatabaseSettings, host: Host, request: pytest.FixtureRequest) -> DatabaseSettings:
    """A database with some days of readings in the form of before, after `migrate`."""
    newest = getattr(request, "param", BEFORE)
    async with db.connect(empty_database, "tests") as connection:
        old = [migration for migration in migrate.migrations() if migration.number <= newest]
        await migrate.apply(connection, old, host.tier)
        await connection.execute(ROWS.format(day=days_ago(DAYS).isoformat(), rows=DAYS * 72))
        if host.tier is migrate.Tier.COMMUNITY:
            await connection.execute("SELECT compress_chunk(c) FROM show_chunks('reading') AS c")
        await connection.execute("CREATE TABLE expected AS " + ALL)
        await migrate.apply(connection)
    return empty_database


async def is_whole(database: DatabaseSettings) -> bool:
    """Whether `reading` has every reading once, with its value bit for bit."""
    got = await fetch(database, ALL)
    expected = await fetch(database, "SELECT * FROM expected ORDER BY series, measured_at")
    assert len(got) == len(expected)
    return got == expected


async def is_done(database: DatabaseSettings) -> bool:
    """Whether all is converted and `reading` reads one table."""
    return await fetch(database, "SELECT pg_get_viewdef('reading') LIKE '%UNION%', count(*) FROM conversion") == [
        (False, 0)
    ]


async def convert(
    database: DatabaseSettings, host: Host, stop: asyncio.Event | None = None, seconds: float = 600
) -> Progress | None:
    async with db.connect(database, "tests") as connection:
        await Conversion(connection, host.tier, TODAY, stop or asyncio.Event()).run(seconds)
        return await conversion.read(connection)


async def test_after_the_migration_every_reading_is_there_and_none_is_written_anew(
    upgraded: DatabaseSettings,
) -> None:
    assert await is_whole(upgraded)
    assert await fetch(upgraded, "SELECT count(*) FROM stored_reading") == [(0,)]
    async with db.connect(upgraded, "tests") as connection:
        progress = await conversion.read(connection)
    assert progress is not None
    assert (progress.since, progress.readings) == (None, 0)
    assert progress.bytes_before > 10_000


@pytest.mark.parametrize("upgraded", [A2C2302, BEFORE], indirect=True)
async def test_maintenance_converts_all_and_the_view_is_the_simple_one(upgraded: DatabaseSettings) -> None:
    await maintain(upgraded)

    assert await is_whole(upgraded)
    assert await is_done(upgraded)
    kept = await fetch(
        upgraded,
        "SELECT series, max(decimals)::int, count(fine)::int > 20 FROM stored_reading GROUP BY series ORDER BY series",
    )
    assert kept == [(1, 1, False), (2, 3, False), (3, 1, True), (77, 1, True)]
    assert await maintain(upgraded) == {}


async def test_it_goes_on_where_it_was_stopped(upgraded: DatabaseSettings, host: Host) -> None:
    seen = []
    for _ in range(4):
        progress = await convert(upgraded, host, seconds=0.000_001)  # one part of a day
        assert progress is not None
        assert await is_whole(upgraded)
        seen.append(progress.since)

    await convert(upgraded, host)

    assert len(set(seen)) == 4
    assert await is_whole(upgraded)
    assert await is_done(upgraded)


async def test_a_replay_of_what_is_not_converted_yet_is_a_duplicate(upgraded: DatabaseSettings, host: Host) -> None:
    at = (
        await fetch(upgraded, "SELECT measured_at, value FROM reading WHERE series = 1 ORDER BY measured_at LIMIT 40")
    )[7:9]
    late = at[0][0] + timedelta(milliseconds=500)
    async with db.pool(upgraded, "tests") as pool:
        registry = Registry()
        await registry.refresh(pool)
        store = Store(pool, registry, accept_unknown_boxes=True, can_copy=host.can_copy)

        same, other, new, newest = await store.write(
            [
                telemetry(1, {"pm2_5": at[0][1]}, measured_at=at[0][0], received_at=TODAY),
                telemetry(2, {"pm2_5": 99.5}, measured_at=at[1][0], received_at=TODAY),
                telemetry(3, {"pm2_5": 5.5}, measured_at=late, received_at=TODAY),
                telemetry(4, {"pm2_5": 6.5}, measured_at=TODAY, received_at=TODAY),
            ]
        )

    assert [(result.stored, result.duplicate, result.differing) for result in (same, other, new, newest)] == [
        *((0, 1, 0), (0, 1, 1)),
        *((1, 0, 0), (1, 0, 0)),
    ]
    await execute(
        upgraded, f"DELETE FROM stored_reading WHERE measured_at IN ('{late.isoformat()}', '{TODAY.isoformat()}')"
    )
    assert await is_whole(upgraded)


@native
async def test_an_ingest_of_the_version_before_goes_on(upgraded: DatabaseSettings) -> None:
    names = ("series", "measured_at", "value", "delay_s", "flag")
    ((known, value),) = await fetch(
        upgraded, "SELECT measured_at, value FROM reading WHERE series = 1 ORDER BY 1 LIMIT 1"
    )
    async with db.connect(upgraded, "tests") as connection:
        await connection.copy_records_to_table("reading", records=[(1, TODAY, 21.25, 3, 0)], columns=names)
        for at in (TODAY, known):  # what it sends again is refused, as by the key that the table had
            with pytest.raises(db.UniqueViolation):
                await connection.copy_records_to_table("reading", records=[(1, at, value, 3, 0)], columns=names)

    assert await fetch(upgraded, "SELECT value, delay_s, flag FROM reading WHERE measured_at = $1", TODAY) == [
        (21.25, 3, 0)
    ]
    await execute(upgraded, f"DELETE FROM stored_reading WHERE measured_at = '{TODAY.isoformat()}'")
    assert await is_whole(upgraded)


@native
async def test_a_question_that_takes_long_holds_up_the_end_alone(
    upgraded: DatabaseSettings, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "_LOCK_TIMEOUT", "200ms")  # it is waited for at the end of each day
    async with db.connect(upgraded, "holder") as holder:
        await holder.execute("BEGIN")
        await holder.fetch("SELECT FROM reading LIMIT 1")  # keeps its locks until the end
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            running = group.create_task(convert(upgraded, host, stop))
            while await fetch(upgraded, "SELECT converted_until = 'infinity' FROM conversion") != [(True,)]:
                await asyncio.sleep(0.05)
            stop.set()
        assert running.result() is not None
        assert await is_whole(upgraded)
        await holder.execute("ROLLBACK")

    assert await convert(upgraded, host) is None
    assert await is_whole(upgraded)


async def waits_for_a_lock(database: DatabaseSettings) -> bool:
    return await fetch(
        database,
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'kiezbox-maintenance'"
        " AND datname = current_database() AND wait_event_type = 'Lock'",
    ) == [(True,)]


@native
async def test_killed_in_the_middle_with_ingest_running_nothing_is_lost(upgraded: DatabaseSettings, host: Host) -> None:
    old = await fetch(
        upgraded,
        "SELECT measured_at, value FROM reading WHERE series = 1 AND value BETWEEN 0 AND 100 ORDER BY measured_at",
    )
    replayed = [
        telemetry(seq, {"pm2_5": value}, measured_at=at, received_at=TODAY) for seq, (at, value) in enumerate(old, 1)
    ]
    async with (
        db.pool(upgraded, "tests") as pool,
        asyncio.timeout(HANGING_SECONDS),
        db.connect(upgraded, "holder") as holder,
    ):
        registry = Registry()
        await registry.refresh(pool)
        store = Store(pool, registry, accept_unknown_boxes=True, can_copy=host.can_copy)
        # Somebody else's transaction in the day after next stops it there, in the middle of its own.
        await holder.execute("BEGIN")
        await holder.execute(
            "INSERT INTO stored_reading (series, measured_at, value, delay_s, decimals, averaging)"
            " SELECT series, measured_at, 0, 0, 0, 1 FROM reading_before"
            f" WHERE measured_at > '{days_ago(DAYS - 4).isoformat()}' ORDER BY measured_at, series LIMIT 1"
        )
        first = await started(upgraded)
        while not await waits_for_a_lock(upgraded):
            await asyncio.sleep(0.05)
        assert {result.duplicate for result in await store.write(replayed)} == {1}
        first.kill()
        await first.communicate()
        await holder.execute("ROLLBACK")
        async with db.connect(upgraded, "tests") as connection:
            progress = await conversion.read(connection)
        assert progress is not None
        assert await is_whole(upgraded)

        second = await started(upgraded)
        seq = len(old)
        while await fetch(upgraded, "SELECT count(*) FROM conversion") != [(0,)]:
            seq += 1
            await store.write([*replayed[seq % 50 :: 50], telemetry(seq, {"noise": 33.33}, received_at=TODAY)])
        second.send_signal(signal.SIGTERM)
        await second.communicate()
        assert {result.duplicate for result in await store.write(replayed)} == {1}

    await execute(upgraded, "DELETE FROM reading WHERE value = 33.33")
    assert await is_whole(upgraded)


async def started(database: DatabaseSettings) -> asyncio.subprocess.Process:
    """`kiezbox maintain` as a process."""
    environment = {**os.environ, "KIEZBOX_DATABASE_URL": database.url.get_secret_value()}
    environment["KIEZBOX_MAINTENANCE_INTERVAL_SECONDS"] = "1"
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "stack.cli", "maintain"),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_the_age_at_which_readings_go_waits_for_what_is_not_converted(
    upgraded: DatabaseSettings, host: Host
) -> None:
    limits = MaintenanceSettings(raw_days=10, interval_seconds=0.000_001)  # no time to convert a whole day
    first = await maintain(upgraded, limits)
    assert await is_whole(upgraded)

    await convert(upgraded, host)
    assert await is_whole(upgraded)
    second = await maintain(upgraded, limits)

    assert first is not None
    assert second is not None
    assert "reading" not in first
    old = "WHERE series < 77 AND measured_at < $1"
    assert await fetch(upgraded, f"SELECT count(*) FROM reading {old}", days_ago(11)) == [(0,)]
    assert second["reading"] >= (await fetch(upgraded, f"SELECT count(*) FROM expected {old}", days_ago(11)))[0][0] > 0


async def test_an_upgraded_database_without_readings_has_nothing_to_convert(
    empty_database: DatabaseSettings, host: Host
) -> None:
    async with db.connect(empty_database, "tests") as connection:
        old = [migration for migration in migrate.migrations() if migration.number <= BEFORE]
        await migrate.apply(connection, old, host.tier)
        await migrate.apply(connection)
        progress = await conversion.read(connection)

    assert progress is None
    assert await fetch(empty_database, "SELECT to_regclass('reading_before') IS NULL") == [(True,)]
