"""A database that grows from plain PostgreSQL into TimescaleDB keeps every reading, every rollup and its ledger."""

from __future__ import annotations

import asyncio
import subprocess
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kiezbox import db
from stack.embedded import postgres
from storage import migrate
from storage.maintenance_round import MaintenanceRound
from storage.migrate import Tier
from tests import servers
from tests.ingest.support.messages import telemetry
from tests.servers import Native
from tests.storage.support.database import (
    LIMITS,
    TODAY,
    days_ago,
    execute,
    fetch,
    fill,
    maintain,
    refresh,
    rollups,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

    from kiezbox.settings import DatabaseSettings
    from tests.servers import Host

pytestmark = pytest.mark.slow

# docs/operating.md: whatever was stored is there, or was removed and counted.
LEDGER = """
SELECT (SELECT coalesce(sum(readings_stored), 0) FROM message_ledger)
     + (SELECT coalesce(sum(rows), 0) FROM removed WHERE relation = 'message_ledger' AND reason = 'readings_stored'),
       (SELECT count(*) FROM reading) + (SELECT coalesce(sum(rows), 0) FROM removed WHERE relation = 'reading')
"""


async def apply(database: DatabaseSettings, tier: Tier | None = None) -> migrate.Outcome:
    async with db.connect(database, "tests") as connection:
        return await migrate.apply(connection, tier=tier)


def waiting_for(tier: str) -> tuple[str, ...]:
    """The migrations that a server of this tier runs and a lesser one leaves for later."""
    found = tuple(
        migration.name
        for migration in migrate.migrations()
        if migration.needs == tier and migration.number >= migrate.SAID_AGAIN_FROM
    )
    assert found
    return found


async def readings(database: DatabaseSettings) -> list[tuple[object, ...]]:
    return await fetch(database, "SELECT * FROM reading ORDER BY series, measured_at")


async def live(database: DatabaseSettings, host: Host) -> None:
    """Some months of a plain database: stored by ingest, two days of it already folded."""
    arrivals = [
        telemetry(
            seq,
            {"pm2_5": seq % 40, "noise": 40 + seq % 9},
            measured_at=days_ago(day) + timedelta(minutes=minute),
            received_at=TODAY,
        )
        for seq, (day, minute) in enumerate(((day, minute) for day in (1, 3, 91, 92, 93) for minute in range(40)), 1)
    ]
    await write(database, host, arrivals)
    async with db.connect(database, "tests") as connection:
        await MaintenanceRound(connection, LIMITS, Tier.PLAIN, asyncio.Event()).run(TODAY)


@pytest.mark.parametrize("host", ["apache"], indirect=True)
async def test_a_plain_database_becomes_a_hypertable_when_the_extension_appears(host: Host) -> None:
    assert isinstance(host, Native)
    with host.bare() as database:
        assert (await apply(database, Tier.PLAIN)).tier is Tier.PLAIN
        await live(database, host)
        rows, rolled = await readings(database), await rollups(database)
        host.extend(database)

        outcome = await apply(database)

        assert outcome.tier is Tier.APACHE
        assert outcome.applied[0] == "0028_stored_reading.timescale"
        assert await readings(database) == rows
        assert await rollups(database) == rolled
        chunks = await fetch(database, "SELECT count(*) FROM timescaledb_information.chunks")
        assert chunks == [(3,)]
        assert await maintain(database) == {}
        ((stored, known),) = await fetch(database, LEDGER)
        assert stored == known == 400


@pytest.mark.slow
@pytest.mark.parametrize("host", ["community"], indirect=True)
async def test_a_database_grows_through_all_tiers(empty_database: DatabaseSettings, host: Host) -> None:
    await apply(empty_database, Tier.PLAIN)
    await live(empty_database, host)
    # A round that was killed: a day that is to be folded lies half here and half there.
    await execute(
        empty_database,
        "INSERT INTO reading (series, measured_at, value, delay_s)"
        f" SELECT 1, '{days_ago(92).isoformat()}'::timestamptz + n * INTERVAL '7 minutes', 5, 7"
        " FROM generate_series(100, 149) AS n",
    )
    rolled = await rollups(empty_database)

    apache = await apply(empty_database, Tier.APACHE)
    as_apache = await rollups(empty_database)
    community = await apply(empty_database)
    as_community = await rollups(empty_database)
    removed = await maintain(empty_database)
    await refresh(empty_database, host)

    assert apache.applied == waiting_for("timescale")
    assert community.applied == waiting_for("community")
    assert as_apache == as_community == rolled
    assert removed == {"reading": 50}
    assert await rollups(empty_database) == rolled
    await maintain(empty_database)
    assert await rollups(empty_database) == rolled


def run(program: str, *arguments: str) -> str:
    done = subprocess.run([postgres.binary(program), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("host", ["apache"], indirect=True)
async def test_the_embedded_database_moves_to_timescaledb_with_a_dump(host: Host, tmp_path: Path) -> None:
    assert isinstance(host, Native)
    scratch = tmp_path / "plain"
    scratch.mkdir()
    with servers.plain(scratch) as embedded, embedded.empty() as old, host.bare() as new:
        await apply(old)
        await live(old, embedded)
        await fill(old, (1,))
        # docs/operating.md, moving to TimescaleDB
        dump = str(scratch / "kiezbox.sql")
        source, target = old.url.get_secret_value(), new.url.get_secret_value()
        run("pg_dump", "--no-owner", "--no-privileges", "--exclude-table-data=feed", "--file", dump, source)
        run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction", "--file", dump, target)
        host.extend(new)

        outcome = await apply(new)

        assert outcome.tier is Tier.APACHE
        assert await readings(new) == await readings(old)
        assert await rollups(new) == await rollups(old)
        assert await fetch(new, LEDGER) == await fetch(old, LEDGER)
        at = days_ago(0) + timedelta(hours=30)
        late = await write(new, host, [telemetry(1, {"pm2_5": 1.0}, measured_at=at, received_at=at)])
        assert [result.stored for result in late] == [1]
