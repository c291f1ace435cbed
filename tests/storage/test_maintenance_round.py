"""One round of maintenance: bounded transactions, counted removals, and parts that fail by themselves."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kiezbox import db, metrics
from kiezbox.errors import Unavailable
from kiezbox.settings import MaintenanceSettings
from storage import health, maintenance
from storage import rollups as making
from storage.migrate import Tier
from tests.storage import conftest
from tests.storage.support.database import (
    days_ago,
    execute,
    fetch,
    fill,
    maintain,
    refresh,
    reject,
    removed_rows,
    rollups,
    run_policies,
)

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings
    from storage.health import PartHealth
    from tests.servers import Host

plain = pytest.mark.parametrize(
    "host", [pytest.param("plain", marks=pytest.mark.slow)], indirect=True
)  # what no tier changes

# Notes how many rows each statement deletes.
WATCH = """
CREATE TABLE deleted (relation text, rows bigint, tx xid8 DEFAULT pg_current_xact_id());
CREATE FUNCTION note_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO deleted (relation, rows) SELECT TG_TABLE_NAME, count(*) FROM gone; RETURN NULL; END $$;
"""
TRIGGER = (
    "CREATE TRIGGER watch AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone"
    " FOR EACH STATEMENT EXECUTE FUNCTION note_deleted()"
)


async def watch(database: DatabaseSettings, *tables: str) -> None:
    await execute(database, WATCH, *(TRIGGER.format(table=table) for table in tables))


async def most_per_transaction(database: DatabaseSettings) -> dict[str, tuple[int, int]]:
    """By table: rows that the largest transaction deleted, and all of them."""
    rows = await fetch(
        database,
        "SELECT relation, max(rows)::int, sum(rows)::int FROM"
        " (SELECT relation, tx, sum(rows) AS rows FROM deleted GROUP BY relation, tx) AS t GROUP BY relation",
    )
    return {relation: (most, total) for relation, most, total in rows}


@plain
async def test_rejects_are_bound_by_age_and_by_number_and_counted_by_reason(database: DatabaseSettings) -> None:
    limits = MaintenanceSettings(reject_days=30, reject_rows=50, batch_rows=7)
    await watch(database, "reject")
    await reject(database, 20, "bad_json", days=31)
    await reject(database, 40, "bad_time", days=2)
    await reject(database, 30, "bad_topic", days=1)

    first = await maintain(database, limits)
    second = await maintain(database, limits)

    assert (first, second) == ({"reject": 40}, {})
    kept = await fetch(database, "SELECT reason, count(*)::int FROM reject GROUP BY reason ORDER BY reason")
    assert kept == [("bad_time", 25), ("bad_topic", 25)]
    assert await removed_rows(database) == {
        ("reject", "bad_json"): 20,
        ("reject", "bad_time"): 15,
        ("reject", "bad_topic"): 5,
    }
    assert await most_per_transaction(database) == {"reject": (7, 40)}
    assert metrics.REMOVED.labels("reject", "bad_json")._value.get() == 20


@plain
async def test_values_that_nobody_mapped_are_kept_for_seven_days_their_names_for_thirty_and_keys_for_one(
    database: DatabaseSettings,
) -> None:
    await reject(database, 3, "unmapped", days=8)
    await reject(database, 2, "unmapped", days=6)
    await reject(database, 4, "bad_time", days=8)
    await execute(
        database,
        "INSERT INTO input_key SELECT 'x', number::text, now() - number * INTERVAL '3 days'"
        " FROM generate_series(0, 3) AS number",
    )

    await execute(
        database,
        "INSERT INTO input_name SELECT 'x', 'b', 's', number::text, '', 1, 1, now() - INTERVAL '1 year',"
        " now() - number * INTERVAL '9 days' FROM generate_series(0, 9) AS number",
    )

    await maintain(database, MaintenanceSettings(batch_rows=2))

    kept = await fetch(database, "SELECT reason, count(*)::int FROM reject GROUP BY reason ORDER BY reason")
    assert kept == [("bad_time", 4), ("unmapped", 2)]
    assert await fetch(database, "SELECT name FROM input_name ORDER BY name") == [(str(age),) for age in range(4)]
    assert await fetch(database, "SELECT key FROM input_key ORDER BY key") == [("0",)]


@plain
async def test_noise_pushes_out_no_reject_of_another_reason_or_box(database: DatabaseSettings) -> None:
    await reject(database, 10, "bad_time", days=9, box="71-01")
    await reject(database, 10, "bad_json", days=8, box="71-02")
    await reject(database, 200, "bad_json", days=1, box="71-03")
    await reject(database, 300, "bad_topic", days=1)

    await maintain(database, MaintenanceSettings(reject_rows=60, batch_rows=50))

    kept = await fetch(database, "SELECT reason, box, count(*)::int FROM reject GROUP BY reason, box ORDER BY 1, 2")
    assert kept == [
        ("bad_json", "71-02", 10),
        ("bad_json", "71-03", 15),
        ("bad_time", "71-01", 10),
        ("bad_topic", None, 25),
    ]


@plain
async def test_the_ledger_is_bound_by_age_and_its_sums_are_kept(database: DatabaseSettings) -> None:
    await watch(database, "message_ledger")
    await execute(
        database,
        "INSERT INTO message_ledger (minute, box, readings_received, readings_stored, readings_duplicate)"
        f" SELECT '{days_ago(95).isoformat()}'::timestamptz + n * INTERVAL '1 hour', '71-01', 5, 3, 2"
        " FROM generate_series(0, 239) AS n",
    )

    removed = await maintain(database, MaintenanceSettings(batch_rows=50))

    assert removed == {"message_ledger": 120}
    assert await fetch(database, "SELECT count(*), min(minute) FROM message_ledger") == [(120, days_ago(90))]
    assert await removed_rows(database) == {("message_ledger", ""): 120, ("message_ledger", "readings_stored"): 360}
    assert await most_per_transaction(database) == {"message_ledger": (50, 120)}


async def test_readings_leave_in_small_transactions(database: DatabaseSettings, host: Host) -> None:
    readings = await fill(database, (0, 92, 93, 94), series=2)
    before = await rollups(database)
    if host.tier is Tier.PLAIN:
        await watch(database, "stored_reading")

    removed = await maintain(database, MaintenanceSettings(batch_rows=50))

    assert readings == 4 * 144
    assert removed == {"reading": 3 * 144}
    assert await removed_rows(database) == {("reading", ""): 3 * 144}
    assert await rollups(database) == before
    if host.tier is Tier.PLAIN:  # elsewhere a transaction is one chunk, a day
        assert await most_per_transaction(database) == {"stored_reading": (50, 3 * 144)}
    # Removed is what is older than raw_days and the day begun before that.
    assert await fetch(database, "SELECT since FROM retention WHERE relation = 'reading'") == [(days_ago(91),)]


async def test_five_minute_rollups_leave_after_a_year_and_the_coarser_ones_stay(
    database: DatabaseSettings, host: Host
) -> None:
    await fill(database, (0, 100), series=1)
    await maintain(database)
    await refresh(database, host)
    limits = MaintenanceSettings(raw_days=8, five_minute_days=50)

    await maintain(database, limits)
    await run_policies(database, host, "policy_retention")

    old = {
        level: (await fetch(database, f"SELECT count(*) FROM reading_{level} WHERE bucket < $1", days_ago(90)))[0][0]
        for level in ("5m", "1h", "1d")
    }
    assert old == {"5m": 0, "1h": 24, "1d": 2}  # civil days: two hold the hours of one of UTC


@conftest.native
async def test_a_reading_that_arrives_while_its_day_leaves_is_in_the_rollups(
    database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "_WAIT_SECONDS", 0.5)  # for the transaction that stores it late
    readings = await fill(database, (92, 93))
    at = days_ago(93) + timedelta(minutes=1)
    async with db.connect(database, "tests") as late:
        async with late.transaction():
            await late.execute("INSERT INTO reading (series, measured_at, value, delay_s) VALUES (1, $1, 1, 7)", at)
            leaving = asyncio.create_task(maintain(database))
            while not leaving.done() and not await late.fetchval(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
            ):
                await asyncio.sleep(0.01)
        await leaving
    await maintain(database)

    for level in ("5m", "1h", "1d"):
        assert await fetch(database, f"SELECT sum(count)::int FROM reading_{level}") == [(readings + 1,)]
    assert await fetch(database, "SELECT count(*) FROM reading") == [(0,)]


BROKEN = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'multiple refresh policies are not supported' USING ERRCODE = '0A000'; END $$;
CREATE TRIGGER refuse BEFORE DELETE ON reject FOR EACH STATEMENT EXECUTE FUNCTION refuse();
"""


