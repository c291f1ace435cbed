"""Proof of growth: how fast rows go in, how much space they take, and what queries cost as history grows tenfold.

For each tier that is installed, on a server of its own: the write rate of ingest's store (ledger, newest values and
feed included) against COPY of the same rows, in turns; bytes a reading; and for six typical questions, in the API's own
statements, median and 95th percentile with a tenth of a year of history (1x) and with a whole year (10x).

A year of 200 boxes with 8 quantities every 10 minutes is 84 million readings: `--scale 1`. A smaller scale has fewer
boxes, never a shorter year. The Community edition runs in WebAssembly here, in memory, without COPY: it has a scale of
its own, and its figures compare with each other only.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from benchmarks.growth import history, questions, tiers, writing
from kiezbox import db

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.growth.questions import Figures
    from benchmarks.growth.tiers import TierDatabase
    from storage.migrate import Tier

BOXES = 200
YEAR_DAYS = 365


async def measure(database: TierDatabase, options: argparse.Namespace) -> None:
    """All figures of one server."""
    scale = options.scale if database.can_copy else options.community_scale  # in WebAssembly a part of a year fits
    async with db.pool(database.settings, "bench") as pool:
        print(f"storage: tier {database.tier}", flush=True)
        if options.only_space:
            pass
        elif database.can_copy:
            await _writes(pool, database.tier, options)
        else:
            print("  write: not measured, this server takes no COPY")
        for kind in history.KINDS:
            await history.settle(pool, BOXES)
            space = await history.space(pool, database.tier, kind)
            print(f"  space, {kind.name}: {space.plain:.1f} bytes a reading", end="")
            print("" if space.compressed is None else f", compressed {space.compressed:.2f}", flush=True)
        if options.only_space:
            return
        await _growth(pool, database.tier, max(1, round(BOXES * scale)), options.runs)


async def _writes(pool: db.Pool, tier: Tier, options: argparse.Namespace) -> None:
    for samples in (1, 10):
        rates = await writing.rates(pool, tier, options.readings, samples, options.rounds)
        print(
            f"  write, {samples * len(history.QUANTITIES)} readings a message: {rates.store:,.0f} readings/s,"
            f" COPY {rates.copy:,.0f}/s, ratio {rates.store / rates.copy:.2f}",
            flush=True,
        )


async def _growth(pool: db.Pool, tier: Tier, boxes: int, runs: int) -> None:
    await history.settle(pool, boxes)
    recent = history.END - timedelta(days=YEAR_DAYS // 10)
    figures: list[Mapping[str, Figures]] = []
    for since, until in ((recent, history.END), (history.END - timedelta(days=YEAR_DAYS), recent)):
        started = time.perf_counter()
        await history.fill(pool, tier, since, until)
        seconds = time.perf_counter() - started
        readings = await history.count(pool)
        name = "10x" if figures else "1x"
        print(f"  {name}: {boxes} boxes, {readings:,} readings, made in {seconds:.0f} s", flush=True)
        figures.append(await questions.ask(pool, runs))
    _compare(*figures)


def _compare(small: Mapping[str, Figures], large: Mapping[str, Figures]) -> None:
    for question in questions.QUESTIONS:
        before, after = small[question.name], large[question.name]
        # With a tenth of the history, a question about a longer period reads less: its ratio says nothing about growth.
        is_fixed = question.span <= timedelta(days=YEAR_DAYS // 10)
        ratio = f"10x/1x {after.median / before.median:.2f}" if is_fixed else "longer than 1x"
        print(
            f"  {question.name + ':':<36} median {after.median * 1000:6.1f} ms, p95 {after.p95 * 1000:6.1f} ms, {ratio}"
        )


def main() -> None:
    """Measure every tier, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tier", action="append", choices=tiers.NAMES, help="only this one; may be given twice")
    parser.add_argument("--scale", type=float, default=0.1, help="part of 200 boxes, for a year")
    parser.add_argument(
        "--community-scale", type=float, default=0.005, help="the same for the Community edition in WebAssembly"
    )
    parser.add_argument("--readings", type=int, default=100_000, help="readings of one round of writing")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of writing")
    parser.add_argument("--only-space", action="store_true", help="bytes a reading, and nothing else")
    parser.add_argument("--runs", type=int, default=60, help="times that each question is asked")
    options = parser.parse_args()
    for name in options.tier or tiers.NAMES:
        try:
            with tiers.opened(name) as database:
                asyncio.run(measure(database, options))
        except tiers.TierMissingError as missing:
            print(f"storage: tier {name}: left out, {missing}")


if __name__ == "__main__":
    main()
