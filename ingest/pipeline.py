"""The way of a message: gathered, written, committed, acknowledged, answered, counted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from ingest.answer import answers
from ingest.batch import Deliveries, batches
from kiezbox import metrics
from kiezbox.errors import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.batch import Batch
    from ingest.registry import Registry
    from ingest.store import Store
    from ingest.verdict import Verdict
    from kiezbox.mqtt import Delivery
    from kiezbox.settings import IngestSettings

    InFlight = tuple[Batch, asyncio.Task[list[Verdict]]]


class Broker(Deliveries, Protocol):
    """What the pipeline asks of the session with the broker."""

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """Tell the broker that these are safe."""
        ...

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send a message; False when it could not be sent."""
        ...


async def run(broker: Broker, store: Store, registry: Registry, limits: IngestSettings, stop: asyncio.Event) -> None:
    """Take messages until `stop`; none is acknowledged before its commit. Raises Unavailable: the broker keeps them.

    While one batch commits the next is received, read and sent to the database; they are settled in their order.
    """
    slots = asyncio.Semaphore(limits.batches_in_flight)
    in_flight: asyncio.Queue[InFlight | None] = asyncio.Queue()
    writes: list[asyncio.Task[list[Verdict]]] = []
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_settle(broker, in_flight, slots), name="settle")
            async for batch in batches(broker, limits, lambda: registry.catalogue, stop):
                await slots.acquire()
                writing = asyncio.create_task(_write(store, batch), name="write")
                writes = [task for task in writes if not task.done()] + [writing]
                in_flight.put_nowait((batch, writing))
            in_flight.put_nowait(None)
    except asyncio.CancelledError:  # somebody insists
        for task in writes:
            task.cancel()
        raise
    finally:
        # When one write fails the others may finish: cut off, they would leave their connections inside a statement.
        await asyncio.gather(*writes, return_exceptions=True)


async def _settle(broker: Broker, in_flight: asyncio.Queue[InFlight | None], slots: asyncio.Semaphore) -> None:
    """After each commit, in order: acknowledge to the broker, answer the boxes, count."""
    while (entry := await in_flight.get()) is not None:
        batch, writing = entry
        verdicts = await writing
        slots.release()
        broker.acknowledge(arrival.delivery for arrival in batch.arrivals)
        for topic, payload in answers(verdicts):
            broker.publish(topic, payload)  # a lost answer costs one more replay, nothing else
        _count(verdicts)


async def _write(store: Store, batch: Batch) -> list[Verdict]:
    with metrics.BATCH_SECONDS.time():
        return await store.write(batch.arrivals)


def _count(verdicts: Iterable[Verdict]) -> None:
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
    metrics.BATCH_READINGS.observe(readings)
    metrics.LAST_COMMIT.set_to_current_time()
