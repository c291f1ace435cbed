"""On a hub: the log's copy in the database, whenever that answers. Nothing ever waits for it.

How far the copy is stands in the database, in the same transaction as the rows: a database that was restored, or is
another one, gets what it lacks.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from typing import TYPE_CHECKING, Any

from crisis import clock
from crisis.log.errors import NotKept
from crisis.model import event_bodies, events
from crisis.model.event_bodies import DistressReceived, Source
from crisis.model.events import Event
from kiezbox import db, metrics, sql
from kiezbox.errors import Refused, Unavailable
from kiezbox.process import Backoff
from storage import migrate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crisis.log.records import Kept
    from crisis.node import Node
    from kiezbox.db import Connection, Pool

log = logging.getLogger(__name__)

INGEST = "ingest"  # the node name under which ingest notes calls for help that came with the telemetry
_PAGE = 500
_IDLE_SECONDS = 1.0
_RETRY_FIRST_SECONDS, _RETRY_MAX_SECONDS = 1.0, 30.0


def _sql(name: str) -> str:
    return sql.load("crisis.sync", name)


async def run(node: Node, pool: Pool) -> None:
    """Copy for as long as the node runs. The database may be away, or have no schema yet: it is asked again."""
    pauses = Backoff(_RETRY_FIRST_SECONDS, _RETRY_MAX_SECONDS, random.SystemRandom().random)
    never = asyncio.Event()
    said = ""
    while True:
        try:
            await migrate.verify_pool(pool)
            said = ""
            pauses.reset()
            while True:
                if not await adopt(node, pool) and not await copy_page(node, pool):
                    await asyncio.sleep(_IDLE_SECONDS)
        except (Unavailable, NotKept) as error:
            if str(error) != said:
                log.warning("the crisis log is not copied into the database for now", extra={"error": error})
                said = str(error)
        await pauses.wait(never)


async def copy_page(node: Node, pool: Pool) -> int:
    """Copy the next events; how many. Raises Unavailable."""
    log_id = node.log.id
    async with pool.connection() as connection:
        done = await connection.fetchval(_sql("select_copied"), log_id) or 0
        found = await node.log.after(done, _PAGE)
        metrics.CRISIS_COPIED.set(node.log.head - done)
        if not found:
            return 0
        try:
            await _write(connection, found, log_id)
        except Refused:
            for kept in found:
                await _write_alone(connection, kept, log_id)
    metrics.CRISIS_COPIED.set(node.log.head - found[-1].seq)
    return len(found)


async def _write(connection: Connection, found: Sequence[Kept], log_id: Any) -> None:
    with db.errors():
        async with connection.transaction():
            await connection.execute(_sql("copy_events"), *_columns(found))
            await connection.execute(_sql("upsert_copied"), log_id, found[-1].seq)


async def _write_alone(connection: Connection, kept: Kept, log_id: Any) -> None:
    """An event that the database refuses stays in the log alone, and the next ones go on."""
    try:
        await _write(connection, [kept], log_id)
    except Refused as refused:
        log.error("the database refuses an event", extra={"event": kept.sealed.id, "error": refused})  # noqa: TRY400 -- an operator's matter, no bug
        await connection.execute(_sql("upsert_copied"), log_id, kept.seq)


def _columns(found: Sequence[Kept]) -> list[list[Any]]:
    rows = [
        (
            kept.sealed.id,
            kept.sealed.node,
            event_bodies.moment(kept.sealed.at_ms),
            kept.sealed.actor,
            kept.sealed.kind,
            kept.sealed.body.replace("\\u0000", "\\ufffd"),  # the one character that jsonb does not hold
            event_bodies.moment(kept.received_ms),
            None if kept.sealed.clock_ms is None else event_bodies.moment(kept.sealed.clock_ms),
        )
        for kept in found
    ]
    return [list(column) for column in zip(*rows, strict=True)]


async def adopt(node: Node, pool: Pool) -> int:
    """Take over calls for help that only ingest has heard; how many. Raises Unavailable, Full, Unwritable.

    Those that came as bare telemetry, or before this node ever ran. The copy then replaces ingest's row, so that none
    is looked at twice.
    """
    rows = await pool.fetch(_sql("select_foreign"), INGEST, _PAGE)
    known = await node.log.known([row["id"] for row in rows])
    fresh = [row for row in rows if row["id"] not in known]
    for row in fresh:
        await node.keep(_call(row, node.name))
    return len(fresh)


def _call(row: Any, node: str) -> Event:
    told = json.loads(row["body"])
    fields = ("kind", "text", "people", "latitude", "longitude", "button", "box", "topic")
    said = {name: told[name] for name in fields if told.get(name) is not None}
    if told.get("node") is None:
        said["source"] = Source.MQTT
    else:
        said |= {"source": Source.MESH, "mesh_node": told["node"]}
    body = events.read_kindly(DistressReceived, said)
    stamp = clock.stamp_heard(row["at"], row["received_at"])
    return Event(row["id"], node, stamp.at, row["actor"], events.kind_of(body), body, stamp.clock_at)
