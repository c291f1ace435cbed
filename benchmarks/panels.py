"""How long dashboards wait: the p95 of each query of each panel, over a year of readings.

Fills a city of 12 boxes with 6 quantities: a year of hourly readings, the last two days every ten minutes. Then
maintenance runs once with its default settings, as it does in production: of what is older than 90 days only rollups
stay. Runs each panel's SQL over the period that its page shows at first, and the air pages over a whole year. The goal
is 100 ms on the tier with rollups, the Community edition. Here that runs in WebAssembly on one connection, which is
several times slower than the same program natively, so the same queries are asked of the other tiers too.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

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


async def ask(connection: db.Connection, statement: str, runs: int) -> list[float]:
    """Seconds of each run, after one to warm up."""
    seconds = []
    for _ in range(runs + 1):
        began = time.perf_counter()
        await connection.fetch(statement)
        seconds.append(time.perf_counter() - began)
    return seconds[1:]


def main() -> None:
    """Measure each tier that is installed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=365, help="days of hourly readings")
    parser.add_argument("--runs", type=int, default=20, help="times that each query is asked, after one to warm up")
    parser.add_argument("--tier", action="append", choices=TIERS, help="only these")
    options = parser.parse_args()
    for name in options.tier or TIERS:
        with tempfile.TemporaryDirectory(prefix="kiezbox-bench-") as folder:
            try:
                with servers.open_host(name, Path(folder)) as host, host.migrated() as settings:
                    asyncio.run(measure(settings, host, options.days, options.runs))
            except BaseException as error:
                if type(error).__name__ not in {"Skipped", "Failed"}:
                    raise
                print(f"dashboards: {name}: {error}")


if __name__ == "__main__":
    main()
