"""Proof that repeats cost little: 30,000 readings sent again, with and without a year of history beside them.

For each tier that is installed, on a server of its own, through ingest's store: 30,000 new readings of yesterday, of a
day last month and (Community edition) of a day that is compressed; then the same ones again, several times. First
these days are all that the database has, then it has a year. Printed are the shortest times (what else the machine
does makes the others longer), the time with a year over the time without (at most 1.2 is wanted), and the time of
repeats over that of new readings (at most 4 is wanted on days that are not compressed).

A year of 200 boxes with 8 quantities every 10 minutes is 84 million readings: `--scale 1`. A smaller scale has fewer
boxes, never a shorter year. The Community edition runs in WebAssembly here, in memory, without COPY: it has a scale of
its own, and its figures compare with each other only.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from benchmarks.growth import history, tiers, writing
from ingest.registry import Registry
from ingest.results import Outcome
from ingest.store import Store
from kiezbox import db
from storage.migrate import Tier

BOXES = 200
YEAR = timedelta(days=365)
READINGS = 30_000
GROWTH_WANTED = 1.2
REPEATS_WANTED = 4.0


@dataclass(frozen=True, slots=True)
class Day:
    """A day whose readings are sent again, and how long ago it was."""

    name: str
    age: timedelta
    is_compressed: bool = False

    @property
    def start(self) -> datetime:
        """Its midnight."""
        return history.END - self.age


DAYS = (
    Day("yesterday", timedelta(days=1)),
    Day("last month", timedelta(days=30)),
    Day("a compressed day", timedelta(days=60), is_compressed=True),
)


@dataclass(frozen=True, slots=True)
class Seconds:
    """What 30,000 readings of one day took: when they were new, and sent again."""

    new: float
    again: float


async def measure(given: tiers.TierDatabase, options: argparse.Namespace) -> None:
    """All figures of one server."""
    scale = options.scale if given.can_copy else options.community_scale  # in WebAssembly a part of a year fits
    boxes = max(1, round(BOXES * scale))
    print(f"replay: tier {given.tier}, {boxes} boxes, {READINGS:,} readings again", flush=True)
    days = [day for day in DAYS if not day.is_compressed or given.tier is Tier.COMMUNITY]
    async with db.pool(given.settings, "bench") as pool:
        found: list[dict[str, Seconds]] = []
        for has_year in (False, True):
            await history.settle(pool, boxes)
            if has_year:
                await history.fill(pool, given.tier, history.END - YEAR, history.END)
            else:
                for day in days:
                    await history.fill(pool, given.tier, day.start, day.start + timedelta(days=1))
            print(f"  {await history.count(pool):,} readings beside them", flush=True)
            found.append({day.name: await _replay(pool, given, day, options.rounds) for day in days})
    for day in days:
        _print(day, *(seconds[day.name] for seconds in found))


async def _replay(pool: db.Pool, given: tiers.TierDatabase, day: Day, rounds: int) -> Seconds:
    store = Store(pool, Registry(), accept_unknown_boxes=True, can_copy=given.can_copy)
    per_message = len(history.QUANTITIES)
    await store.write(writing.messages(history.END - 10 * YEAR, BOXES, 1))  # boxes and series are there, as on any day
    if given.tier is Tier.COMMUNITY:
        await _set_compressed(pool, day, is_compressed=False)
    # Beside the readings of `history`, which were measured at full minutes.
    arrivals = writing.messages(day.start + timedelta(seconds=30), READINGS // per_message, 1)
    started = time.perf_counter()
    await store.write(arrivals)
    new = time.perf_counter() - started
    if day.is_compressed:
        await _set_compressed(pool, day, is_compressed=True)
    await pool.execute("VACUUM (ANALYZE) stored_reading")
    again = []
    for turn in range(rounds + 1):
        started = time.perf_counter()
        results = await store.write(arrivals)
        if turn:  # the first one finds out that they are repeats
            again.append(time.perf_counter() - started)
        assert {result.outcome for result in results} == {Outcome.DUPLICATE}
    return Seconds(new, min(again))


async def _set_compressed(pool: db.Pool, day: Day, *, is_compressed: bool) -> None:
    function = "compress_chunk" if is_compressed else "decompress_chunk"
    await pool.execute(
        f"SELECT {function}(c, true) FROM show_chunks('stored_reading', older_than => $1::timestamptz,"
        " newer_than => $2::timestamptz) AS c",
        day.start + timedelta(days=1),
        day.start,
    )


def _print(day: Day, small: Seconds, large: Seconds) -> None:
    growth, repeats = large.again / small.again, large.again / large.new
    wanted = "" if day.is_compressed else f" (wanted: {REPEATS_WANTED})"
    print(
        f"  {day.name + ':':<18} again {small.again * 1000:7.0f} ms, with a year {large.again * 1000:7.0f} ms,"
        f" ratio {growth:.2f} (wanted: {GROWTH_WANTED}); new {large.new * 1000:.0f} ms,"
        f" again/new {repeats:.2f}{wanted}",
        flush=True,
    )


def main() -> None:
    """Measure every tier, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tier", action="append", choices=tiers.NAMES, help="only this one; may be given twice")
    parser.add_argument("--scale", type=float, default=0.1, help="part of 200 boxes, for a year")
    parser.add_argument(
        "--community-scale", type=float, default=0.005, help="the same for the Community edition in WebAssembly"
    )
    parser.add_argument("--rounds", type=int, default=15, help="times that the readings are sent again")
    options = parser.parse_args()
    for name in options.tier or tiers.NAMES:
        try:
            with tiers.opened(name) as given:
                asyncio.run(measure(given, options))
        except tiers.TierMissingError as missing:
            print(f"replay: tier {name}: left out, {missing}")


if __name__ == "__main__":
    main()
