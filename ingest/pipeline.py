"""The way of a message: gathered, written, committed, acknowledged, answered, counted."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Protocol

from ingest.answer import answers
from ingest.batch import Deliveries, batches
from ingest.rows import beyond_readings
from ingest.verdict import Line, Outcome
from kiezbox import metrics
from kiezbox.errors import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ingest.batch import Batch
    from ingest.deferral import WaitingRoom
    from ingest.registry import Registry
    from ingest.store import Store
    from ingest.verdict import Verdict
    from kiezbox.errors import Reason
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


async def run(
    broker: Broker,
    store: Store,
    registry: Registry,
    limits: IngestSettings,
    stop: asyncio.Event,
    *,
    room: WaitingRoom | None = None,
) -> None:
    """Take messages until `stop`; none is acknowledged before its commit. Raises Unavailable: the broker keeps them.

    While one batch commits the next is received, read and sent to the database; they are settled in their order.
    With a waiting `room`, what boxes send beyond their share goes there.
    """
    slots = asyncio.Semaphore(limits.batches_in_flight)
    in_flight: asyncio.Queue[InFlight | None] = asyncio.Queue()
    writes: list[asyncio.Task[list[Verdict]]] = []
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_settle(broker, in_flight, slots), name="settle")
            quota = room.quota if room is not None else None
            async for batch in batches(broker, limits, lambda: registry.catalogue, stop, quota):
                await slots.acquire()
                writing = asyncio.create_task(_write(store, room, batch), name="write")
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
        broker.acknowledge(batch.deliveries())
        conclude(broker, verdicts)


def conclude(broker: Broker, verdicts: Sequence[Verdict]) -> None:
    """After the commit: answer the boxes, count."""
    for topic, payload in answers(verdicts):
        broker.publish(topic, payload)  # a lost answer costs one more replay, nothing else
    _count(verdicts)


async def _write(store: Store, room: WaitingRoom | None, batch: Batch) -> list[Verdict]:
    with metrics.BATCH_SECONDS.time():
        if batch.deferred and room is not None:
            await room.take_in(batch.deferred)
        return await store.write(batch.arrivals) if batch.arrivals else []


def _count(verdicts: Sequence[Verdict]) -> None:
    """Count a batch at once: a metric of its own for each message costs more than storing it."""
    total = Line()
    total.add(verdicts)
    reasons: Counter[Reason] = Counter()
    for verdict in beyond_readings(verdicts):
        if isinstance(verdict.arrival.content, Malformed):
            reasons[verdict.arrival.content.reason] += 1
        reasons.update(verdict.reasons)
    for outcome in Outcome:
        metrics.MESSAGES.labels(outcome).inc(total.messages[outcome])
    metrics.READINGS.labels("stored").inc(total.stored)
    metrics.READINGS.labels("duplicate").inc(total.duplicate)
    metrics.READINGS.labels("rejected").inc(total.rejected)
    metrics.DIFFERING.inc(total.differing)
    for reason, count in reasons.items():
        metrics.REJECTS.labels(reason).inc(count)
    metrics.BATCH_MESSAGES.observe(len(verdicts))
    metrics.BATCH_READINGS.observe(total.stored + total.duplicate + total.rejected)
    metrics.LAST_COMMIT.set_to_current_time()
