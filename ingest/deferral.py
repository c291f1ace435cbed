"""Deferred messages: kept in the database unread, and stored later.

What boxes send beyond their share is stored steadily. What is ahead of the hub while the hub's clock is in doubt
(hub_clock.py) is stored when its time has come: because the clock was set right, or by itself.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from msgspec import structs

from ingest import batch, restoring
from ingest.hub_clock import HubClock
from ingest.store import Store
from kiezbox import metrics, mqtt, sql

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from ingest.batch import Arrival, Deferred, Waiting
    from ingest.quota import Quota
    from ingest.registry import Registry
    from ingest.results import Result
    from kiezbox.db import Connection, Pool, Record

log = logging.getLogger(__name__)
_sql = partial(sql.load, "ingest")

COLUMNS = ("box", "received_at", "topic", "payload")
_DUE_MESSAGES = 1_000  # stored at once when their time has come
_ROUND_SECONDS = 1.0
_COUNT_EVERY = 30  # rounds


class _TakenError(Exception):
    """Another worker has stored some of these messages meanwhile."""


class DeferredMessages:
    """The table `deferred`. Several workers may share it: what one of them has stored the others find gone."""

    def __init__(
        self,
        pool: Pool,
        registry: Registry,
        quota: Quota,
        *,
        accept_unknown_boxes: bool,
        hub_clock: HubClock | None = None,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.hub_clock = hub_clock or HubClock()
        self._wall = wall
        self._is_in_doubt = False
        self._pool = pool
        self._registry = registry
        self.quota = quota
        self._store = Store(pool, registry, accept_unknown_boxes=accept_unknown_boxes, also=self._remove)

    async def add(self, deferred: Sequence[Deferred]) -> None:
        """Commit these unread; then they may be acknowledged to the broker. Raises Unavailable."""
        records = [(box, delivery.received_at, delivery.topic, delivery.payload) for box, delivery in deferred]
        async with self._pool.connection() as connection:
            await connection.copy_records_to_table("deferred", records=records, columns=COLUMNS)
        metrics.DEFERRED.inc(len(records))
        self._note(self.quota.deferred + len(records), self.quota.flooding | {box for box, _ in deferred})

    async def hold(self, waiting: Sequence[Waiting]) -> None:
        """Commit these until their time has come; then they may be acknowledged to the broker. Raises Unavailable."""
        records = [
            (box, delivery.received_at, delivery.topic, delivery.payload, due_at) for box, delivery, due_at in waiting
        ]
        async with self._pool.connection() as connection:
            await connection.copy_records_to_table("deferred", records=records, columns=(*COLUMNS, "due_at"))
        self._note_waiting(self.hub_clock.waiting + len(records))

    async def store_steadily(self) -> AsyncGenerator[list[Result], None]:
        """For ever: each second store as many messages of each box as its share allows. Raises Unavailable."""
        for number in itertools.count():
            for results in await self._store_due(number):
                yield results
            boxes = await self._boxes()
            for box in sorted(boxes):
                results = await self._store_oldest(box)
                if results:
                    yield results
            if number % _COUNT_EVERY == 0 or bool(boxes) != bool(self.quota.flooding):
                row = await self._pool.fetchrow("SELECT count(*) AS deferred FROM deferred WHERE due_at IS NULL")
                assert row is not None
                self._note(row["deferred"], await self._boxes())
            await asyncio.sleep(_ROUND_SECONDS)

    async def _store_due(self, round_number: int) -> list[list[Result]]:
        """Store what waited for the hub's clock and is not ahead of it any more; all when boxes confirm the clock."""
        found: list[list[Result]] = []
        if not self.hub_clock.waiting and round_number % _COUNT_EVERY:
            return found
        until = None if self.hub_clock.is_confirmed else self._wall()
        while rows := await self._pool.fetch(_sql("due_deferred"), until, _DUE_MESSAGES):
            results = await self._store_rows(rows)
            if not results:
                break
            found.append(results)
        row = await self._pool.fetchrow("SELECT count(*) AS waiting FROM deferred WHERE due_at IS NOT NULL")
        assert row is not None
        self._note_waiting(row["waiting"])
        return found

    def _note_waiting(self, waiting: int) -> None:
        """Remember how many wait for the hub's clock, and log when the first one does and when none does any more."""
        clock = self.hub_clock
        if waiting and not self._is_in_doubt:
            log.error(
                "THE HUB'S CLOCK IS BEHIND: what boxes measure is ahead of it, and waits until the clock is right"
                " (timedatectl, NTP)",
                extra={"clock": self._wall(), "behind_seconds": round(clock.skew_seconds)},
            )
        if self._is_in_doubt and not waiting:
            log.warning(
                "the hub's clock is right again, and what waited for it is stored", extra={"clock": self._wall()}
            )
        self._is_in_doubt, clock.waiting = waiting > 0, waiting
        metrics.CLOCK_WAITING.set(waiting)
        metrics.CLOCK_SKEW.set(clock.skew_seconds if waiting else 0)

    async def _boxes(self) -> set[str]:
        return {row["box"] for row in await self._pool.fetch(_sql("deferred_boxes"))}

    async def _store_oldest(self, box: str) -> list[Result]:
        limit = max(1, round(self.quota.deferred_per_second * _ROUND_SECONDS))
        return await self._store_rows(await self._pool.fetch(_sql("oldest_deferred"), box, limit))

    async def _store_rows(self, rows: Sequence[Record]) -> list[Result]:
        """Their results; none, and nothing is stored, when another worker was faster."""
        try:
            return await self._store.write([self._read(row) for row in rows])
        except _TakenError:
            return []

    def _read(self, row: Record) -> Arrival:
        """The message in a row, which is its origin: an id."""
        delivery = mqtt.stored_delivery(row["topic"], row["payload"], row["received_at"])
        arrival = batch.read(delivery, self._registry.catalogue, judged_at=max(row["received_at"], self._wall()))
        return structs.replace(arrival, origin=row["id"])

    async def _remove(self, connection: Connection, results: list[Result]) -> None:
        """In the transaction that stores them. Raises _TakenError, which undoes it."""
        ids = [result.arrival.origin for result in results]
        removed = await connection.fetch(_sql("delete_deferred"), ids)
        if len(removed) != len(ids):
            raise _TakenError
        await restoring.restore(connection, map(restoring.heard, results))
        self._note(max(0, self.quota.deferred - len(ids)), self.quota.flooding)

    def _note(self, deferred: int, flooding: set[str]) -> None:
        """Remember how many are deferred and for whom, and log each box that begins or ceases to flood."""
        for box in sorted(flooding - self.quota.flooding):
            log.warning(
                "a box floods: what is beyond its share waits, and is stored later",
                extra={"box": box, "messages_per_second": self.quota.per_second},
            )
        for box in sorted(self.quota.flooding - flooding):
            log.info("a box that flooded has everything stored", extra={"box": box})
        self.quota.deferred, self.quota.flooding = deferred, flooding
        metrics.DEFERRED_WAITING.set(deferred)
        metrics.FLOODING_BOXES.set(len(flooding))
