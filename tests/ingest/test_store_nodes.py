"""Which box a Meshtastic node speaks for, when several batches say it at the same time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ingest.results import Outcome
from kiezbox import db
from tests.devices.support.protobuf_bytes import NODE, core, envelope, update
from tests.ingest.support.messages import arrival
from tests.support import waiting

if TYPE_CHECKING:
    from ingest.store import Store
    from kiezbox.settings import DatabaseSettings

WAITS = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
OWNER = "SELECT id FROM box WHERE node = $1"


async def test_what_a_node_says_is_stored_while_another_batch_gives_the_node_to_another_box(
    store: Store, pool: db.Pool, owner: db.Pool, database: DatabaseSettings
) -> None:
    message = arrival("msh/EU_868/2/e/kiezbox/!12345678", envelope(update(1, core=core({1: 21_000}))))
    await pool.execute("INSERT INTO box (id) VALUES ('c8-02')")

    async with db.connect(database, "another batch") as other:
        async with other.transaction():
            await other.execute("UPDATE box SET node = $1 WHERE id = 'c8-02'", NODE)
            writing = asyncio.create_task(store.write([message]))

            async def waits() -> bool:
                return bool(await pool.fetch(WAITS) or await owner.fetch(WAITS))  # as the server lets them see it

            await waiting.until(waits)
        (result,) = await writing

    assert result.outcome is Outcome.STORED
    assert [row["id"] for row in await pool.fetch(OWNER, NODE)] == ["c8-02"]
    await store.write([message])
    assert [row["id"] for row in await pool.fetch(OWNER, NODE)] == ["c8-01"]
