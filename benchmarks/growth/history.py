"""History: boxes that have measured for a while, made inside the server, and the space that it takes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from storage import policies
from storage.migrate import Tier
from storage.rollups import RollupMaker

if TYPE_CHECKING:
    from kiezbox import db

QUANTITIES = ("temperature", "humidity", "pressure", "pm2_5", "pm10", "noise", "battery_voltage", "solar_power")
EVERY = timedelta(minutes=10)
END = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
FIRST_DISTRICT = 113
DISTRICT_BOXES = 50
_COMPRESSED_AFTER = timedelta(days=7)

_BOXES = """
INSERT INTO box (id, district, number, latitude, longitude)
SELECT lpad(to_hex($1 + n / $2), 2, '0') || '-' || lpad(to_hex(n % $2 + 1), 2, '0'), $1 + n / $2, n % $2 + 1,
       52.4 + random() * 0.2, 13.2 + random() * 0.4
FROM generate_series(0, $3::int - 1) AS n
ON CONFLICT DO NOTHING
"""
_SERIES = """
INSERT INTO series (box, source, quantity)
SELECT box.id, 'core', quantity FROM box, unnest($1::text[]) AS quantity ORDER BY box.id, quantity
ON CONFLICT DO NOTHING
"""
# $1 from, $2 to, $3 interval, $4 decimals, $5 jitter in ms: what a daily curve with noise looks like at the resolution
# of a sensor: most say tenths, some hardware thousandths.
_READINGS = """
INSERT INTO stored_reading (series, measured_at, value, delay_s, decimals, averaging)
SELECT s.id, t + floor(random() * ($5::int + 1)) * INTERVAL '1 millisecond',
       round(10 ^ $4::smallint * (10 + s.id % 40 + 6 * sin(extract(epoch FROM t) / 13750.98 + s.id) + 2 * random())),
       (random() * 2)::int, $4::smallint, s.averaging
FROM series AS s, generate_series($1::timestamptz, $2::timestamptz - interval '1 second', $3::interval) AS t
ORDER BY s.id, t
"""
_LATEST = """
INSERT INTO latest (series, measured_at, value, received_at)
SELECT DISTINCT ON (series) series, measured_at, value, measured_at FROM reading
WHERE measured_at >= $1 ORDER BY series, measured_at DESC
ON CONFLICT (series) DO NOTHING  -- the newest part of history is made first
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """Readings of one day, as they differ in what they take."""

    name: str
    every: timedelta = EVERY
    decimals: int = 1
    jitter_ms: int = 0  # clocks of boxes that say milliseconds, spread evenly


_MINUTE = timedelta(minutes=1)
KINDS = (
    Kind("tenths every 10 minutes"),
    Kind("tenths every minute", _MINUTE),
    Kind("tenths every 10 minutes, with milliseconds", jitter_ms=999),
    Kind("tenths every minute, with milliseconds", _MINUTE, jitter_ms=999),
    Kind("thousandths every 10 minutes", decimals=3),
    Kind("thousandths every minute", _MINUTE, decimals=3),
)


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes that a reading takes with its index; compressed only where a server can."""

    plain: float
    compressed: float | None


_NOTHING_STORED = """
UPDATE rollup_progress SET hours_until = '-infinity', days_until = '-infinity', utc_days_until = '-infinity'
"""


async def settle(pool: db.Pool, boxes: int) -> None:
    """Start again with this many boxes and their series, and no readings."""
    await pool.execute(
        "TRUNCATE stored_reading, rolled_1h, rolled_1d, late_hour, latest, feed, message_ledger, progress, series,"
        " status, box RESTART IDENTITY CASCADE"
    )
    await pool.execute(_NOTHING_STORED)
    await pool.execute(_BOXES, FIRST_DISTRICT, DISTRICT_BOXES, boxes)
    await pool.execute(_SERIES, list(QUANTITIES))


async def fill(pool: db.Pool, tier: Tier, since: datetime, until: datetime) -> None:
    """Readings of every series between two midnights; then what a server does in time: statistics, rollups, columns."""
    day = since
    while day < until:
        await pool.execute(_READINGS, day, day + timedelta(days=1), EVERY, 1, 0)
        day += timedelta(days=1)
    await pool.execute(_LATEST, until - timedelta(days=1))
    async with pool.connection() as connection:
        if tier is Tier.COMMUNITY:
            await policies.refresh(connection, since, until)
            if since < END - _COMPRESSED_AFTER:
                await connection.execute(
                    "SELECT compress_chunk(c) FROM show_chunks('stored_reading', older_than => $1::timestamptz,"
                    " newer_than => $2::timestamptz) AS c",
                    END - _COMPRESSED_AFTER,
                    since,
                )
        await connection.execute(_NOTHING_STORED)  # the oldest days come last here
        await RollupMaker(connection, asyncio.Event()).run(END)
        await connection.execute("VACUUM (ANALYZE) stored_reading, rolled_1h, rolled_1d")
        await connection.execute("ANALYZE series, box, latest")


async def space(pool: db.Pool, tier: Tier, kind: Kind) -> Space:
    """The space of one day of all series, a chunk as it is in production. Begins and ends without readings."""
    await pool.execute("TRUNCATE stored_reading")
    try:
        return await _space(pool, tier, kind)
    finally:
        await pool.execute("TRUNCATE stored_reading")


async def _space(pool: db.Pool, tier: Tier, kind: Kind) -> Space:
    day = END - timedelta(days=30)
    await pool.execute(_READINGS, day, day + timedelta(days=1), kind.every, kind.decimals, kind.jitter_ms)
    plain = await _bytes(pool, tier)
    if tier is not Tier.COMMUNITY:
        return Space(plain, None)
    await pool.execute("SELECT compress_chunk(c) FROM show_chunks('stored_reading') AS c")
    # PostgreSQL makes a table that is filled in bulk longer by up to 64 pages at a time; autovacuum, which this server
    # does not have, gives back those that stayed empty: after 1,000 new rows, and a row is a series here.
    await pool.execute("VACUUM stored_reading")
    return Space(plain, await _bytes(pool, tier))


async def count(pool: db.Pool) -> int:
    """All readings."""
    row = await pool.fetchrow("SELECT count(*) AS readings FROM reading")
    assert row is not None
    return int(row["readings"])


async def _bytes(pool: db.Pool, tier: Tier) -> float:
    function = "pg_total_relation_size" if tier is Tier.PLAIN else "hypertable_size"
    row = await pool.fetchrow(f"SELECT {function}('stored_reading') AS bytes")
    assert row is not None
    return float(row["bytes"] / max(1, await count(pool)))
