"""What ingest promises of the database, on every tier: stored once, counted once, the newest by measured time."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ingest.arrays import literals
from ingest.results import Outcome
from kiezbox import db, sql
from storage import migrate
from storage.migrate import Tier
from tests.ingest.support.messages import NOW, arrival, telemetry
from tests.storage.support.database import days_ago, execute, fetch, fill, write

if TYPE_CHECKING:
    from ingest.store import Store
    from kiezbox.settings import DatabaseSettings
    from tests.servers import Host


async def ledger(pool: db.Pool) -> tuple[int, ...]:
    row = await pool.fetchrow(
        "SELECT sum(readings_received)::int, sum(readings_stored)::int, sum(readings_duplicate)::int,"
        " sum(readings_rejected)::int, sum(readings_differing)::int FROM message_ledger"
    )
    assert row is not None
    return tuple(row)


async def test_the_schema_fits_its_tier(host: Host, database: DatabaseSettings) -> None:
    async with db.connect(database, "tests") as connection:
        assert await migrate.verify(connection) is host.tier


async def test_a_replayed_batch_stores_nothing_new(store: Store, pool: db.Pool) -> None:
    batch = [telemetry(seq, {"pm2_5": 1.0 * seq, "noise": 50.0}) for seq in range(1, 11)]
    await store.write(batch)

    results = await store.write(batch)

    assert {result.outcome for result in results} == {Outcome.DUPLICATE}
    assert [tuple(row) for row in await pool.fetch("SELECT count(*) FROM reading")] == [(20,)]
    assert await ledger(pool) == (40, 20, 20, 0, 0)


async def test_a_batch_of_old_and_new_stores_the_new(store: Store, pool: db.Pool) -> None:
    await store.write([telemetry(seq, {"pm2_5": 1.0}) for seq in range(1, 6)])

    results = await store.write([telemetry(seq, {"pm2_5": 2.0}) for seq in range(4, 9)])

    assert [result.stored for result in results] == [0, 0, 1, 1, 1]
    assert await ledger(pool) == (10, 8, 2, 0, 2)


async def test_new_readings_after_a_replay_are_stored(store: Store, pool: db.Pool) -> None:
    batch = [telemetry(seq, {"pm2_5": 1.0}) for seq in range(1, 6)]
    await store.write(batch)
    await store.write(batch)

    results = await store.write([telemetry(seq, {"pm2_5": 1.0}) for seq in range(6, 11)])

    assert [result.outcome for result in results] == [Outcome.STORED] * 5
    assert await ledger(pool) == (15, 10, 5, 0, 0)


async def test_latest_means_last_measured_not_last_received(store: Store, pool: db.Pool) -> None:
    await store.write([telemetry(1, {"pm2_5": 2.0}, measured_at=NOW - timedelta(minutes=1))])

    await store.write([telemetry(2, {"pm2_5": 1.0}, measured_at=NOW - timedelta(days=30))])

    rows = await pool.fetch("SELECT value, measured_at FROM latest")
    assert [tuple(row) for row in rows] == [(2.0, NOW - timedelta(minutes=1))]


async def test_what_cannot_be_stored_is_kept_as_a_reject_and_counted(store: Store, pool: db.Pool) -> None:
    await store.write([telemetry(1, {"pm2_5": 12.0, "humidity": 250.0}), arrival("kb/v1/71-01/telemetry", b"\x00oops")])

    rows = await pool.fetch("SELECT reason, payload FROM reject ORDER BY reason")
    assert [row["reason"] for row in rows] == ["bad_json", "out_of_range"]
    assert rows[0]["payload"] == b"\x00oops"
    assert await ledger(pool) == (2, 1, 0, 1, 0)


async def test_a_batch_larger_than_a_packet_arrives_whole(store: Store, pool: db.Pool) -> None:
    batch = [telemetry(seq, {"pm2_5": 1.0, "pm10": 2.0, "noise": 50.0}) for seq in range(1, 2001)]

    await store.write(batch)

    assert await ledger(pool) == (6000, 6000, 0, 0, 0)


async def test_repeats_are_looked_up_in_the_chunk_of_their_day_alone(database: DatabaseSettings, host: Host) -> None:
    if host.tier is Tier.PLAIN:
        pytest.skip("there are no chunks")
    await fill(database, range(5), series=2)
    at = days_ago(3) + timedelta(seconds=7)
    arguments = (*literals([[1, 2], [at, at], [0.0, 0.0]]), days_ago(3), days_ago(2), [1, 2])
    statement = sql.load("ingest", "find_known")

    async with db.connect(database, "tests") as connection:
        known = await connection.fetchrow(statement, *arguments)
        plan = await connection.fetch(f"EXPLAIN {statement}", *arguments)

    assert known is not None
    assert known["known"] == [1, 2]
    assert len(set(re.findall(r"_hyper_\d+_\d+_chunk", "\n".join(row[0] for row in plan)))) == 1


@pytest.mark.parametrize("host", ["community"], indirect=True)
async def test_a_replay_into_a_compressed_day_leaves_it_as_it_is(database: DatabaseSettings, host: Host) -> None:
    batch = [
        telemetry(seq, {"pm2_5": 1.0}, measured_at=days_ago(20) + timedelta(seconds=seq), clock="gps")
        for seq in range(1, 6)
    ]
    await write(database, host, batch)
    await execute(database, "SELECT compress_chunk(c) FROM show_chunks('stored_reading') AS c")
    status = "SELECT status FROM _timescaledb_catalog.chunk WHERE status & 1 = 1"  # bit 1: compressed; 8: in part
    before = await fetch(database, status)

    results = await write(database, host, batch)

    assert {result.outcome for result in results} == {Outcome.DUPLICATE}
    assert len(before) == 1
    assert await fetch(database, status) == before
