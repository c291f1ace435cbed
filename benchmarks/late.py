"""What late readings and repeats cost on old days, which the Community edition keeps as columns.

Through ingest's store, on a server of its own: a day of 200 boxes with 8 quantities, six weeks ago, as columns where
the server has them. Then, in turns, a batch of 1,600 readings of that day that nobody had sent yet, and one of 16,000
that are stored already. Prints the shortest time and the median.

It uses nothing that a version before 0028_stored_reading lacks: out of both checkouts in turns it compares two
versions (`PYTHONPATH=OTHER:OTHER/firmware-sim/src python benchmarks/late.py` from the folder OTHER).
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.growth import history, writing
from ingest.registry import Registry
from ingest.store import Store
from kiezbox import db
from storage.migrate import Tier
from tests import servers

if TYPE_CHECKING:
    from ingest.batch import Arrival
    from kiezbox.db import Pool
    from kiezbox.settings import DatabaseSettings
    from tests.servers import Host

START = history.END - timedelta(days=42)
SAMPLES = 10  # a message
BATCH = 200  # messages
_TABLE = """
SELECT coalesce(to_regclass('stored_reading'), to_regclass('reading'))::text
"""


async def measure(settings: DatabaseSettings, host: Host, rounds: int) -> None:
    """Fill the day, then write to it in turns."""
    async with db.pool(settings, "bench") as pool:
        store = Store(pool, Registry(), accept_unknown_boxes=True)
        stored = await _fill(pool, store, host.tier)
        late: list[float] = []
        repeats: list[float] = []
        for number in range(rounds):
            shift = timedelta(hours=1 + number % 20, seconds=33 + number)  # between readings that are there
            new = writing.messages(START + shift, writing.BOXES, 1)
            at = BATCH * number % len(stored)
            for messages, seconds in ((new, late), (stored[at : at + BATCH], repeats)):
                began = time.perf_counter()
                results = await store.write(messages)
                seconds.append(time.perf_counter() - began)
                if any(result.duplicate if messages is new else result.stored for result in results):
                    raise SystemExit("late: a late reading was a duplicate, or a repeat was stored")
    for name, seconds in (("late", late), ("repeats", repeats)):
        shortest, median = min(seconds) * 1000, statistics.median(seconds) * 1000
        print(f"  {host.tier}, {name}: shortest {shortest:.1f} ms, median {median:.1f} ms", flush=True)


async def _fill(pool: Pool, store: Store, tier: Tier) -> list[Arrival]:
    found = []
    for hours in range(0, 24, 2):
        found += writing.messages(START + timedelta(hours=hours, seconds=10), writing.BOXES, SAMPLES)
    for at in range(0, len(found), BATCH):
        await store.write(found[at : at + BATCH])
    async with pool.connection() as connection:
        if tier is Tier.COMMUNITY:
            table = await connection.fetchval(_TABLE)
            await connection.execute(f"SELECT compress_chunk(c) FROM show_chunks('{table}') AS c")
        if await connection.fetchval("SELECT to_regclass('rollup_progress') IS NOT NULL"):
            # As on any day: hours of that day are stored, so that late readings are noted for them.
            await connection.execute("UPDATE rollup_progress SET late_before = now() - INTERVAL '1 day'")
    return found


def main() -> None:
    """Measure each tier that is installed, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tier", action="append", choices=servers.NAMES, help="only this one; may be given twice")
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    for name in options.tier or servers.NAMES:
        with (
            tempfile.TemporaryDirectory(prefix="kiezbox-bench-") as folder,
            servers.open_host(name, Path(folder)) as host,
            host.migrated() as settings,
        ):
            asyncio.run(measure(settings, host, options.rounds))


if __name__ == "__main__":
    main()
