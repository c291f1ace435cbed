"""The waiting room: messages of boxes that flood are kept there as they came, and stored later at a steady pace."""

from __future__ import annotations

import asyncio
import itertools
import logging
from typing import TYPE_CHECKING

from ingest import batch
from ingest.store import Store
from kiezbox import metrics, mqtt, sql

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from ingest.batch import Arrival, Deferred
    from ingest.quota import Quota
    from ingest.registry import Registry
    from ingest.verdict import Verdict
    from kiezbox.db import Connection, Pool, Record

log = logging.getLogger(__name__)

COLUMNS = ("box", "received_at", "topic", "payload")
_ROUND_SECONDS = 1.0
_COUNT_EVERY = 30  # rounds


class _Taken(Exception):  # noqa: N818 -- no error: another worker was faster
    """Another worker has stored these meanwhile."""


class WaitingRoom:
    """Takes in and lets out. Several workers may share it: what one has stored the others find gone."""

    def __init__(self, pool: Pool, registry: Registry, quota: Quota, *, accept_unknown_boxes: bool) -> None:
        self._pool = pool
        self._registry = registry
        self.quota = quota
        self._store = Store(pool, registry, accept_unknown_boxes=accept_unknown_boxes, also=self._remove)
        self._ids: dict[int, int] = {}  # of what is being stored, by the identity of its delivery

    async def take_in(self, deferred: Sequence[Deferred]) -> None:
        """Keep these on the database's disk: they may be acknowledged to the broker then. Raises Unavailable."""
        records = [(box, kept.received_at, kept.topic, kept.payload) for box, kept in deferred]
        async with self._pool.connection() as connection:
            await connection.copy_records_to_table("deferred", records=records, columns=COLUMNS)
        metrics.DEFERRED.inc(len(records))
        self._note(self.quota.waiting + len(records), self.quota.flooding | {box for box, _ in deferred})

    async def let_out(self) -> AsyncGenerator[list[Verdict], None]:
        """For ever: each second as many messages of each box as its share allows, stored. Raises Unavailable."""
        for number in itertools.count():
            boxes = await self._boxes()
            for box in sorted(boxes):
                verdicts = await self._store_oldest(box)
                if verdicts:
                    yield verdicts
            if number % _COUNT_EVERY == 0 or bool(boxes) != bool(self.quota.flooding):
                row = await self._pool.fetchrow("SELECT count(*) AS waiting FROM deferred")
                assert row is not None
                self._note(row["waiting"], await self._boxes())
            await asyncio.sleep(_ROUND_SECONDS)

    async def _boxes(self) -> set[str]:
        return {row["box"] for row in await self._pool.fetch(_sql("deferred_boxes"))}

    async def _store_oldest(self, box: str) -> list[Verdict]:
        limit = max(1, round(self.quota.out_per_second * _ROUND_SECONDS))
        return await self._store_rows(await self._pool.fetch(_sql("oldest_deferred"), box, limit))

    async def _store_rows(self, rows: Sequence[Record]) -> list[Verdict]:
        """Their verdicts; none, and nothing stored, when another worker was faster."""
        arrivals: list[Arrival] = []
        for row in rows:
            kept = mqtt.kept(row["topic"], row["payload"], row["received_at"])
            arrivals.append(batch.read(kept, self._registry.catalogue))
            self._ids[id(kept)] = row["id"]
        try:
            return await self._store.write(arrivals)
        except _Taken:
            return []
        finally:
            self._ids.clear()

    async def _remove(self, connection: Connection, verdicts: list[Verdict]) -> None:
        """In the transaction that stores them. Raises _Taken, which undoes it."""
        ids = [self._ids[id(verdict.arrival.delivery)] for verdict in verdicts]
        gone = await connection.fetch(_sql("delete_deferred"), ids)
        if len(gone) != len(ids):
            raise _Taken
        self._note(max(0, self.quota.waiting - len(ids)), self.quota.flooding)

    def _note(self, waiting: int, flooding: set[str]) -> None:
        """Take down how it stands, and name the boxes for which that is news."""
        for box in sorted(flooding - self.quota.flooding):
            log.warning(
                "a box floods: what is beyond its share waits, and is stored later",
                extra={"box": box, "messages_per_second": self.quota.per_second},
            )
        for box in sorted(self.quota.flooding - flooding):
            log.info("a box that flooded has everything stored", extra={"box": box})
        self.quota.waiting, self.quota.flooding = waiting, flooding
        metrics.DEFERRED_WAITING.set(waiting)
        metrics.FLOODING_BOXES.set(len(flooding))


def _sql(name: str) -> str:
    return sql.load("ingest", name)
