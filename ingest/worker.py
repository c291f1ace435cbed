"""The ingest process: wait for the database, then take from the broker for as long as the database answers."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING

from ingest import pipeline
from ingest.registry import Registry
from ingest.store import Store
from kiezbox import db, metrics, migrate, mqtt
from kiezbox.errors import Unavailable
from kiezbox.process import Backoff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kiezbox.settings import Settings

log = logging.getLogger(__name__)

_RETRY_FIRST_SECONDS = 0.2
_RETRY_MAX_SECONDS = 5.0
_UPKEEP_SECONDS = 60.0


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Ingest until `stop`. While the database is away there is no session: the broker keeps what the boxes send."""
    if settings.ingest.metrics_port:
        metrics.serve(settings.ingest.metrics_host, settings.ingest.metrics_port)
    pauses = Backoff(_RETRY_FIRST_SECONDS, _RETRY_MAX_SECONDS, random.SystemRandom().random)
    said = ""
    async with db.pool(settings.database, "kiezbox-ingest") as pool:
        while not stop.is_set():
            try:
                await migrate.verify_pool(pool)
                registry = Registry()
                await registry.refresh(pool)
                said = ""
                pauses.reset()
                await _take(settings, pool, registry, stop)
            except* Unavailable as away:
                text = "; ".join(sorted({str(error) for error in _leaves(away)}))
                if text != said:
                    log.warning("waiting, the broker keeps the messages", extra={"for": text})
                    said = text
                metrics.DATABASE_AWAY.inc()
            await pauses.wait(stop)


def _leaves(group: BaseExceptionGroup[Unavailable]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


async def _take(settings: Settings, pool: db.Pool, registry: Registry, stop: asyncio.Event) -> None:
    """One session with the broker. Raises Unavailable (in a group) when the database goes away."""
    store = Store(pool, registry, accept_unknown_boxes=settings.ingest.accept_unknown_boxes)
    async with (
        mqtt.session(settings.mqtt, settings.ingest.client_id, settings.ingest.topics) as session,
        asyncio.TaskGroup() as group,
    ):
        upkeep = group.create_task(_keep_up(store, registry, pool), name="upkeep")
        await pipeline.run(session, store, registry, settings.ingest, stop)
        upkeep.cancel()


async def _keep_up(store: Store, registry: Registry, pool: db.Pool) -> None:
    """Now and then: read what operators changed, and drop what the live stream no longer keeps."""
    while True:
        await asyncio.sleep(_UPKEEP_SECONDS)
        await registry.refresh(pool)
        await store.trim()
