"""Rollups: the same relations with the same numbers on every tier, and plans that read no more than they must."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from kiezbox import db
from storage.migrate import Tier
from tests.storage import conftest
from tests.storage.support.database import LEVELS, days_ago, fetch, fill, maintain, refresh, rollup, rollups
from tests.support import mean_cases

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings
    from tests.servers import Host

CHUNKED = ("apache", "community")
COMPUTED = ("plain", "apache")  # five minutes are made while they are read
computed = pytest.mark.parametrize(
    "host", [tier for tier in conftest.TIERS if tier.values[0] in COMPUTED], indirect=True
)
chunked = pytest.mark.parametrize("host", [tier for tier in conftest.TIERS if tier.values[0] in CHUNKED], indirect=True)
COLUMNS = [
    ("series", "integer"),
    ("bucket", "timestamp with time zone"),
    ("avg", "double precision"),
    ("min", "double precision"),
    ("max", "double precision"),
    ("count", "bigint"),
    ("last", "double precision"),
    ("last_at", "timestamp with time zone"),
    ("coverage", "double precision"),
    ("is_valid", "boolean"),
    ("is_by_message", "boolean"),
    ("growth", "double precision"),
]


def rolled(readings: list[tuple[int, datetime, float]], level: str) -> list[tuple[Any, ...]]:
    """What a rollup is, said in Python; its means by tests/support/mean_cases.py."""
    found = []
    for series in sorted({series for series, *_ in readings}):
        of_series = sorted((at, value) for other, at, value in readings if other == series)
        means = mean_cases.buckets(of_series, "arithmetic", level)
        ends = [*(bucket.begins for bucket in means[1:]), datetime.max.replace(tzinfo=UTC)]
        for bucket, end in zip(means, ends, strict=True):
            held = [(at, value) for at, value in of_series if bucket.begins <= at < end]
            values = [value for _, value in held]
            last_at, last = held[-1]
            average = pytest.approx(bucket.avg, abs=1e-6)
            found.append((series, bucket.begins, average, min(values), max(values), bucket.count, last, last_at))
    return found


async def expected(database: DatabaseSettings, level: str) -> list[tuple[Any, ...]]:
    readings = await fetch(database, "SELECT series, measured_at, value FROM reading")
    return rolled([(series, at, value) for series, at, value in readings], level)


async def found(database: DatabaseSettings, level: str) -> list[tuple[Any, ...]]:
    rows = await rollup(database, level)
    return [(series, bucket, float(average), *rest) for series, bucket, average, *rest in rows]


async def test_every_tier_has_the_same_columns(database: DatabaseSettings) -> None:
    columns = {
        level: await fetch(
            database,
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            f" WHERE attrelid = 'reading_{level}'::regclass AND attnum > 0 ORDER BY attnum",
        )
        for level in LEVELS
    }

    assert columns == dict.fromkeys(LEVELS, COLUMNS)


async def test_rollups_are_what_the_readings_say(database: DatabaseSettings, host: Host) -> None:
    await fill(database, (0, 1, 12))
    before = {level: await found(database, level) for level in LEVELS}
    await maintain(database)
    await refresh(database, host)

    after = {level: await found(database, level) for level in LEVELS}

    assert before == {level: await expected(database, level) for level in LEVELS}
    assert after == before


async def test_the_function_gives_the_rows_of_the_view(database: DatabaseSettings) -> None:
    await fill(database, (0, 1, 2))
    since, until = days_ago(1.7), days_ago(0.2)  # not at the edge of a bucket

    for level in LEVELS:
        columns = "series, bucket, round(avg::numeric, 6), min, max, count, last, last_at"
        where = "series IN (1, 3) AND bucket >= $1 AND bucket < $2"
        view = await fetch(database, f"SELECT {columns} FROM reading_{level} WHERE {where} ORDER BY 1, 2", since, until)
        call = f"reading_{level}_between($1, $2, $3)"
        function = await fetch(database, f"SELECT {columns} FROM {call} ORDER BY 1, 2", [1, 3], since, until)

        assert len(view) > 0
        assert function == view


async def test_points_come_from_the_rollup_that_fits_their_width(database: DatabaseSettings) -> None:
    await fill(database, (0, 1))
    bounds = ([1, 3], days_ago(1.7), days_ago(0.2))
    fits = {60_000: "5m", 1_799_999: "5m", 1_800_000: "1h", 21_599_999: "1h", 21_600_000: "1d", 86_400_000: "1d"}

    for width, level in fits.items():
        points = await fetch(
            database, "SELECT * FROM reading_points_between($1, $2, $3, $4) ORDER BY 1, 2", *bounds, width
        )
        wanted = await fetch(database, f"SELECT * FROM reading_{level}_between($1, $2, $3) ORDER BY 1, 2", *bounds)

        assert len(points) > 0
        assert points == wanted


async def index_conditions(database: DatabaseSettings, source: str) -> list[str]:
    """What a query looks up in the indexes of readings, or of what was made of them; not of the folded part."""
    async with db.connect(database, "tests") as connection:
        await connection.execute("ANALYZE; SET enable_seqscan = off")  # small tables invite to it
        plan = [row[0].strip() for row in await connection.fetch(f"EXPLAIN SELECT * FROM {source}")]
    return [
        line for before, line in itertools.pairwise(plan) if line.startswith("Index Cond:") and "folded" not in before
    ]


@computed
async def test_a_range_of_the_function_reaches_the_index(database: DatabaseSettings) -> None:
    await fill(database, range(9), series=5)
    await maintain(database)
    since, until = days_ago(8).isoformat(), days_ago(7).isoformat()

    for function in (
        "reading_5m_between",
        "shares_5m_between",
        "hours_now",
    ):  # what is stored of hours and days has the bounds as constants
        more = ", 2::smallint, false" if function == "shares_5m_between" else ""
        conditions = await index_conditions(database, f"{function}('{{2}}', '{since}', '{until}'{more})")

        wanted = (f"measured_at >= '{since[:10]}", "measured_at < ")
        assert any(all(part in condition for part in wanted) for condition in conditions), conditions


@chunked
async def test_a_range_of_the_function_opens_no_chunk_outside(database: DatabaseSettings, host: Host) -> None:
    await fill(database, range(9))
    await maintain(database)
    await refresh(database, host)
    opened = {}

    for level in (*(f"reading_{level}" for level in LEVELS), "shares_5m"):
        async with db.connect(database, "tests") as connection, connection.transaction():
            more = ", 1::smallint, false" if level == "shares_5m" else ""
            call = f"SELECT count(*) FROM {level}_between('{{1, 2, 3}}', $1, $2{more})"
            assert await connection.fetchval(call, days_ago(6), days_ago(5)) > 0
            # A chunk that a plan looks at is locked to the end of the transaction.
            opened[level] = await connection.fetchval(
                "SELECT count(*) FROM timescaledb_information.chunks AS chunk"
                " JOIN pg_locks AS lock ON lock.relation = format('%I.%I', chunk_schema, chunk_name)::regclass"
                " WHERE chunk.hypertable_name = 'stored_reading' AND lock.pid = pg_backend_pid()"
            )

    # Of nine. Where a rollup is stored no reading is looked at; elsewhere the day, and what a bucket reaches into.
    assert opened["reading_1h"] == opened["reading_1d"] == 0
    assert opened["reading_5m"] <= (0 if host.tier is Tier.COMMUNITY else 3)
    assert opened["shares_5m"] <= (0 if host.tier is Tier.COMMUNITY else 3)


async def test_a_condition_on_the_view_reaches_the_index(database: DatabaseSettings, host: Host) -> None:
    await fill(database, range(9), series=5)
    await maintain(database)
    await refresh(database, host)
    since, until = days_ago(8).isoformat(), days_ago(7).isoformat()
    stored = ("series = 2", f"bucket >= '{since[:10]}", "bucket < ")
    wanted = {
        Tier.PLAIN: ("series = 2",),  # PostgreSQL cannot see that a bucket is about measured_at: therefore the function
        Tier.APACHE: ("series = 2", f"measured_at >= '{since[:10]}", "measured_at < "),
        Tier.COMMUNITY: (f"bucket >= '{since[:10]}", "bucket < "),
    }[host.tier]

    for level in LEVELS:
        wanted = wanted if level == "5m" else stored
        where = f"series = 2 AND bucket >= '{since}' AND bucket < '{until}'"
        conditions = await index_conditions(database, f"reading_{level} WHERE {where}")

        assert any(all(part in condition for part in wanted) for condition in conditions), conditions


async def test_rollups_outlive_their_readings(database: DatabaseSettings) -> None:
    await fill(database, (0, 1, 95, 96))
    before = await rollups(database)

    removed = await maintain(database)

    assert removed == {"reading": 2 * 216}
    assert await fetch(database, "SELECT count(*) FROM reading WHERE measured_at < $1", days_ago(91)) == [(0,)]
    assert await rollups(database) == before
