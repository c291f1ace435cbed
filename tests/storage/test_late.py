"""Late readings reach every rollup: into columns, and into days whose readings are gone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ingest.results import Outcome
from storage.migrate import Tier
from tests.ingest.support.messages import telemetry
from tests.storage.support.database import (
    LEVELS,
    TODAY,
    days_ago,
    execute,
    fetch,
    fill,
    maintain,
    refresh,
    rollups,
    run_policies,
    write,
)

if TYPE_CHECKING:
    from datetime import datetime

    from ingest.batch import Arrival
    from kiezbox.settings import DatabaseSettings
    from tests.servers import Host

AT = days_ago(21) + timedelta(hours=9, minutes=1)


def reading(seq: int, value: float, measured_at: datetime) -> Arrival:
    return telemetry(seq, {"pm2_5": value}, measured_at=measured_at, received_at=TODAY, clock="gps")


async def settled(database: DatabaseSettings, host: Host) -> None:
    """A database as it is after a while: rollups are made, and on the Community edition old readings are columns."""
    await maintain(database)
    await refresh(database, host)
    await run_policies(database, host, "policy_compression")


async def is_in_columns(database: DatabaseSettings, at: datetime) -> bool:
    rows = await fetch(
        database,
        "SELECT is_compressed FROM timescaledb_information.chunks"
        " WHERE hypertable_name = 'stored_reading' AND range_start <= $1 AND range_end > $1",
        at,
    )
    return rows == [(True,)]


async def counts(database: DatabaseSettings) -> set[int]:
    return {(await fetch(database, f"SELECT sum(count)::int FROM reading_{level}"))[0][0] for level in LEVELS}


async def test_readings_that_are_three_weeks_late_reach_all_three_rollups(
    database: DatabaseSettings, host: Host
) -> None:
    await fill(database, (0, 1, 20, 21, 22))
    await write(database, host, [reading(1, 5.0, AT)])
    await settled(database, host)
    if host.tier is Tier.COMMUNITY:
        assert await is_in_columns(database, AT)
    before = await counts(database)

    late = [reading(seq, 1990.0 + seq, AT + timedelta(minutes=seq)) for seq in range(2, 5)]
    results = await write(database, host, [reading(1, 5.0, AT), *late])  # one of them came in time as well
    await refresh(database, host)

    assert [result.outcome for result in results] == [Outcome.DUPLICATE, *[Outcome.STORED] * 3]
    for level in LEVELS:
        rows = await fetch(
            database,
            f"SELECT sum(r.count)::int, max(r.max), max(r.last_at) FROM reading_{level} AS r"
            " JOIN series ON series.id = r.series WHERE source = 'core'",
        )
        assert rows == [(4, 1994.0, AT + timedelta(minutes=4))]
    assert await counts(database) == {count + 3 for count in before}


async def test_readings_for_a_day_that_is_gone_are_added_to_its_rollups(database: DatabaseSettings, host: Host) -> None:
    await fill(database, (0, 1, 95), series=1)
    await settled(database, host)
    before = await rollups(database)
    at = days_ago(95) + timedelta(hours=8, minutes=1)  # between two others of the same five minutes and the next

    await execute(
        database,
        "INSERT INTO reading (series, measured_at, value, delay_s)"
        f" SELECT id, '{at.isoformat()}', 1000, 7 FROM series WHERE source = 'sensor-1'",
    )
    removed = await maintain(database)
    await refresh(database, host)

    assert removed == {"reading": 1}
    assert await fetch(database, "SELECT count(*) FROM reading WHERE measured_at < $1", days_ago(91)) == [(0,)]
    moved = {}  # by how much each mean
    for level, rows in (await rollups(database)).items():
        (was,) = [row for row in before[level] if row not in rows]
        (now,) = [row for row in rows if row not in before[level]]
        assert now[:2] == was[:2]  # the same bucket
        assert now[5] == was[5] + 1
        assert now[4] == 1000
        moved[level] = float(now[2] - was[2])
        hours = was[5] // 3  # with three readings each; of a day's, and one of an hour's
    (alone,) = [row for row in before["5m"] if row[1] == at - timedelta(minutes=1)]
    assert moved["5m"] == pytest.approx((1000 - float(alone[2])) / 2, abs=1e-5)
    assert moved["1h"] == pytest.approx(moved["5m"] / 3, abs=1e-5)
    assert moved["1d"] == pytest.approx(moved["1h"] / hours, abs=1e-5)


@pytest.mark.parametrize("is_folded", [False, True])
async def test_the_function_gives_the_rows_of_the_view_where_late_readings_meet_folded_ones(
    database: DatabaseSettings, host: Host, *, is_folded: bool
) -> None:
    await fill(database, (0, 1, 94, 95), series=2)
    await settled(database, host)
    at = days_ago(95) + timedelta(hours=8, minutes=1)
    await execute(
        database,
        "INSERT INTO reading (series, measured_at, value, delay_s)"
        f" SELECT id, '{at.isoformat()}', 1000, 7 FROM series WHERE source = 'sensor-1'",
    )
    if is_folded:
        await maintain(database)
    await refresh(database, host)
    since, until = days_ago(95.2), days_ago(0.2)

    for level in LEVELS:
        columns = "series, bucket, round(avg::numeric, 6), min, max, count, last, last_at"
        where = "series IN (1, 2) AND bucket >= $1 AND bucket < $2"
        view = await fetch(database, f"SELECT {columns} FROM reading_{level} WHERE {where} ORDER BY 1, 2", since, until)
        call = f"reading_{level}_between($1, $2, $3)"
        function = await fetch(database, f"SELECT {columns} FROM {call} ORDER BY 1, 2", [1, 2], since, until)

        # No refresh looks at a day that is gone: on the Community edition a late reading waits for maintenance.
        assert any(1000 in row for row in view) == (is_folded or host.tier is not Tier.COMMUNITY)
        assert len(view) > 0
        assert function == view
