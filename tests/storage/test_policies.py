"""The policies of TimescaleDB's Community edition follow the settings; nothing is made of readings that are gone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kiezbox.settings import MaintenanceSettings
from storage import policies
from tests.storage.database import TODAY, days_ago, execute, fetch, fill, maintain, refresh, rollups

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings
    from storage.policies import Policy
    from tests.servers import Host

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)


def spans(wanted: tuple[Policy, ...]) -> dict[tuple[str, str], int]:
    return {(policy.relation, policy.setting): policy.span // DAY for policy in wanted}


def test_a_refresh_looks_back_over_all_readings_that_are_kept() -> None:
    assert spans(policies.wanted(MaintenanceSettings(), TODAY, None)) == {
        ("reading", "compress_after"): 7,
        ("rolled_5m", "start_offset"): 91,
        ("rolled_1h", "start_offset"): 91,
        ("rolled_1d", "start_offset"): 91,
        ("rolled_5m", "compress_after"): 92,
        ("rolled_1h", "compress_after"): 92,
        ("rolled_1d", "compress_after"): 92,
        ("rolled_5m", "drop_after"): 365,
    }


@pytest.mark.parametrize(("removed_days_ago", "window"), [(31.0, 31), (31.9, 31), (91.0, 91), (120.0, 91)])
def test_a_refresh_never_looks_back_to_where_readings_are_gone(removed_days_ago: float, window: int) -> None:
    found = spans(policies.wanted(MaintenanceSettings(), TODAY, days_ago(removed_days_ago)))

    assert {found[rollup, "start_offset"] for rollup in policies.ROLLUPS} == {window}


def test_rollups_become_columns_once_no_refresh_reaches_them() -> None:
    found = spans(policies.wanted(MaintenanceSettings(raw_days=200), TODAY, None))

    assert all(found[rollup, "compress_after"] > found[rollup, "start_offset"] for rollup in policies.ROLLUPS)


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
