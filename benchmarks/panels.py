"""How long dashboards wait: the p95 of each query of each panel, over a year of readings.

Fills a city of 12 boxes with 6 quantities: a year of hourly readings, the last two days every ten minutes. Then
maintenance runs once with its default settings, as it does in production: of what is older than 90 days only rollups
stay. Runs each panel's SQL over the period that its page shows at first, and the air pages over a whole year. The goal
is 100 ms on the tier with rollups, the Community edition. Here that runs in WebAssembly on one connection, which is
several times slower than the same program natively, so the same queries are asked of the other tiers too.

At last the largest chart that `/v1/series` draws at `bucket=auto`, out of a database of its own: seven days of 50 boxes
with a reading of one quantity every ten minutes, of 60 days. Its goal is 200 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from api.readings import buckets
from api.readings.buckets import Bucket
from api.readings.means import steps
from devices.quantities import Averaging
from kiezbox import db
from kiezbox.settings import MaintenanceSettings
from storage import maintenance
from tests import servers
from tests.dashboards.support import all_queries, sample_data

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings

GOAL_MS = 100
YEAR_HOURS = 365 * 24
TIERS = ("community", "plain", "apache")

CHART_GOAL_MS = 200
_CHART_BOXES, _CHART_SPAN, _CHART_POINTS = 50, timedelta(days=7), 300
_CHART_SERIES = """
INSERT INTO series (box, source, quantity) SELECT id, 'core', 'temperature' FROM box
"""
_CHART_READINGS = """
INSERT INTO stored_reading (series, measured_at, value, delay_s, decimals, averaging)
SELECT id, at, 150 + hashint8(extract(epoch FROM at)::bigint + id) % 100, 1, decimals, averaging
FROM series, generate_series($1::timestamptz - INTERVAL '60 days', $1, INTERVAL '10 minutes') AS at WHERE at < $1
"""


async def fill(settings: DatabaseSettings, host: servers.Host, days: int, now: datetime) -> None:
    """A year of readings as maintenance leaves it. One connection at a time: WebAssembly has no more."""
    started = time.perf_counter()
    async with db.connect(settings, "bench") as connection:
        await sample_data.fill(connection, now, days, 3_600)
        count = await connection.fetchval("SELECT count(*) FROM reading")
        await sample_data.roll_up(connection, host.tier)
    await maintenance.once(settings, MaintenanceSettings(), now)
    async with db.connect(settings, "bench") as connection:
        await connection.execute("ANALYZE")
        left = await connection.fetchval("SELECT count(*) FROM reading")
    seconds = time.perf_counter() - started
    print(f"dashboards: {host.tier}, {count:,} readings, {left:,} of them not rolled up, filled in {seconds:.0f} s")


async def measure(settings: DatabaseSettings, host: servers.Host, days: int, runs: int) -> None:
    """Fill, ask, print: one line a query, the slow ones marked."""
    now = datetime.now(UTC)
    await fill(settings, host, days, now)
    asked = [(query, query.hours) for query in all_queries.ALL]
    asked += [(query, YEAR_HOURS) for query in all_queries.PANELS if query.folder == "luft"]
    slow = 0
    async with db.connect(settings, "bench") as connection:
        for query, hours in asked:
            seconds = await ask(connection, query.sql(now, host.tier, hours=hours), runs)
            p95 = statistics.quantiles(seconds, n=20)[-1] * 1000
            slow += p95 > GOAL_MS
            mark = "  OVER THE GOAL" if p95 > GOAL_MS else ""
            median = statistics.median(seconds) * 1000
            print(f"  {query!s:<22} {hours:>5} h  median {median:6.1f} ms  p95 {p95:6.1f} ms{mark}", flush=True)
    print(f"  {len(asked) - slow} of {len(asked)} within {GOAL_MS} ms")


async def measure_chart(settings: DatabaseSettings, host: servers.Host, runs: int) -> None:
    """Fill a database with 50 boxes, and ask it as the API does."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    async with db.connect(settings, "bench") as connection:
        await connection.executemany("INSERT INTO box (id) VALUES ($1)", [(f"chart-{n}",) for n in range(_CHART_BOXES)])
        await connection.execute(_CHART_SERIES)
        await connection.execute(_CHART_READINGS, now)
        await sample_data.roll_up(connection, host.tier)
    await maintenance.once(settings, MaintenanceSettings(), now)
    async with db.connect(settings, "bench") as connection:
        await connection.execute("ANALYZE")
        ids = [row["id"] for row in await connection.fetch("SELECT id FROM series ORDER BY id")]
        (plan, *_) = buckets.plans(Bucket.AUTO, _CHART_POINTS, now - _CHART_SPAN, now, series_count=len(ids))
        statement = steps.statement(plan, Averaging.ARITHMETIC, ("avg", "min", "max", "count"))
        seconds = await ask(connection, statement, runs, *steps.arguments(plan, ids))
    median, p95 = statistics.median(seconds) * 1000, statistics.quantiles(seconds, n=20)[-1] * 1000
    mark = "  OVER THE GOAL" if p95 > CHART_GOAL_MS else ""
    print(f"  7 days of 50 boxes at {plan.bucket}: median {median:.1f} ms  p95 {p95:.1f} ms{mark}", flush=True)


async def ask(connection: db.Connection, statement: str, runs: int, *given: object) -> list[float]:
    """Seconds of each run, after one to warm up."""
    seconds = []
    for _ in range(runs + 1):
        began = time.perf_counter()
        await connection.fetch(statement, *given)
        seconds.append(time.perf_counter() - began)
    return seconds[1:]


def main() -> None:
    """Measure each tier that is installed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=365, help="days of hourly readings")
    parser.add_argument("--runs", type=int, default=20, help="times that each query is asked, after one to warm up")
    parser.add_argument("--tier", action="append", choices=TIERS, help="only these")
    parser.add_argument("--only-chart", action="store_true", help="no panels")
    options = parser.parse_args()
    for name in options.tier or TIERS:
        with tempfile.TemporaryDirectory(prefix="kiezbox-bench-") as folder:
            try:
                with servers.open_host(name, Path(folder)) as host:
                    if not options.only_chart:
                        with host.migrated() as settings:
                            asyncio.run(measure(settings, host, options.days, options.runs))
                    with host.migrated() as settings:
                        asyncio.run(measure_chart(settings, host, options.runs))
            except BaseException as error:
                if type(error).__name__ not in {"Skipped", "Failed"}:
                    raise
                print(f"dashboards: {name}: {error}")


if __name__ == "__main__":
    main()
