"""On a hub: writes the outages into the database, for dashboards and programs, whenever that answers.

The table is a copy of what the log adds up to: what is there is brought to that at every look, also after days without
a database, and after the log or the database was restored.
"""

from __future__ import annotations

import asyncio
import json
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from crisis.log.errors import NotKept
from crisis.state.power import large
from kiezbox import db, process, sql
from kiezbox.errors import Refused, Unavailable
from storage import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from crisis.node import Node
    from crisis.state.power.large import Limits
    from crisis.state.power.outages import Cell, Outage
    from kiezbox.db import Connection, Pool

log = logging.getLogger(__name__)

_LOOK_SECONDS = 5.0
_DECIMALS = 5  # of a degree: about a metre
_sql = partial(sql.load, "crisis.sync.power")


async def run(node: Node, pool: Pool) -> None:
    """Write for as long as the node runs. The database may be away, or have no schema yet: then it is tried again."""

    async def copy(recovered: Callable[[], None]) -> None:
        await migrate.verify_pool(pool)
        recovered()
        written: tuple[Any, ...] | None = None
        while True:
            rows = rows_of(node)
            if rows != written:
                await write(node, pool)
                written = rows
            await asyncio.sleep(_LOOK_SECONDS)

    def say(error: Exception) -> None:
        log.warning("outages are not written into the database for now", extra={"error": error})

    await process.retry_forever(copy, on=(Unavailable, Refused, NotKept), say=say)


def rows_of(node: Node) -> tuple[tuple[Any, ...], ...]:
    """The rows of the outages of now, and of those that ended within a day: the values of `upsert_outage`."""
    limits, now = node.large_outage, node.now()
    return tuple(_row(outage, limits, now) for outage in node.power_survey().outages)


async def write(node: Node, pool: Pool) -> None:
    """Bring the table to what the log says. Raises Unavailable, Refused."""
    rows = rows_of(node)
    ids = [row[0] for row in rows]
    async with pool.connection() as connection:
        with db.errors():
            async with connection.transaction():
                for row in rows:
                    await connection.execute(_sql("upsert_outage"), *row)
                    await connection.execute(_sql("follow_outages"), row[0], row[1], ids)
                await _end(node, connection, ids)


async def _end(node: Node, connection: Connection, ids: Sequence[UUID]) -> None:
    """Rows that are open and that no outage of the last day is: they ended while nobody wrote, or never were."""
    ended = node.power_survey().ended
    for row in await connection.fetch(_sql("select_open_outages")):
        if row["id"] in ids:
            continue
        known = next((ended[name] for name in row["names"] if name in ended), None)
        if known is None:
            await connection.execute(_sql("delete_outage"), row["id"])
        else:
            await connection.execute(_sql("end_outage"), row["id"], known)


def _row(outage: Outage, limits: Limits, now: datetime) -> tuple[Any, ...]:
    return (
        outage.id,
        sorted(outage.names),
        outage.grade.value,
        outage.since,
        outage.until,
        outage.told_at,
        list(outage.boxes_out),
        outage.boxes_heard,
        outage.area_km2,
        [area.name for area in outage.ortsteile],
        [f"{street.name} ({street.ortsteil})" if street.ortsteil else street.name for street in outage.streets],
        json.dumps({"type": "FeatureCollection", "features": [_feature(cell) for cell in outage.cells if cell.ring]}),
        [reason.value for reason in large.reasons(outage, limits, now)],
    )


def _feature(cell: Cell) -> dict[str, Any]:
    ring = [[round(longitude, _DECIMALS), round(latitude, _DECIMALS)] for longitude, latitude in cell.ring]
    return {
        "type": "Feature",
        "id": cell.box,
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        "properties": {"box": cell.box, "state": cell.state.value, "grade": cell.grade.value},
    }
