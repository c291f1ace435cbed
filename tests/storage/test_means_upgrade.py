"""Rollups over an upgrade from sums of readings: what can be made right is, and what cannot says so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from kiezbox import db
from storage import migrate
from storage.migrate import Tier
from tests.storage.support.database import days_ago, fetch, maintain, refresh

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings
    from tests.servers import Host

BEFORE = 26  # the schema whose rollups were sums of readings
HELD, GONE, OLD = days_ago(2), days_ago(100), days_ago(400)  # readings are there; five minutes are left; hours
# Of each day 40 and 80 dB in the five minutes from 10:00; and 100 µg/m³ in each minute from 9:00 to 10:00, 10 once an
# hour else.
ROWS = """
INSERT INTO box (id) VALUES ('71-01');
INSERT INTO series (box, source, quantity) VALUES ('71-01', 'core', 'noise'), ('71-01', 'core', 'pm10');
INSERT INTO reading (series, measured_at, value, delay_s)
SELECT 1, day + INTERVAL '10 hours' + n * INTERVAL '1 minute', 40 + 40 * n, 1
FROM unnest('{days}'::timestamptz[]) AS day, generate_series(0, 1) AS n;
INSERT INTO reading (series, measured_at, value, delay_s)
SELECT 2, day + n * INTERVAL '1 minute', CASE WHEN n / 60 = 9 THEN 100 ELSE 10 END, 1
FROM unnest('{days}'::timestamptz[]) AS day, generate_series(0, 1439) AS n WHERE n % 60 = 0 OR n / 60 = 9;
INSERT INTO retention VALUES ('reading', '{readings}'), ('reading_5m', '{five_minutes}');
"""
FOLD = """
INSERT INTO folded_{level} (series, bucket, last_at, total, min, max, last, count)
SELECT series, date_bin('{width}', measured_at, '2000-01-01Z'), max(measured_at), sum(value), min(value), max(value),
       (array_agg(value ORDER BY measured_at DESC))[1], count(*)
FROM reading WHERE measured_at < '{readings}' GROUP BY 1, 2
"""
ENERGETIC = 76.99013  # of 40 and 80 dB


async def make(database: DatabaseSettings, tier: Tier) -> None:
    """A database of before, of which maintenance has taken what was too old."""
    bounds = {"readings": days_ago(91).isoformat(), "five_minutes": days_ago(365).isoformat()}
    days = ",".join(day.isoformat() for day in (HELD, GONE, OLD))
    async with db.connect(database, "tests") as connection:
        await migrate.apply(connection, [m for m in migrate.migrations() if m.number <= BEFORE], tier)
        await connection.execute(ROWS.format(days=f"{{{days}}}", **bounds))
        if tier is Tier.COMMUNITY:
            for level in ("5m", "1h", "1d"):
                await connection.execute(f"CALL refresh_continuous_aggregate('rolled_{level}', NULL, NULL)")
            for relation, bound in (("reading", bounds["readings"]), ("rolled_5m", bounds["five_minutes"])):
                await connection.execute(f"SELECT drop_chunks('{relation}', older_than => '{bound}'::timestamptz)")
        else:
            for level, width in (("5m", "5 minutes"), ("1h", "1 hour"), ("1d", "1 day")):
                await connection.execute(FOLD.format(level=level, width=width, **bounds))
            await connection.execute(f"DELETE FROM reading WHERE measured_at < '{bounds['readings']}'")
            await connection.execute(f"DELETE FROM folded_5m WHERE bucket < '{bounds['five_minutes']}'")
        await migrate.apply(connection)


async def said(database: DatabaseSettings) -> dict[str, Any]:
    """Of each of the three days: mean and is_by_message of the noisy five minutes, of hours and of days of UTC."""
    found: dict[str, Any] = {}
    for name, day in (("held", HELD), ("gone", GONE), ("old", OLD)):
        at = day + timedelta(hours=10)
        columns = "round(avg::numeric, 5)::float8, count::int, is_by_message"
        five = await fetch(database, f"SELECT {columns} FROM reading_5m WHERE series = 1 AND bucket = $1", at)
        hour = await fetch(database, f"SELECT {columns} FROM reading_1h WHERE series = 1 AND bucket = $1", at)
        same = await fetch(
            database, f"SELECT {columns} FROM reading_1h_between('{{1}}', $1, $2)", at, at + timedelta(hours=1)
        )
        days = f"SELECT {columns} FROM reading_days_between('{{2}}', $1, $2, 'UTC')"
        found[name] = (five, hour, await fetch(database, days, day, day + timedelta(days=1)))
        assert same == hour
    return found


async def test_what_can_be_made_right_is_and_the_rest_says_so(empty_database: DatabaseSettings, host: Host) -> None:
    await make(empty_database, host.tier)

    at_once = await said(empty_database)
    await maintain(empty_database)
    await maintain(empty_database)  # policies follow when all is converted
    await refresh(empty_database, host)
    after = await said(empty_database)
    await maintain(empty_database)

    assert at_once == {
        "held": ([(ENERGETIC, 2, False)], [(ENERGETIC, 2, False)], [(13.75, 83, False)]),
        # Of five minutes the mean of numbers is left, of which all else is made by time.
        "gone": ([(60.0, 2, True)], [(60.0, 2, True)], [(13.75, 83, False)]),
        "old": ([], [(60.0, 2, True)], [(13.75, 83, True)]),
    }
    assert after == at_once
    assert await said(empty_database) == at_once
    assert await fetch(empty_database, "SELECT to_regclass('reading_before') IS NULL") == [
        (host.tier is not Tier.COMMUNITY,)
    ]


@pytest.mark.parametrize("host", ["community"], indirect=True)
async def test_what_was_left_for_the_five_minutes_of_before_goes_with_them(
    empty_database: DatabaseSettings, host: Host
) -> None:
    await make(empty_database, host.tier)
    await maintain(empty_database)

    await maintain(empty_database, now=days_ago(0) + timedelta(days=300))

    assert await fetch(
        empty_database, "SELECT to_regclass('reading_before') IS NULL, to_regclass('rolled_5m_before') IS NULL"
    ) == [(True, True)]
