"""On a hub: copies the log into the database, whenever that answers. Nothing ever waits for it.

The database itself records how far the copy is, in the same transaction as the rows: so a database that was restored
or replaced gets what it lacks.
"""

from __future__ import annotations

import asyncio
import json
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from crisis import clock
from crisis.log.errors import NotKept
from crisis.model import events
from crisis.model.account_bodies import CONFIDENTIAL
from crisis.model.event_bodies import DistressReceived, Source
from crisis.model.events import Event
from devices import readings
from kiezbox import db, metrics, process, sql
from kiezbox.errors import Refused, Unavailable
from storage import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crisis.log.records import LogRecord
    from crisis.model.events import EncodedEvent
    from crisis.node import Node
    from kiezbox.db import Connection, Pool

log = logging.getLogger(__name__)

INGEST = "ingest"  # the node under whose name ingest stores calls for help that came with the telemetry
_PAGE = 500
_IDLE_SECONDS = 1.0
_sql = partial(sql.load, "crisis.sync")


async def run(node: Node, pool: Pool) -> None:
    """Copy for as long as the node runs. The database may be away, or have no schema yet: then it is tried again."""

    async def copy(recovered: Callable[[], None]) -> None:
        await migrate.verify_pool(pool)
        recovered()
        while True:
            if not await adopt(node, pool) and not await copy_page(node, pool):
                await asyncio.sleep(_IDLE_SECONDS)

    def say(error: Exception) -> None:
        log.warning("the crisis log is not copied into the database for now", extra={"error": error})

    await process.retry_forever(copy, on=(Unavailable, NotKept), say=say)


async def copy_page(node: Node, pool: Pool) -> int:
    """Copy the next events. The number of them. Raises Unavailable."""
    log_id = node.log.id
    async with pool.connection() as connection:
        done = await connection.fetchval(_sql("select_copied"), log_id) or 0
        found = await node.log.after(done, _PAGE)
        metrics.CRISIS_COPIED.set(node.log.head - done)
        if not found:
            return 0
        counting = [record for record in found if record.encoded.id not in node.held]  # set aside at the start
        try:
            await _write(connection, counting, log_id, found[-1].seq)
        except Refused:
            for record in counting:
                await _write_alone(connection, record, log_id)
    metrics.CRISIS_COPIED.set(node.log.head - found[-1].seq)
    return len(found)


async def _write(connection: Connection, found: Sequence[LogRecord], log_id: Any, through: int) -> None:
    with db.errors():
        async with connection.transaction():
            if found:
                await connection.execute(_sql("copy_events"), *_columns(found))
            await connection.execute(_sql("upsert_copied"), log_id, through)


async def _write_alone(connection: Connection, record: LogRecord, log_id: Any) -> None:
    """Copy one event. If the database refuses it, it stays in the log only, and does not stop the others."""
    try:
        await _write(connection, [record], log_id, record.seq)
    except Refused as refused:
        log.error("the database refuses an event", extra={"event": record.encoded.id, "error": refused})  # noqa: TRY400 -- for the operator: no bug, so no stack trace
        await connection.execute(_sql("upsert_copied"), log_id, record.seq)


def _columns(found: Sequence[LogRecord]) -> list[list[Any]]:
    rows = [
        (
            event.id,
            event.node,
            readings.moment(event.at_ms),
            event.actor,
            event.kind,
            _public(event).replace("\\u0000", "\\ufffd"),  # the one character that jsonb cannot hold
            readings.moment(record.received_ms),
            None if event.clock_ms is None else readings.moment(event.clock_ms),
        )
        for record in found
        for event in (record.encoded,)
    ]
    return [list(column) for column in zip(*rows, strict=True)]


def _public(event: EncodedEvent) -> str:
    """The body without what only one node may read."""
    confidential = CONFIDENTIAL.get(event.kind)
    if confidential is None:
        return event.body
    body: dict[str, Any] = json.loads(event.body)
    body.pop(confidential, None)
    return events.compact(body)


async def adopt(node: Node, pool: Pool) -> int:
    """Take over calls for help that only ingest has received. The number of them. Raises Unavailable, Full, Unwritable.

    They came as bare telemetry, or before this node ever ran. The copy then replaces ingest's row, so that none is
    looked at twice.
    """
    rows = await pool.fetch(_sql("select_foreign"), INGEST, _PAGE)
    known = await node.log.known([row["id"] for row in rows])
    new = [row for row in rows if row["id"] not in known]
    for row in new:
        await node.keep(_call(row, node.name))
    return len(new)


def _call(row: Any, node: str) -> Event:
    stored = json.loads(row["body"])
    names = ("kind", "text", "people", "latitude", "longitude", "button", "box", "topic", "exercise")
    fields = {name: stored[name] for name in names if stored.get(name) is not None}
    if stored.get("node") is None:
        fields["source"] = Source.MQTT
    else:
        fields |= {"source": Source.MESH, "mesh_node": stored["node"]}
    body = events.read_leniently(DistressReceived, fields)
    stamp = clock.stamp_heard(row["at"], row["received_at"])
    return Event(row["id"], node, stamp.at, row["actor"], events.kind_of(body), body, stamp.clock_at)
