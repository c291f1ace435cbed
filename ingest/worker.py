"""The ingest process: wait for the database, then take from the broker for as long as the database answers."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import math
import random
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ingest import beside, broker_session, pipeline
from ingest.beside import Beside
from ingest.clock_steps import ClockSteps
from ingest.deferral import DeferredMessages
from ingest.hub_clock import HubClock
from ingest.open_access import OpenAccess
from ingest.quota import Quota
from ingest.registry import Registry
from ingest.store import Store
from kiezbox import db, memory, metrics, mqtt, process
from kiezbox.errors import Unavailable
from storage import migrate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from ingest.broker_session import BrokerSession
    from kiezbox.settings import Settings

log = logging.getLogger(__name__)

_RETRY_FIRST_SECONDS = 0.2
_RETRY_MAX_SECONDS = 5.0
_STEADY_SECONDS = 10.0  # when a session with the broker lasted so long, the database was working
_UPKEEP_SECONDS = 60.0
# The columns of a batch are some hundred kilobytes each. Taken from the kernel and given back for each batch, their
# pages cost ingest a twentieth of its time (docs/performance.md).
_KEPT_BYTES = 32 * 2**20
_COLLECT_AFTER = 50_000  # new objects; Python's own 700 cost ingest a fifth of its time (docs/performance.md)


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Ingest until `stop`. While the database is away there is no session: the broker keeps what the boxes send."""
    if settings.ingest.metrics_port:
        metrics.serve(settings.ingest.metrics_host, settings.ingest.metrics_port)
    pauses = process.Backoff(_RETRY_FIRST_SECONDS, _RETRY_MAX_SECONDS, random.SystemRandom().random)
    async with db.pool(settings.database, "kiezbox-ingest") as pool:
        _collect_rarely()
        memory.keep(_KEPT_BYTES)
        clock_steps = ClockSteps(settings)

        async def ingest(recovered: Callable[[], None]) -> None:
            # An exception, its frames and the batch in them refer to one another: two megabytes for each session that
            # failed, and Python looks at everything only once in millions of new objects.
            gc.collect()
            began_at = math.inf
            try:
                await migrate.verify_pool(pool)
                registry = Registry()
                await registry.refresh(pool)
                began_at = time.monotonic()
                await _take(settings, pool, registry, stop, clock_steps)
            except* Unavailable:
                metrics.DATABASE_AWAY.inc()
                # A server with a full disk answers, and takes nothing: that it could be asked is no reason to hurry.
                if time.monotonic() - began_at > _STEADY_SECONDS:
                    recovered()
                raise

        async with _clearing_answers(settings):
            await process.retry_forever(ingest, on=Unavailable, say=_say, pauses=pauses, stop=stop)


@contextlib.asynccontextmanager
async def _clearing_answers(settings: Settings) -> AsyncIterator[None]:
    """Beside the block, once: delete answers to boxes that somebody had the broker retain."""
    worker = settings.ingest.client_id
    clearing = mqtt.clear_retained(settings.mqtt.for_session(worker), mqtt.passing(worker), ("kb/v1/+/ack",))
    task = asyncio.create_task(clearing, name="clear retained answers")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("retained answers to boxes were not looked for", extra={"error": error})


def _say(error: Exception) -> None:
    log.warning("waiting, the broker keeps the messages", extra={"for": process.describe(error)})


def _collect_rarely() -> None:
    """Look less often for garbage in cycles: a batch is thousands of small values, and none of them is in a cycle."""
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, *gc.get_threshold()[1:])


async def _take(
    settings: Settings, pool: db.Pool, registry: Registry, stop: asyncio.Event, clock_steps: ClockSteps
) -> None:
    """One session with the broker. Raises Unavailable (in a group) when the database goes away."""
    accept_unknown_boxes = settings.ingest.accept_unknown_boxes
    store = Store(pool, registry, accept_unknown_boxes=accept_unknown_boxes)
    quota = Quota(settings.ingest)
    newest = await pool.fetchrow("SELECT max(minute) AS received_at FROM message_ledger")
    hub_clock = HubClock(newest["received_at"] if newest else None, settings.ingest.deferred_messages)
    deferred = DeferredMessages(pool, registry, quota, accept_unknown_boxes=accept_unknown_boxes, hub_clock=hub_clock)
    found = await broker_session.find(pool, settings.ingest.client_id)
    broker = settings.mqtt.for_session(found.worker)

    async def take(source: pipeline.Broker, until: asyncio.Event = stop, into: Store = store) -> None:
        await pipeline.run(source, into, registry, settings.ingest, until, deferred=deferred)

    def another_store() -> Store:
        return Store(pool, registry, accept_unknown_boxes=accept_unknown_boxes)

    async with (
        mqtt.session(broker, found.client_id, settings.ingest.topics, label=metrics.MqttSession.INGEST) as session,
        asyncio.TaskGroup() as group,
    ):
        source = broker_session.source(session)

        async def take_beside() -> None:
            async with _beside(settings, found, session, stop) as found_beside:
                if found_beside is not None:
                    await take(found_beside, into=another_store())

        async def take_before(before: mqtt.Watched, until: asyncio.Event) -> None:
            await take(before, until, another_store())

        draining = group.create_task(
            broker_session.drain_before(pool, found, broker, source, take_before), name="drain the session before"
        )
        upkeep = group.create_task(_keep_up(store, registry, pool), name="upkeep")
        watching = group.create_task(clock_steps.run(), name="watch the clock")
        storing = group.create_task(_store_deferred(deferred, session), name="store deferred")
        taking = group.create_task(take_beside(), name="take what is beside")
        await take(source)
        await taking
        draining.cancel()
        upkeep.cancel()
        storing.cancel()
        watching.cancel()


@contextlib.asynccontextmanager
async def _beside(
    settings: Settings, found: BrokerSession, main: mqtt.Session, stop: asyncio.Event
) -> AsyncIterator[Beside | None]:
    """The session beside `main`, once that one has its filters; None when nothing is to be taken, or at `stop`."""
    topics = beside.topics(settings.ingest.topics, settings.mqtt.mesh_roots)
    waits = {asyncio.create_task(event.wait()) for event in (main.connected, stop)}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
    if not topics or stop.is_set():
        yield None
        return
    broker, label = settings.mqtt.for_session(f"{found.worker}-beside"), metrics.MqttSession.INGEST_BESIDE
    async with mqtt.session(broker, f"{found.client_id}-beside", topics, label=label) as session:
        yield Beside(mqtt.Unretained(session, beside.is_of_boxes), main, settings.ingest.topics)


async def _store_deferred(deferred: DeferredMessages, session: mqtt.Session) -> None:
    """Store what boxes sent beyond their share, bit by bit, and tell them."""
    async with contextlib.aclosing(deferred.store_steadily()) as stored:
        async for results in stored:
            pipeline.conclude(session, results)


async def _keep_up(store: Store, registry: Registry, pool: db.Pool) -> None:
    """Now and then: read what operators changed, and drop what the live stream no longer keeps."""
    access = OpenAccess()
    while True:
        await access.look(pool, datetime.now(UTC))
        await asyncio.sleep(_UPKEEP_SECONDS)
        await registry.refresh(pool)
        await store.trim()
