"""Rows in the database, as ingest writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from devices.packed import PackedReading
from tests.devices.support.feed_rows import pack_readings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiezbox.db import Connection, Pool

START = datetime(2025, 11, 23, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class NewReading:
    """One reading that a test stores."""

    box: str = "71-01"
    source: str = "core"
    quantity: str = "temperature_outside"
    value: float = 1.0
    measured_at: datetime = START
    delay: timedelta = timedelta(seconds=1)
    flag: int = 0

    @property
    def received_at(self) -> datetime:
        return self.measured_at + self.delay


def minutes(count: int, **fields: Any) -> list[NewReading]:
    """So many readings a minute apart, valued 0, 1, 2..."""
    return [NewReading(value=float(n), measured_at=START + timedelta(minutes=n), **fields) for n in range(count)]


async def add_box(connection: Connection | Pool, box: str, **columns: Any) -> None:
    """A box; everybody may know exactly where it stands."""
    columns = {"id": box, "first_seen": START, "last_seen": START, "place_is_exact": True, **columns}
    names = ", ".join(columns)
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    await connection.execute(
        f"INSERT INTO box ({names}) VALUES ({places}) ON CONFLICT (id) DO NOTHING", *columns.values()
    )


async def add_status(connection: Connection | Pool, box: str, received_at: datetime, **columns: Any) -> None:
    columns = {"box": box, "at": received_at, "received_at": received_at, "online": True, **columns}
    names = ", ".join(columns)
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    await connection.execute(f"INSERT INTO status ({names}) VALUES ({places})", *columns.values())


async def write(connection: Connection, readings: Sequence[NewReading]) -> None:
    """One batch inside the caller's transaction: boxes, series, readings, latest, feed, notification."""
    named = {(reading.box, reading.source, reading.quantity): reading for reading in readings}
    series = {name: await _series(connection, reading) for name, reading in named.items()}
    columns = (
        [series[reading.box, reading.source, reading.quantity] for reading in readings],
        [reading.measured_at for reading in readings],
        [reading.value for reading in readings],
        [reading.flag for reading in readings],
        [reading.received_at for reading in readings],
    )
    types = "$1::int[], $2::timestamptz[], $3::float8[], $4::smallint[], $5::timestamptz[]"
    await connection.execute(
        "INSERT INTO stored_reading (series, measured_at, value, fine, flag, delay_s, decimals, averaging)"
        " SELECT s, m, stored_value(v, decimals), fine_value(v, stored_value(v, decimals), decimals), nullif(f, 0),"
        "        extract(epoch FROM r - m)::int, decimals, averaging"
        f" FROM unnest({types}) AS t (s, m, v, f, r) JOIN series ON series.id = s ON CONFLICT DO NOTHING",
        *columns,
    )
    await connection.execute(
        "INSERT INTO latest AS l (series, measured_at, value, flag, received_at)"
        f" SELECT DISTINCT ON (s) * FROM unnest({types}) AS t (s, m, v, f, r) ORDER BY s, m DESC"
        " ON CONFLICT (series) DO UPDATE SET (measured_at, value, flag, received_at)"
        " = (excluded.measured_at, excluded.value, excluded.flag, excluded.received_at)"
        " WHERE excluded.measured_at > l.measured_at",
        *columns,
    )
    fed = [PackedReading(*fields) for fields in zip(*columns, strict=True)]
    await connection.execute("INSERT INTO feed (readings) VALUES ($1)", pack_readings(fed))
    await connection.execute("SELECT pg_notify('kiezbox_feed', '')")


async def commit(pool: Pool, *readings: NewReading) -> None:
    """One batch in one transaction of its own."""
    async with pool.connection() as connection, connection.transaction():
        await write(connection, readings)


async def _series(connection: Connection, reading: NewReading) -> int:
    district, _, number = reading.box.partition("-")
    is_numbered = len(reading.box) == 5
    await add_box(
        connection,
        reading.box,
        district=int(district, 16) if is_numbered else None,
        number=int(number, 16) if is_numbered else None,
        last_seen=reading.received_at,
    )
    found: int = await connection.fetchval(
        "INSERT INTO series (box, source, quantity) VALUES ($1, $2, $3)"
        " ON CONFLICT (box, source, quantity) DO UPDATE SET box = excluded.box RETURNING id",
        reading.box,
        reading.source,
        reading.quantity,
    )
    return found
