"""Requests into the database: those that wait together are committed together, and each learns of its commit."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ingest import batch, pipeline
from kiezbox import metrics, mqtt
from kiezbox.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.registry import Registry
    from ingest.store import Store

log = logging.getLogger(__name__)

_MESSAGES_MAX = 500  # of one transaction
_RETRY_SECONDS = 0.5
_STEP = timedelta(microseconds=1)  # between two messages at least: their times tell the order in which they came


@dataclass(eq=False, slots=True)
class _Waiting:
    messages: Sequence[tuple[str, bytes]]
    received_at: datetime
    committed: asyncio.Future[None]


class Writer:
    """One transaction at a time. While the database is away, what waits is tried again until its request gives up."""

    def __init__(self, store: Store, registry: Registry) -> None:
        self._store = store
        self._registry = registry
        self._waiting: list[_Waiting] = []
        self._wake = asyncio.Event()
        self.is_away = False

    async def commit(self, messages: Sequence[tuple[str, bytes]], received_at: datetime, seconds: float) -> bool:
        """Whether these messages, each a topic and a payload, were committed within that many seconds.

        What was not may still be on its way into the database: a message that comes again is a duplicate there.
        """
        waiting = _Waiting(messages, received_at, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._wake.set()
        try:
            await asyncio.wait_for(asyncio.shield(waiting.committed), seconds)
        except TimeoutError:
            waiting.committed.cancel()
            return False
        return True

    async def run(self) -> None:
        """Write what waits, for ever. Raises whatever is a bug."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while part := self._next():
                try:
                    await self._write(part)
                except Unavailable as error:
                    self._waiting[:0] = part
                    metrics.DATABASE_AWAY.inc()
                    if not self.is_away:
                        log.warning("the database is away, senders wait for their answer", extra={"for": error})
                    self.is_away = True
                    await asyncio.sleep(_RETRY_SECONDS)

    def _next(self) -> list[_Waiting]:
        """What goes into one transaction: the oldest whose requests still wait."""
        self._waiting = [each for each in self._waiting if not each.committed.done()]
        count, taken = 0, 0
        for each in self._waiting:
            count += len(each.messages)
            if taken and count > _MESSAGES_MAX:
                break
            taken += 1
        part, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return part

    async def _write(self, part: Sequence[_Waiting]) -> None:
        arrivals = []
        earliest_at = datetime.min.replace(tzinfo=UTC)
        for each in part:
            for topic, payload in each.messages:
                received_at = max(each.received_at, earliest_at)
                earliest_at = received_at + _STEP
                delivery = mqtt.stored_delivery(topic, payload, received_at)
                arrivals.append(batch.read(delivery, self._registry.catalogue))
        with metrics.BATCH_SECONDS.time():
            results = await self._store.write(arrivals)
        pipeline.count(results)
        if self.is_away:
            log.info("the database is back")
        self.is_away = False
        for each in part:
            if not each.committed.done():
                each.committed.set_result(None)
