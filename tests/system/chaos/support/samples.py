"""Samples taken while faults are injected: the age of what people see, and the memory of ingest."""

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

    from tests.system.chaos.support.deployment import Deployment

_EVERY_SECONDS = 0.5
# The age of what a dashboard shows of a box is that of its newest reading: the interval, and the way to the table.
_AGES = """
SELECT extract(epoch FROM clock_timestamp() - max(l.measured_at))::float8 AS age_seconds
FROM latest AS l JOIN series AS s ON s.id = l.series WHERE s.box = ANY($1) GROUP BY s.box
"""


@dataclass(slots=True)
class Samples:
    """Samples so far. Ages are in seconds, one for each box and moment; memory is in MiB, one for each moment."""

    ages: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def p95_seconds(self, since: int = 0) -> float:
        """The age that 95 % of the samples do not exceed, in seconds."""
        return p95(self.ages[since:])


def p95(values: Sequence[float]) -> float:
    """The value that 95 % of the values do not exceed; 0 when there are none."""
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else sum(values)


@contextlib.asynccontextmanager
async def sampling(deployment: Deployment, boxes: Sequence[str]) -> AsyncIterator[Samples]:
    """Samples, taken while the block runs. `boxes` are those that send all the time."""
    samples = Samples()
    tasks = [
        asyncio.create_task(_read_ages(deployment, list(boxes), samples), name="ages"),
        asyncio.create_task(_read_memory(deployment, samples), name="memory"),
    ]
    try:
        yield samples
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _read_ages(deployment: Deployment, boxes: list[str], samples: Samples) -> None:
    while True:
        with contextlib.suppress(Unavailable):
            async with db.connect(deployment.system.db, "samples") as connection:
                while True:
                    samples.ages += [row["age_seconds"] for row in await connection.fetch(_AGES, boxes)]
                    await asyncio.sleep(_EVERY_SECONDS)
        await asyncio.sleep(_EVERY_SECONDS)


async def _read_memory(deployment: Deployment, samples: Samples) -> None:
    while True:
        await asyncio.sleep(_EVERY_SECONDS)
        if (mib := deployment.ingest.rss_mib) > 0:
            samples.memory.append(mib)
