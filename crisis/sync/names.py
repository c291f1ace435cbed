"""On a hub: copies the names of districts and boxes from the database into the log, so that every node knows them.

The database is where operators set them (`kiezbox district`, `kiezbox box`). A box has no database, and neither has a
hub in a blackout: there the log is what counts.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from crisis.log.errors import NotKept
from crisis.model.event_bodies import AreaNamed
from crisis.model.events import HUB
from kiezbox import process, sql
from kiezbox.errors import Unavailable
from storage import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crisis.node import Node
    from kiezbox.db import Pool

log = logging.getLogger(__name__)

_LOOK_SECONDS = 20.0
_sql = partial(sql.load, "crisis.sync")


async def run(node: Node, pool: Pool) -> None:
    """Copy for as long as the node runs. The database may be away, or have no schema yet: then it is tried again."""

    async def copy(recovered: Callable[[], None]) -> None:
        await migrate.verify_pool(pool)
        recovered()
        while True:
            await copy_names(node, pool)
            await asyncio.sleep(_LOOK_SECONDS)

    def say(error: Exception) -> None:
        log.warning("names of districts and boxes are not read for now", extra={"error": error})

    await process.retry_forever(copy, on=(Unavailable, NotKept), say=say)


async def copy_names(node: Node, pool: Pool) -> int:
    """Write down the names that changed. How many did. Raises Unavailable, Full, Unwritable."""
    async with pool.connection() as connection:
        found = {row["area"]: row["name"] for row in await connection.fetch(_sql("select_names"))}
    changed = changes(node.state.area_names(), found)
    for area, name in changed.items():
        await node.record(AreaNamed(area, name), HUB)
    return len(changed)


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """The names that are new or different, and "" for an area that has none any more."""
    gone = dict.fromkeys(sorted(before.keys() - now.keys()), "")
    return {area: name for area, name in now.items() if before.get(area) != name} | gone
