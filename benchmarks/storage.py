"""Proof of growth: how fast rows go in, how much room they take, and what questions cost as history grows tenfold.

Fills `--scale` of a year for 200 boxes with 8 quantities at 10 minutes (a whole year is 84 million readings), first a
tenth of that (1x), then all of it (10x). Prints, for each server: the write rate of ingest's store against a bare COPY
of the same rows in the same run; bytes a reading; for six typical questions the median and p95, and the ratio of 10x to
1x. `--url` adds any server besides the embedded PostgreSQL; its database must be empty and is filled.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from devices.readings import Message, Reading
from ingest import lines
from ingest.batch import Arrival
from ingest.registry import Registry
from ingest.store import Store
from kiezbox import db, migrate
from kiezbox.errors import Unavailable
from kiezbox.mqtt import Delivery, _Ticket
from kiezbox.settings import DatabaseSettings
from stack import postgres

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

BOXES = 200
EVERY = timedelta(minutes=10)
QUANTITIES = ("temperature", "humidity", "pressure", "pm2_5", "pm10", "noise", "battery_voltage", "solar_power")
BATCH = 5_000
END = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)

# Name of the question, its SQL; $1 a series, $2 a district, $3 the end of the history.
QUESTIONS = {
    "now": "SELECT * FROM latest JOIN series ON series.id = series WHERE box = (SELECT box FROM series WHERE id = $1)"
    " AND $2::int IS NOT NULL AND $3::timestamptz IS NOT NULL",
    "a day of one box, raw": "SELECT r.* FROM reading r JOIN series s ON s.id = r.series"
    " WHERE s.box = (SELECT box FROM series WHERE id = $1) AND measured_at > $3::timestamptz - interval '1 day'"
    " AND $2::int IS NOT NULL",
    "a week of one quantity for a district": "SELECT b.bucket, avg(b.avg) FROM reading_1h b JOIN series s ON s.id ="
    " b.series JOIN box ON box.id = s.box WHERE box.district = $2 AND s.quantity = (SELECT quantity FROM series WHERE"
    " id = $1) AND b.bucket > $3::timestamptz - interval '7 days' GROUP BY 1",
    "a month of one series": "SELECT * FROM reading_1h WHERE series = $1 AND bucket > $3::timestamptz - interval"
    " '30 days' AND $2::int IS NOT NULL",
    "a year of one series": "SELECT * FROM reading_1d WHERE series = $1 AND bucket > $3::timestamptz - interval"
    " '365 days' AND $2::int IS NOT NULL",
    "a map of the city": "SELECT box.latitude, box.longitude, l.value FROM latest l JOIN series s ON s.id = l.series"
    " JOIN box ON box.id = s.box WHERE s.quantity = (SELECT quantity FROM series WHERE id = $1)"
    " AND $2::int IS NOT NULL AND $3::timestamptz IS NOT NULL",
}
_NEEDS_ROLLUPS = ("reading_1h", "reading_1d")

# $1 from, $2 to: a daily curve for each series with noise, in the sensors' own resolution. Made inside the server.
FILL = """
INSERT INTO reading (series, measured_at, value, delay_s)
SELECT s.id, t, round((10 + s.id % 40 + 6 * sin(extract(epoch FROM t) / 13750.98 + s.id) + 2 * random())::numeric, 1),
       (random() * 2)::int
FROM series s, generate_series($1::timestamptz, $2::timestamptz - interval '1 second', interval '10 minutes') AS t
ORDER BY s.id, t
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds of each question: median and p95."""

    median: float
    p95: float


@contextlib.contextmanager
def embedded() -> Iterator[DatabaseSettings]:
    """The embedded PostgreSQL as `kiezbox up` runs it, in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="kiezbox-bench-") as folder:
        server = postgres.over(Path(folder))
        server.prepare()
        program = server.program()
        process = subprocess.Popen(program.command, stderr=subprocess.DEVNULL, **program.options())
        try:
            yield DatabaseSettings.model_validate({"url": server.url(), "command_timeout_seconds": 3600})
        finally:
            process.send_signal(program.stop_signal)
            process.wait()


@contextlib.asynccontextmanager
async def schema(settings: DatabaseSettings) -> AsyncIterator[db.Pool]:
    """The server with our schema, as soon as it answers."""
    for attempt in range(100):
        try:
            async with db.connect(settings, "bench") as connection:
                await migrate.apply(connection)
            break
        except Unavailable:
            if attempt == 99:
                raise
            await asyncio.sleep(0.2)
    async with db.pool(settings, "bench") as pool:
        yield pool


def messages(start: datetime, count: int, samples: int) -> list[Arrival]:
    """Messages of many boxes, understood: `samples` times eight readings each."""
    found = []
    for number in range(count):
        box, seq = f"{number % BOXES // 50 + 113:02x}-{number % 50 + 1:02x}", number // BOXES
        times = [start + (seq * samples + sample) * EVERY for sample in range(samples)]
        readings = tuple(Reading("core", name, at, 12.5 + number % 7) for at in times for name in QUANTITIES)
        delivery = Delivery(f"kb/v1/{box}/telemetry", b"", END, retained=False, redelivered=False, ticket=_Ticket(1, 1))
        found.append(Arrival(delivery, Message(box, readings, boot="bench", seq=seq + 1, sent_at=END)))
    return found


