"""The copy of the log in the database: everything, once, whenever the database answers."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from crisis.model import commands
from crisis.model.event_bodies import DistressReceived, ReportReceived
from crisis.model.events import EncodedEvent
from crisis.sync import archive, intake
from devices.quantities import CATALOGUE
from ingest import batch
from ingest.registry import Registry
from ingest.store import Store
from kiezbox import db
from kiezbox.errors import Unavailable
from kiezbox.mqtt.backlog import Delivery
from storage import migrate
from tests.crisis.support.examples import ANNA, NOW, notice
from tests.crisis.support.log_jobs import job
from tests.devices.support import mesh_call_cases
from tests.devices.support.case import RECEIVED_AT
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from crisis.node import Node
    from kiezbox.db import Pool
    from kiezbox.settings import DatabaseSettings

pytestmark = pytest.mark.slow


async def rows(pool: Pool) -> list[dict[str, Any]]:
    return [dict(row) for row in await pool.fetch("SELECT * FROM crisis_event ORDER BY received_at, id")]


async def copy_all(node: Node, pool: Pool) -> int:
    copied = 0
    while page := await archive.copy_page(node, pool):
        copied += page
    return copied


@contextlib.asynccontextmanager
async def copying(node: Node, pool: Pool) -> AsyncIterator[None]:
    task = asyncio.create_task(archive.run(node, pool))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_every_event_is_copied_as_it_is(node: Node, pool: Pool) -> None:
    await node.act(commands.PutNotice(uuid4(), notice()), ANNA)
    answer = await node.receive(DistressReceived(text="Rauch 🔥"))

    await copy_all(node, pool)

    found = {row["id"]: row for row in await rows(pool)}
    assert len(found) == 2
    row = found[answer.id]
    assert (row["node"], row["actor"], row["kind"], row["clock_at"]) == ("hub", "resident", "distress_received", None)
    assert row["at"] == node.state.distresses()[0].received.at
    assert json.loads(row["body"])["text"] == "Rauch 🔥"


async def test_copying_goes_on_where_it_was_and_again_changes_nothing(node: Node, pool: Pool) -> None:
    await asyncio.gather(*(node.receive(ReportReceived(text=str(n))) for n in range(700)))
    first = await copy_all(node, pool)
    await node.receive(ReportReceived(text="late"))

    second, third = await copy_all(node, pool), await copy_all(node, pool)

    assert (first, second, third) == (700, 1, 0)
    assert len(await rows(pool)) == 701


async def test_a_database_that_lost_the_copy_gets_it_again(node: Node, pool: Pool) -> None:
    await node.receive(ReportReceived())
    await copy_all(node, pool)
    await pool.execute("TRUNCATE crisis_event, crisis_copied")

    await copy_all(node, pool)

    assert len(await rows(pool)) == 1


async def test_an_event_that_the_database_refuses_does_not_keep_the_others_out(
    node: Node, pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    good = [
        EncodedEvent(uuid4(), "71-01", 1_767_422_700_000, "anna", "report_received", '{"text":"gut"}') for _ in range(3)
    ]
    bad = EncodedEvent(uuid4(), "71-01", 1_767_422_700_000, "anna", "report_received", '{"text":"\\ud800"}')
    await node.log.append(job(good[0], bad, *good[1:]))

    await copy_all(node, pool)

    assert {row["id"] for row in await rows(pool)} == {each.id for each in good}
    assert "the database refuses an event" in caplog.text


async def test_a_body_with_nul_is_copied_without_it(node: Node, pool: Pool) -> None:
    await node.log.append(job(EncodedEvent(uuid4(), "71-01", 0, "anna", "report_received", '{"text":"a\\u0000b"}')))

    await copy_all(node, pool)

    texts = [json.loads(row["body"])["text"] for row in await rows(pool) if row["kind"] == "report_received"]
    assert texts == ["a\ufffdb"]


async def test_a_database_that_comes_late_gets_everything_and_nobody_waits(
    node: Node, empty_database: DatabaseSettings
) -> None:
    async with db.pool(empty_database, "tests") as pool, copying(node, pool):
        await node.receive(ReportReceived(text="before the schema"))
        await asyncio.sleep(0.2)
        with pytest.raises(Unavailable):
            await migrate.verify_pool(pool)

        async with db.connect(empty_database, "tests") as connection:
            await migrate.apply(connection)
        async with asyncio.timeout(20):
            while True:
                with contextlib.suppress(Unavailable):
                    await migrate.verify_pool(pool)
                    if await rows(pool):
                        break
                await asyncio.sleep(0.1)


async def test_without_a_database_the_copy_only_waits(
    node: Node, database: DatabaseSettings, free_port: Callable[[], int]
) -> None:
    url = type(database.url)(f"postgresql://kiezbox@127.0.0.1:{free_port()}/kiezbox")
    async with db.pool(database.model_copy(update={"url": url}), "tests") as pool:
        with pytest.raises(Unavailable):
            await archive.copy_page(node, pool)

        async with copying(node, pool):
            answer = await node.receive(DistressReceived())

    assert answer.is_new


# -- calls that ingest heard -----------------------------------------------------------------------------------------


def arrival(topic: str, payload: bytes) -> batch.Arrival:
    made = Delivery(topic, payload, RECEIVED_AT, mid=1, connection=1)
    return batch.read(made, CATALOGUE)


MESH_CALL = next(case for case in mesh_call_cases.CASES if case.distress is not None and case.node is not None)


@pytest.fixture
def ingest(pool: Pool) -> Store:
    return Store(pool, Registry(), accept_unknown_boxes=True)


@pytest.mark.parametrize("order", ["ingest first", "crisis first"])
async def test_a_call_that_both_heard_is_one_row_the_crisis_part_s(
    node: Node, pool: Pool, ingest: Store, order: str
) -> None:
    assert MESH_CALL.distress is not None
    heard = arrival(MESH_CALL.topic, MESH_CALL.payload)
    if order == "ingest first":
        await ingest.write([heard])
    await intake.keep(node, heard.delivery)
    await copy_all(node, pool)
    await ingest.write([heard])

    adopted = await archive.adopt(node, pool)

    found = await rows(pool)
    assert adopted == 0
    assert [(row["id"], row["node"]) for row in found] == [(MESH_CALL.distress.id, "hub")]
    assert json.loads(found[0]["body"])["mesh_node"] == MESH_CALL.node


async def test_a_call_of_a_drill_that_only_ingest_heard_is_one_too(node: Node, pool: Pool, ingest: Store) -> None:
    for text, exercise in (("Drill", True), ("Real", False)):
        payload = json.dumps({"v": 1, "text": text, "exercise": exercise}).encode()
        await ingest.write([arrival("kb/v1/71-01/distress", payload)])

    await archive.adopt(node, pool)

    found = sorted((call.call.text, call.is_exercise) for call in node.state.distresses())
    assert found == [("Drill", True), ("Real", False)]


async def test_a_call_that_only_ingest_heard_is_adopted_once(node: Node, pool: Pool, ingest: Store) -> None:
    # A bare KiezboxMessage on a telemetry topic: the crisis part does not read those.
    call = bytes.fromhex("321b080110071880f09dc706220f526175636820696d204b656c6c6572")
    await ingest.write([arrival("kb/v1/71-01/telemetry", call)])

    async with copying(node, pool):
        await until(lambda: bool(node.state.distresses()))
        await asyncio.sleep(1.2)  # another round

    (found,) = node.state.distresses()
    assert (found.call.text, found.call.kind, found.call.box, found.call.button) == (
        "Rauch im Keller",
        "fire",
        "71-01",
        7,
    )
    assert [(row["id"], row["node"]) for row in await rows(pool)] == [(found.id, "hub")]
    assert found.received.at < NOW
