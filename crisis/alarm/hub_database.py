"""On a hub: alarms and the database. What only that knows is asked there, and the list of alarms is brought into it.

Nothing else waits for either.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.alarm import kinds
from crisis.alarm.copied import copy, of_service
from crisis.alarm.sources import of_database
from kiezbox import db, sql
from kiezbox.errors import Refused, TimeLimitError, Unavailable

if TYPE_CHECKING:
    from crisis.alarm.outbox.outbox import Outbox
    from crisis.alarm.sources.gathering import Gathering
    from crisis.node import Node
    from kiezbox.settings import DatabaseSettings

log = logging.getLogger(__name__)

_ASK_SECONDS = 15.0
_APPLICATION = "kiezbox-alarm"  # in pg_stat_activity
_DATABASE, _STATEMENTS = "database", "crisis.alarm.sources"


@dataclass(frozen=True, slots=True)
class HubDatabase:
    """The database of a hub. What it says goes to `gathering`; `outbox` knows which alarms were open before."""

    node: Node
    outbox: Outbox
    gathering: Gathering
    database: DatabaseSettings

    async def ask(self) -> None:
        """Look at what only the database knows, for as long as the node runs."""
        holding: of_database.Holding | None = None
        async with db.pool(self.database, _APPLICATION) as pool:
            while True:
                try:
                    holding = holding or of_database.Holding(begun=await self._begun(pool))
                    for kind in kinds.OF_DATABASE:
                        await self.ask_one(kind, holding, pool)
                    self.gathering.put(_DATABASE, ())
                except Unavailable as error:
                    self.gathering.failed(_DATABASE, error, self.node.now())
                await asyncio.sleep(_ASK_SECONDS)

    async def ask_one(self, kind: kinds.Kind, holding: of_database.Holding, pool: db.Pool) -> None:
        """Look at one kind. Raises Unavailable.

        A statement that is refused, takes too long, or for which the role lacks a right fails alone; so does one of
        which the schema knows nothing, of another version.
        """
        try:
            rows = [dict(row) for row in await pool.fetch(sql.load(_STATEMENTS, kind.name))]
        except (Unavailable, Refused, db.ServerError) as error:
            is_away = isinstance(error, Unavailable) and not isinstance(error, TimeLimitError)
            if is_away and not isinstance(error.__cause__, db.Forbidden):
                raise
            self.gathering.failed(kind.name, error, self.node.now())
            return
        self.gathering.put(kind.name, holding.alarms(kind, rows, self.node.now(), time.monotonic()))

    async def _begun(self, pool: db.Pool) -> frozenset[str]:
        """The alarms that were open before this start: for our own chains, and in the list for others.

        Raises Unavailable.
        """
        own = frozenset(each.name for each in await self.outbox.open_alarms())
        try:
            return own | await copy.begun(self.node.log.id, pool)
        except (Refused, db.ServerError) as error:  # of another version, or without the right
            log.warning("nobody knows which alarms were open: some may be told again", extra={"error": error})
            return own

    async def copy_list(self, service: of_service.Service) -> None:
        """Bring the list into the database, for Grafana, for as long as the node runs."""
        async with db.pool(self.database.for_writing, _APPLICATION) as pool:
            await copy.run(self.node.log.id, of_service.ServiceSource(service), pool)
