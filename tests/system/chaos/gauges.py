"""What is measured while the chaos runs: how old what people see is, and how much memory ingest takes."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kiezbox import db
from kiezbox.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from tests.system.chaos.stage import Stage

_EVERY_SECONDS = 0.5
# What a dashboard shows of a box is as old as its newest reading: the interval, and all the way to the table.
_AGES = """
SELECT extract(epoch FROM clock_timestamp() - max(l.measured_at))::float8 AS age_seconds
FROM latest AS l JOIN series AS s ON s.id = l.series WHERE s.box = ANY($1) GROUP BY s.box
"""


@dataclass(slots=True)
class Gauges:
    """Samples so far. Ages are in seconds, one for each box and moment; memory is in MiB, one for each moment."""

    ages: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def p95_seconds(self, since: int = 0) -> float:
        """The age that 95 % of what was seen was younger than."""
        return p95(self.ages[since:])


def p95(values: Sequence[float]) -> float:
    """The value that 95 % do not exceed; 0 of none."""
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else sum(values)


@contextlib.asynccontextmanager
async def reading(stage: Stage, boxes: Sequence[str]) -> AsyncIterator[Gauges]:
    """Gauges that are read while the block runs; `boxes` are those that send all the time."""
    gauges = Gauges()
    tasks = [
        asyncio.create_task(_read_ages(stage, list(boxes), gauges), name="ages"),
        asyncio.create_task(_read_memory(stage, gauges), name="memory"),
    ]
    try:
        yield gauges
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _read_ages(stage: Stage, boxes: list[str], gauges: Gauges) -> None:
    while True:
        with contextlib.suppress(Unavailable):
            async with db.connect(stage.system.db, "gauges") as connection:
                while True:
                    gauges.ages += [row["age_seconds"] for row in await connection.fetch(_AGES, boxes)]
                    await asyncio.sleep(_EVERY_SECONDS)
        await asyncio.sleep(_EVERY_SECONDS)


async def _read_memory(stage: Stage, gauges: Gauges) -> None:
    while True:
        await asyncio.sleep(_EVERY_SECONDS)
        if (mib := stage.ingest.rss_mib) > 0:
            gauges.memory.append(mib)