def failing(part: metrics.MaintenancePart) -> float:
    value: float = metrics.MAINTENANCE_FAILING.labels(part)._value.get()
    return value


@plain
async def test_a_part_that_fails_is_named_and_the_others_go_on(
    database: DatabaseSettings, caplog: pytest.LogCaptureFixture
) -> None:
    await reject(database, 5, "bad_json", days=31)
    await fill(database, (92,), series=1)
    await execute(
        database, BROKEN, f"INSERT INTO message_ledger (minute, box) VALUES ('{days_ago(95).isoformat()}', '71-01')"
    )

    with pytest.raises(maintenance.PartsError, match=r"rejects: .*multiple refresh policies") as caught:
        await maintain(database)

    assert caught.value.removed == {"reading": 72, "message_ledger": 1}
    assert (failing(metrics.MaintenancePart.REJECTS), failing(metrics.MaintenancePart.LEDGER)) == (1, 0)
    said = [record for record in caplog.records if record.message.startswith("a part of maintenance failed")]
    assert [vars(record)["part"] for record in said] == ["rejects"]
    states = {state.part: state for state in await health_of(database)}
    assert [name for name, state in states.items() if state.is_failing] == ["rejects"]
    assert "multiple refresh policies are not supported" in (states["rejects"].failure or "")
    assert states["rejects"].succeeded_at is None
    assert states["ledger"].succeeded_at is not None


@plain
async def test_a_part_that_failed_is_tried_again_in_the_next_round(database: DatabaseSettings) -> None:
    await reject(database, 5, "bad_json", days=31)
    await execute(database, BROKEN)
    with pytest.raises(maintenance.PartsError):
        await maintain(database)
    await execute(database, "DROP TRIGGER refuse ON reject")

    removed = await maintain(database)

    assert removed == {"reject": 5}
    assert failing(metrics.MaintenancePart.REJECTS) == 0
    states = {state.part: state for state in await health_of(database)}
    assert (states["rejects"].is_failing, states["rejects"].failures) == (False, 1)
    assert set(states) == set(metrics.MaintenancePart) - {"policies"}  # those belong to the Community edition


@conftest.native
async def test_a_connection_that_breaks_ends_the_round(database: DatabaseSettings) -> None:
    await execute(
        database,
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$",
        "CREATE TRIGGER die BEFORE DELETE ON reject FOR EACH STATEMENT EXECUTE FUNCTION die()",
    )
    await reject(database, 5, "bad_json", days=31)

    with pytest.raises(Unavailable):
        await maintain(database)


async def health_of(database: DatabaseSettings) -> list[PartHealth]:
    async with db.connect(database, "tests") as connection:
        return await health.read(connection)