async def write_rates(pool: db.Pool, readings: int, samples: int) -> tuple[float, float]:
    """Readings a second: through the store with two batches in flight, and by bare COPY of the same rows."""
    registry = Registry()
    await registry.refresh(pool)
    store = Store(pool, registry, accept_unknown_boxes=True)
    await store.write(messages(END - timedelta(days=2000), BOXES, 1))  # boxes and series are there, as on any day
    ours, bare = [], []
    per_message = samples * len(QUANTITIES)
    for turn in range(3):
        arrivals = messages(END - timedelta(days=1900 - 300 * turn), readings // per_message, samples)
        step = BATCH // per_message
        batches = [arrivals[at : at + step] for at in range(0, len(arrivals), step)]
        waiting = iter(batches)

        async def drain(waiting: Iterator[list[Arrival]] = waiting) -> None:
            for batch in waiting:
                await store.write(batch)

        started = time.perf_counter()
        await asyncio.gather(drain(), drain())
        ours.append(readings / (time.perf_counter() - started))
        bare.append(readings / await _bare(pool, batches, registry))
    return statistics.median(ours), statistics.median(bare)


async def _bare(pool: db.Pool, batches: Sequence[list[Arrival]], registry: Registry) -> float:
    """Seconds for COPY alone into a table of the same shape, rows prepared beforehand."""
    prepared = []
    for batch in batches:
        verdicts = [Store._open(Store(pool, registry, accept_unknown_boxes=True), arrival) for arrival in batch]  # noqa: SLF001 -- the same rows
        prepared.append(lines.records(lines.lines(verdicts, registry.series)))
    async with pool.connection() as connection:
        await connection.execute("CREATE TABLE bare (LIKE reading INCLUDING ALL)")
        started = time.perf_counter()
        for records in prepared:
            await connection.copy_records_to_table("bare", records=records, columns=lines.COLUMNS)
        seconds = time.perf_counter() - started
        await connection.execute("DROP TABLE bare")
    return seconds


async def fill(pool: db.Pool, start: datetime, stop: datetime) -> None:
    """History between two times, a day at a time, oldest first."""
    async with pool.connection() as connection:
        at = start
        while at < stop:
            await connection.execute(FILL, at, min(at + timedelta(days=1), stop))
            at += timedelta(days=1)
    async with pool.connection() as connection:
        await connection.execute("VACUUM (ANALYZE) reading")


async def ask(pool: db.Pool, runs: int) -> dict[str, Figures]:
    """Each question with other series and districts each time, after one to warm up."""
    series = [row["id"] for row in await pool.fetch("SELECT id FROM series")]
    rollups = await pool.fetchrow("SELECT to_regclass('reading_1h') IS NOT NULL AS there")
    found = {}
    chance = random.Random(1)
    for name, query in QUESTIONS.items():
        if any(relation in query for relation in _NEEDS_ROLLUPS) and not (rollups and rollups["there"]):
            continue
        seconds = []
        for _ in range(runs + 1):
            started = time.perf_counter()
            await pool.fetch(query, chance.choice(series), chance.randint(113, 116), END)
            seconds.append(time.perf_counter() - started)
        found[name] = Figures(statistics.median(seconds[1:]), statistics.quantiles(seconds[1:], n=20)[-1])
    return found


async def size(pool: db.Pool) -> tuple[int, float]:
    """Readings, and bytes that each takes with its index."""
    row = await pool.fetchrow("SELECT count(*) AS readings FROM reading")
    assert row is not None
    is_hypertable = await pool.fetchrow("SELECT to_regproc('hypertable_size') IS NOT NULL AS there")
    function = "hypertable_size" if is_hypertable and is_hypertable["there"] else "pg_total_relation_size"
    total = await pool.fetchrow(f"SELECT {function}('reading') AS bytes")
    assert total is not None
    return row["readings"], total["bytes"] / max(1, row["readings"])


async def measure(settings: DatabaseSettings, options: argparse.Namespace) -> None:
    """All figures of one server."""
    async with schema(settings) as pool:
        tier = await migrate.verify_pool(pool)
        print(f"storage: tier {tier}")
        for samples in (1, 10):
            ours, bare = await write_rates(pool, options.readings, samples)
            what = f"{samples * len(QUANTITIES)} readings a message"
            print(f"  write, {what}: {ours:,.0f} readings/s, bare COPY {bare:,.0f}/s, ratio {ours / bare:.2f}")
        await pool.execute("TRUNCATE reading")
        days = 365 * options.scale
        start = END - timedelta(days=days)
        recent = END - timedelta(days=days / 10)
        await fill(pool, recent, END)
        small = await ask(pool, options.runs)
        print(f"  1x:  {(await size(pool))[0]:,} readings")
        await fill(pool, start, recent)
        large = await ask(pool, options.runs)
        readings, bytes_each = await size(pool)
        print(f"  10x: {readings:,} readings, {bytes_each:.1f} bytes each with their index")
        for name, figures in large.items():
            ratio = figures.median / small[name].median
            print(
                f"  {name}: median {figures.median * 1000:.1f} ms, p95 {figures.p95 * 1000:.1f} ms, 10x/1x {ratio:.2f}"
            )


def main() -> None:
    """Measure the embedded server and every one that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=0.1, help="part of a year at 10x")
    parser.add_argument("--readings", type=int, default=200_000, help="readings of one write round")
    parser.add_argument("--runs", type=int, default=40, help="times that each question is asked")
    parser.add_argument("--url", action="append", default=[], help="another server, with an empty database")
    parser.add_argument("--no-embedded", action="store_true", help="only the servers named with --url")
    options = parser.parse_args()
    if not options.no_embedded:
        with embedded() as settings:
            asyncio.run(measure(settings, options))
    for url in options.url:
        named = DatabaseSettings.model_validate({"url": url, "command_timeout_seconds": 3600})
        asyncio.run(measure(named, options))


if __name__ == "__main__":
    main()
