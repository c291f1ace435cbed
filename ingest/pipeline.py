"""The way of a message: gathered, written, committed, acknowledged, answered, counted."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Protocol, TypeVar

from ingest.answer import answers
from ingest.batch import Deliveries, batches
from kiezbox import metrics
from kiezbox.errors import Malformed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterable

    from ingest.registry import Registry
    from ingest.store import Store
    from ingest.verdict import Verdict
    from kiezbox.mqtt import Delivery
    from kiezbox.settings import IngestSettings

Item = TypeVar("Item")


class Broker(Deliveries, Protocol):
    """What the pipeline asks of the session with the broker."""

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """Tell the broker that these are safe."""
        ...

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send a message; False when it could not be sent."""
        ...


async def run(broker: Broker, store: Store, registry: Registry, limits: IngestSettings, stop: asyncio.Event) -> None:
    """Take messages until `stop`; none is acknowledged before its commit. Raises Unavailable: the broker keeps them."""
    gathered = batches(broker, limits, lambda: registry.catalogue, stop)
    async with contextlib.aclosing(_ahead(gathered)) as ready:
        async for batch in ready:
            started = time.monotonic()
            verdicts = await store.write(batch.arrivals)
            broker.acknowledge(arrival.delivery for arrival in batch.arrivals)
            for topic, payload in answers(verdicts):
                broker.publish(topic, payload)  # a lost answer costs one more replay, nothing else
            _count(verdicts, time.monotonic() - started)


async def _ahead(items: AsyncIterator[Item]) -> AsyncGenerator[Item, None]:
    """The same items; the next one is made while the caller works on this one."""
    coming = asyncio.ensure_future(anext(items, None))
    try:
        while (item := await coming) is not None:
            coming = asyncio.ensure_future(anext(items, None))
            yield item
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


def _count(verdicts: Iterable[Verdict], seconds: float) -> None:
    readings = 0
    for verdict in verdicts:
        metrics.MESSAGES.labels(verdict.outcome).inc()
        metrics.READINGS.labels("stored").inc(verdict.stored)
        metrics.READINGS.labels("duplicate").inc(verdict.duplicate)
        metrics.READINGS.labels("rejected").inc(verdict.rejected)
        metrics.DIFFERING.inc(verdict.differing)
        if isinstance(verdict.arrival.content, Malformed):
            metrics.REJECTS.labels(verdict.arrival.content.reason).inc()
        for reason, count in verdict.reasons.items():
            metrics.REJECTS.labels(reason).inc(count)
        readings += verdict.stored + verdict.duplicate + verdict.rejected
    metrics.BATCH_SECONDS.observe(seconds)
    metrics.BATCH_READINGS.observe(readings)
    metrics.LAST_COMMIT.set_to_current_time()
