"""Short conversations with a database: the Community edition's server has one session, so nobody keeps it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ingest.registry import Registry
from ingest.store import Store
from kiezbox import db
from kiezbox.settings import MaintenanceSettings
from storage import maintenance
from storage.maintenance_round import day_of
from storage.migrate import Tier

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ingest.batch import Arrival
    from ingest.results import Result
    from kiezbox.settings import DatabaseSettings
    from tests.servers import Host

TODAY = day_of(datetime.now(UTC))  # policies go by the server's clock
LIMITS = MaintenanceSettings()
LEVELS = ("5m", "1h", "1d")


def days_ago(days: float) -> datetime:
    return TODAY - timedelta(days=days)


async def fetch(database: DatabaseSettings, query: str, *args: Any) -> list[tuple[Any, ...]]:
    async with db.connect(database, "tests") as connection:
        return [tuple(row) for row in await connection.fetch(query, *args)]


async def execute(database: DatabaseSettings, *statements: str) -> None:
    async with db.connect(database, "tests") as connection:
        for statement in statements:
            await connection.execute(statement)


async def fill(database: DatabaseSettings, days: Iterable[int], *, series: int = 3) -> int:
    """Series with a reading every 20 minutes, 7 seconds late, in each of these days; how many readings."""
    async with db.connect(database, "tests") as connection:
        await connection.execute("INSERT INTO box (id) VALUES ('71-01') ON CONFLICT DO NOTHING")
        if await connection.fetchval("SELECT to_regclass('public_box') IS NOT NULL"):  # not before migration 0036
            await connection.execute("UPDATE box SET is_public = true WHERE id = '71-01'")
        await connection.execute(
            "INSERT INTO series (box, source, quantity) SELECT '71-01', 'sensor-' || n, 'pm2_5'"
            " FROM generate_series(1, $1::int) AS n ON CONFLICT DO NOTHING",
            series,
        )
        for day in days:
            await connection.execute(
                "INSERT INTO reading (series, measured_at, value, delay_s)"
                " SELECT s, $1::timestamptz + n * INTERVAL '20 minutes' + INTERVAL '7 seconds',"
                "        (s * 7919 + n * 104729 + $2::int * 31) % 1000 / 10.0, 7"
                " FROM generate_series(1, $3::int) AS s, generate_series(0, 71) AS n",
                days_ago(day),
                day,
                series,
            )
        count: int = await connection.fetchval("SELECT count(*) FROM reading")
        return count


async def rollup(database: DatabaseSettings, level: str) -> list[tuple[Any, ...]]:
    """All buckets of one level; averages without the last digits, which depend on the order of adding."""
    return await fetch(
        database,
        "SELECT series, bucket, round(avg::numeric, 6), min, max, count, last, last_at"
        f" FROM reading_{level} ORDER BY series, bucket",
    )


async def rollups(database: DatabaseSettings) -> dict[str, list[tuple[Any, ...]]]:
    return {level: await rollup(database, level) for level in LEVELS}


async def write(database: DatabaseSettings, host: Host, arrivals: Sequence[Arrival]) -> list[Result]:
    """What ingest does with a batch."""
    async with db.pool(database, "tests") as pool:
        store = Store(pool, Registry(), accept_unknown_boxes=True, can_copy=host.can_copy)
        return await store.write(arrivals)


async def maintain(
    database: DatabaseSettings, limits: MaintenanceSettings = LIMITS, now: datetime = TODAY
) -> dict[str, int] | None:
    return await maintenance.once(database, limits, now)


async def run_policies(database: DatabaseSettings, host: Host, procedure: str) -> None:
    """What TimescaleDB's scheduler does in time: the jobs of one kind, in the order in which they are made."""
    if host.tier is not Tier.COMMUNITY:
        return
    jobs = await fetch(
        database, "SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = $1 ORDER BY job_id", procedure
    )
    assert jobs
    await execute(database, *(f"CALL run_job({job})" for (job,) in jobs))


async def refresh(database: DatabaseSettings, host: Host) -> None:
    await run_policies(database, host, "policy_refresh_continuous_aggregate")


async def removed_rows(database: DatabaseSettings) -> dict[tuple[str, str], int]:
    rows = await fetch(database, "SELECT relation, reason, rows FROM removed")
    return {(relation, reason): count for relation, reason, count in rows}


async def reject(database: DatabaseSettings, count: int, reason: str, days: float, box: str | None = None) -> None:
    name = f"'{box}'" if box else "NULL"
    await execute(
        database,
        "INSERT INTO reject (box, received_at, topic, payload, reason, detail)"
        f" SELECT {name}, '{days_ago(days).isoformat()}'::timestamptz + n * INTERVAL '1 second',"
        " 'kb/v1/71-01/telemetry',"
        f" '\\x00', '{reason}', 'it is ' || n FROM generate_series(1, {count}) AS n",
    )
