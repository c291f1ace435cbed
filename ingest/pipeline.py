"""The way of a message: gathered, written, committed, acknowledged, answered, counted."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Protocol

from ingest.answer import answers
from ingest.batch import Deliveries, batches
from ingest.ledger import LedgerEntry
from ingest.results import Outcome
from ingest.rows import beyond_readings
from kiezbox import metrics
from kiezbox.errors import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ingest.batch import Batch
    from ingest.deferral import DeferredMessages
    from ingest.registry import Registry
    from ingest.results import Result
    from ingest.store import Store
    from kiezbox.errors import Reason
    from kiezbox.mqtt import Delivery
    from kiezbox.settings import IngestSettings

    InFlight = tuple[Batch, asyncio.Task[list[Result]]]


class Broker(Deliveries, Protocol):
    """What the pipeline asks of the session with the broker."""

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """Tell the broker that these are safe."""
        ...

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send a message; False when it could not be sent."""
        ...


async def run(
    broker: Broker,
    store: Store,
    registry: Registry,
    limits: IngestSettings,
    stop: asyncio.Event,
    *,
    deferred: DeferredMessages | None = None,
) -> None:
    """Take messages until `stop`; none is acknowledged before its commit. Raises Unavailable: the broker keeps them.

    While one batch commits the next is received, read and sent to the database; batches are settled in their order.
    With `deferred`, what boxes send beyond their share is kept there.
    """
    slots = asyncio.Semaphore(limits.batches_in_flight)
    in_flight: asyncio.Queue[InFlight | None] = asyncio.Queue()
    writes: list[asyncio.Task[list[Result]]] = []
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_settle(broker, in_flight, slots), name="settle")
            quota = deferred.quota if deferred is not None else None
            hub_clock = deferred.hub_clock if deferred is not None else None
            async for batch in batches(broker, limits, lambda: registry.catalogue, stop, quota, hub_clock=hub_clock):
                await slots.acquire()
                writing = asyncio.create_task(_write(store, deferred, batch), name="write")
                writes = [task for task in writes if not task.done()] + [writing]
                in_flight.put_nowait((batch, writing))
            in_flight.put_nowait(None)
    except asyncio.CancelledError:  # the process must end now
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
        results = await writing
        slots.release()
        broker.acknowledge(batch.deliveries())
        conclude(broker, results)


def conclude(broker: Broker, results: Sequence[Result]) -> None:
    """After the commit: answer the boxes, count."""
    for topic, payload in answers(results):
        broker.publish(topic, payload)  # a lost answer costs one more replay, nothing else
    count(results)


async def _write(store: Store, deferred: DeferredMessages | None, batch: Batch) -> list[Result]:
    with metrics.BATCH_SECONDS.time():
        if batch.deferred and deferred is not None:
            await deferred.add(batch.deferred)
        if batch.waiting and deferred is not None:
            await deferred.hold(batch.waiting)
        return await store.write(batch.arrivals) if batch.arrivals else []


def count(results: Sequence[Result]) -> None:
    """Count a batch at once: one call of a metric for each message would cost more than storing the message."""
    total = LedgerEntry()
    total.add(results)
    reasons: Counter[Reason] = Counter()
    for result in beyond_readings(results):
        if isinstance(result.arrival.content, Malformed):
            reasons[result.arrival.content.reason] += 1
        reasons.update(result.reasons)
    for outcome in Outcome:
        metrics.MESSAGES.labels(outcome).inc(total.messages[outcome])
    metrics.READINGS.labels("stored").inc(total.stored)
    metrics.READINGS.labels("duplicate").inc(total.duplicate)
    metrics.READINGS.labels("rejected").inc(total.rejected)
    metrics.DIFFERING.inc(total.differing)
    for reason, count in reasons.items():
        metrics.REJECTS.labels(reason).inc(count)
    metrics.BATCH_MESSAGES.observe(len(results))
    metrics.BATCH_READINGS.observe(total.stored + total.duplicate + total.rejected)
    metrics.LAST_COMMIT.set_to_current_time()
