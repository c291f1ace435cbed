"""The policies of TimescaleDB's Community edition follow the settings; nothing is made of readings that are gone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from kiezbox import db, metrics
from kiezbox.settings import MaintenanceSettings
from storage import health, maintenance, maintenance_round, policies
from storage.policies import Policy
from tests.storage.support.database import TODAY, days_ago, execute, fetch, fill, maintain, refresh, rollups

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings
    from tests.servers import Host

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)


def spans(wanted: tuple[Policy, ...]) -> dict[tuple[str, str], int]:
    return {(policy.relation, policy.setting): policy.span // DAY for policy in wanted}


def test_a_refresh_looks_back_over_all_readings_that_are_kept() -> None:
    assert spans(policies.wanted(MaintenanceSettings(), TODAY, None)) == {
        ("stored_reading", "compress_after"): 7,
        ("rolled_5m", "start_offset"): 91,
        ("rolled_5m", "compress_after"): 92,
        ("rolled_1h", "compress_after"): 92,
        ("rolled_5m", "drop_after"): 365,
    }


@pytest.mark.parametrize(("removed_days_ago", "window"), [(31.0, 31), (31.9, 31), (91.0, 91), (120.0, 91)])
def test_a_refresh_never_looks_back_to_where_readings_are_gone(removed_days_ago: float, window: int) -> None:
    found = spans(policies.wanted(MaintenanceSettings(), TODAY, days_ago(removed_days_ago)))

    assert found["rolled_5m", "start_offset"] == window


def test_nothing_is_refreshed_while_readings_are_converted() -> None:
    found = spans(policies.wanted(MaintenanceSettings(), TODAY, None, is_converting=True))

    assert [setting for _, setting in found if setting == "start_offset"] == []


def test_rollups_become_columns_once_no_refresh_reaches_them() -> None:
    found = spans(policies.wanted(MaintenanceSettings(raw_days=200), TODAY, None))

    assert (
        found["rolled_1h", "compress_after"]
        == found["rolled_5m", "compress_after"]
        > found["rolled_5m", "start_offset"]
    )


async def jobs(database: DatabaseSettings) -> dict[tuple[str, str], int]:
    rows = await fetch(
        database,
        "SELECT coalesce(c.view_name, j.hypertable_name), key, extract(day FROM value::interval)::int"
        " FROM timescaledb_information.jobs AS j"
        " LEFT JOIN timescaledb_information.continuous_aggregates AS c"
        "   ON j.hypertable_name IN (c.view_name, c.materialization_hypertable_name)"
        " CROSS JOIN LATERAL jsonb_each_text(j.config) AS setting (key, value)"
        " WHERE key IN ('compress_after', 'start_offset', 'drop_after') AND j.hypertable_name IS NOT NULL",
    )
    return {(relation, setting): days for relation, setting, days in rows}


@pytest.mark.parametrize("host", ["community"], indirect=True)
async def test_maintenance_keeps_the_policies_as_the_settings_want_them(database: DatabaseSettings) -> None:
    await maintain(database)
    first = await jobs(database)
    other = MaintenanceSettings(raw_days=30, five_minute_days=100)

    await maintain(database, other)
    second = await jobs(database)

    assert first == spans(policies.wanted(MaintenanceSettings(), TODAY, None))
    assert second == spans(policies.wanted(other, TODAY, None))


async def test_keeping_readings_for_longer_again_does_not_empty_old_rollups(
    database: DatabaseSettings, host: Host
) -> None:
    await fill(database, (0, 1, 40, 41, 42))
    before = await rollups(database)
    short, long = MaintenanceSettings(raw_days=30), MaintenanceSettings(raw_days=90)
    await maintain(database, short)
    await refresh(database, host)
    assert await fetch(database, "SELECT count(*) FROM reading WHERE measured_at < $1", days_ago(31)) == [(0,)]

    await maintain(database, long)
    # A late reading in that time makes the Community edition look at it again.
    await execute(
        database,
        "INSERT INTO reading (series, measured_at, value, delay_s)"
        f" VALUES (1, '{(days_ago(41) + timedelta(minutes=1)).isoformat()}', 1, 7)",
    )
    await refresh(database, host)
    await maintain(database, short)
    await refresh(database, host)

    after = await rollups(database)
    for level, rows in before.items():
        gone = [row for row in rows if row not in after[level]]
        new = [row for row in after[level] if row not in rows]
        assert [row[5] for row in new] == [row[5] + 1 for row in gone]
        assert len(new) == 1


REFRESHES = "policy_refresh_continuous_aggregate"
ALL_READINGS = "SELECT count(*), (SELECT sum(count) FROM reading_5m), (SELECT sum(count) FROM reading_1h),"
ALL_READINGS += " (SELECT sum(count) FROM reading_1d) FROM reading"


async def refresh_jobs(database: DatabaseSettings) -> list[int]:
    rows = await fetch(
        database, "SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = $1 ORDER BY job_id", REFRESHES
    )
    return [job for (job,) in rows]


@pytest.mark.parametrize("host", ["community"], indirect=True)
async def test_no_query_sees_fewer_readings_than_there_are_while_rollups_are_refreshed(
    database: DatabaseSettings,
) -> None:
    readings = await fill(database, range(1, 13), series=2)
    await maintain(database)
    jobs = await refresh_jobs(database)
    # One transaction of a refresh at a time: what others see between them is what they see during it.
    step = '{"max_batches_per_execution": 1, "buckets_per_batch": 2}'
    await execute(database, *(f"SELECT alter_job({job}, config => config || '{step}') FROM"
                              f" timescaledb_information.jobs WHERE job_id = {job}" for job in jobs))  # fmt: skip

    seen = []
    for job in jobs:
        for _ in range(8):
            await execute(database, f"CALL run_job({job})")
            seen.append(await fetch(database, ALL_READINGS))

    assert seen == [[(readings,) * 4]] * len(seen)


@pytest.mark.parametrize("host", ["community"], indirect=True)
async def test_policies_that_begin_with_the_newest_are_changed(database: DatabaseSettings) -> None:
    await maintain(database)
    jobs = await refresh_jobs(database)
    await execute(
        database,
        *(
            "SELECT alter_job(job_id, config => config - 'refresh_newest_first')"
            f" FROM timescaledb_information.jobs WHERE job_id = {job}"
            for job in jobs
        ),
    )

    await maintain(database)

    orders = await fetch(
        database,
        "SELECT config->>'refresh_newest_first' FROM timescaledb_information.jobs WHERE proc_name = $1",
        REFRESHES,
    )
    assert orders == [("false",)]


def test_a_server_that_knows_no_order_refreshes_at_once() -> None:
    (policy,) = (p for p in policies.wanted(MaintenanceSettings(), TODAY, None) if p.relation == "rolled_5m"
                 and p.procedure == REFRESHES)  # fmt: skip
    found = {"span": policy.span, "newest_first": True, "buckets": 288}

    assert policies._changes(policy, found, can_order=True) == {"refresh_newest_first": False}
    assert policies._changes(policy, found, can_order=False) == {"buckets_per_batch": 0}
    assert policies._changes(policy, found | {"newest_first": False}, can_order=True) == {}
    assert policies._changes(policy, found | {"span": DAY, "newest_first": False}, can_order=True) == {
        "start_offset": "91 days"
    }


@pytest.mark.parametrize("host", ["community"], indirect=True)
async def test_a_day_that_could_not_be_removed_is_in_the_rollups_all_the_same(
    database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = await fill(database, (0, 1, 92, 93))

    async def unremoved(_self: object, _before: object) -> int:
        return 0

    monkeypatch.setattr(maintenance_round.MaintenanceRound, "_remove_readings", unremoved)
    await maintain(database)

    assert await fetch(database, ALL_READINGS) == [(readings,) * 4]


@pytest.mark.parametrize("host", ["community"], indirect=True)
async def test_a_policy_that_is_refused_is_named_and_the_others_are_kept(
    database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = policies.wanted

    def with_a_wrong_one(*arguments: Any, **options: Any) -> tuple[Policy, ...]:
        wrong = Policy("policy_compression", "nothing", "compress_after", DAY, "add_compression")
        return (wrong, *wanted(*arguments, **options))

    monkeypatch.setattr(policies, "wanted", with_a_wrong_one)

    with pytest.raises(maintenance.PartsError, match=r'policies: compress_after of nothing: .*"nothing" does'):
        await maintain(database)

    assert await jobs(database) == spans(wanted(MaintenanceSettings(), TODAY, None))


@pytest.mark.parametrize("host", ["community"], indirect=True)
async def test_a_background_job_that_fails_is_seen(database: DatabaseSettings) -> None:
    await maintain(database)
    job = (await refresh_jobs(database))[0]
    await execute(
        database,
        "INSERT INTO _timescaledb_internal.bgw_job_stat VALUES"  # as the scheduler notes it
        f" ({job}, now(), now(), now() + interval '5 minutes', now() - interval '2 days',"
        " false, 2, '0', '0', 1, 1, 0, 1, 0)",
    )

    await maintain(database)

    async with db.connect(database, "tests") as connection:
        states = {state.part: state for state in await health.read(connection) if state.kind is health.Kind.JOB}
    assert states["refresh rolled_5m"].is_failing
    assert metrics.JOB_FAILING.labels("refresh rolled_5m")._value.get() == 1
    assert metrics.JOB_FAILURES.labels("refresh rolled_5m")._value.get() == 1
    assert not states["compression rolled_1h"].is_failing
