"""Brings the list of alarms into the database, whenever that answers. Nothing waits for it.

The table is a copy: what is there is brought to what the list says at every look, also after days without a database.
Readers know by its age whether a hub still says it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from functools import partial
from typing import TYPE_CHECKING, Protocol

from kiezbox import process, sql
from kiezbox.errors import Refused, Unavailable
from storage import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from uuid import UUID

    from crisis.alarm.copied.listing import Listed
    from kiezbox.db import Connection, Pool

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
_sql = partial(sql.load, "crisis.alarm.copied")


class Source(Protocol):
    """The alarms of a hub, for the copy."""

    def is_looking(self) -> bool:
        """Whether it has looked at its alarms lately, and at all."""

    def tells(self) -> bool:
        """Whether it tells people itself: it has people, and a channel that works."""

    async def listed(self, before: Collection[str]) -> tuple[Listed, ...]:
        """The list as of the last look. `before`: names of alarms that were open; what goes on keeps its name."""

    def may_end(self, name: str) -> bool:
        """Whether an alarm that the list does not have can be known to be over by now."""


async def run(log_id: UUID, source: Source, pool: Pool) -> None:
    """Copy for as long as the node runs. The database may be away, or have no schema yet: then it is tried again."""

    async def copy(recovered: Callable[[], None]) -> None:
        await migrate.verify_pool(pool)
        recovered()
        written: frozenset[Listed] = frozenset()
        while True:
            if source.is_looking():
                written = await write(log_id, source, pool, written)
            await asyncio.sleep(LOOK_SECONDS)

    def say(error: Exception) -> None:
        log.warning("the list of alarms is not written into the database for now", extra={"error": error})

    await process.retry_forever(copy, on=(Unavailable, Refused), say=say)


async def write(
    log_id: UUID, source: Source, pool: Pool, written: Collection[Listed] = frozenset()
) -> frozenset[Listed]:
    """Bring the table to what the list says; what it says now. `written`: what the last call did.

    Raises Unavailable, Refused.
    """
    async with pool.connection() as connection, connection.transaction():
        await connection.execute(_sql("upsert_list"), log_id, source.tells())
        before = await _open(connection, log_id)
        rows = await source.listed(before)
        # What somebody deleted, or a backup of before does not have, is written again.
        await _upsert(connection, log_id, [row for row in rows if row not in written or row.name not in before])
        gone = before - {row.name for row in rows}
        over = [name for name in gone if source.may_end(name)]
        await connection.execute(_sql("end_alarms"), log_id, over)
        await connection.execute(_sql("delete_old"), log_id)
    return frozenset(rows)


async def _open(connection: Connection, log_id: UUID) -> frozenset[str]:
    return frozenset(row["name"] for row in await connection.fetch(_sql("select_open"), log_id))


async def _upsert(connection: Connection, log_id: UUID, rows: Iterable[Listed]) -> None:
    columns = list(zip(*(dataclasses.astuple(row) for row in rows), strict=True))
    if columns:
        await connection.execute(_sql("upsert_alarms"), log_id, *map(list, columns))


async def begun(log_id: UUID, pool: Pool) -> frozenset[str]:
    """The names of the alarms that were open when this hub wrote last. Raises Unavailable, Refused."""
    async with pool.connection() as connection:
        return await _open(connection, log_id)
