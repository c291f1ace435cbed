"""What ingest promises of the database, on every tier: stored once, counted once, the newest by measured time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ingest.results import Outcome
from kiezbox import db
from storage import migrate
from tests.ingest.support.messages import NOW, arrival, telemetry

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
