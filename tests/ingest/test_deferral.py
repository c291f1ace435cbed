"""Deferred messages on a real database."""

from __future__ import annotations

import contextlib
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from devices.quantities import CATALOGUE
from devices.readings import Message
from ingest.batch import Batch
from ingest.batch import fill as fill_batch
from ingest.deferral import DeferredMessages
from ingest.quota import Quota
from ingest.registry import Registry
from ingest.results import Outcome
from kiezbox import metrics
from kiezbox.settings import IngestSettings
from tests.ingest.support.messages import NOW, millis, telemetry

if TYPE_CHECKING:
    import pytest

    from ingest.results import Result
    from kiezbox import db

BOX = "71-01"
READINGS = "SELECT count(*) AS n FROM reading"


def deferred_messages(pool: db.Pool, per_second: float = 5) -> DeferredMessages:
    limits = IngestSettings.model_validate({"box_messages_per_second": per_second})
    return DeferredMessages(pool, Registry(), Quota(limits), accept_unknown_boxes=True)


async def fill(deferred: DeferredMessages, messages: int) -> None:
    arrivals = [telemetry(seq, {"pm2_5": float(seq)}) for seq in range(1, messages + 1)]
    await deferred.add([(BOX, arrival.delivery) for arrival in arrivals])


async def rounds(deferred: DeferredMessages, count: int) -> list[list[Result]]:
    """The results of the first batches that are stored, so many of them."""
    found: list[list[Result]] = []
    async with contextlib.aclosing(deferred.store_steadily()) as stored:
        async for results in stored:
            found.append(results)
            if len(found) == count:
                break
    return found


async def number(pool: db.Pool, sql: str) -> Any:
    row = await pool.fetchrow(sql)
    assert row is not None
    return row[0]


async def test_what_waits_is_stored_later_in_its_order_with_the_time_at_which_it_came(pool: db.Pool) -> None:
    deferred = deferred_messages(pool)
    await fill(deferred, 7)
    assert await number(pool, READINGS) == 0

    batches = await rounds(deferred, 2)

    assert [[result.arrival.content.seq for result in batch] for batch in batches] == [[1, 2, 3, 4, 5], [6, 7]]
    assert {result.outcome for batch in batches for result in batch} == {Outcome.STORED}
    assert await number(pool, READINGS) == 7
    assert await number(pool, "SELECT count(*) FROM deferred") == 0
    assert await number(pool, "SELECT min(minute) FROM message_ledger") == NOW.replace(second=0)


async def test_two_workers_let_out_each_message_once(pool: db.Pool) -> None:
    first, second = deferred_messages(pool, per_second=100), deferred_messages(pool, per_second=100)
    await fill(first, 20)
    taken = await pool.fetch("SELECT id FROM deferred ORDER BY id LIMIT 3")
    rows = await second._pool.fetch("SELECT * FROM deferred ORDER BY id")
    await pool.execute(
        "DELETE FROM deferred WHERE id = ANY($1)", [row["id"] for row in taken]
    )  # as another worker does

    assert await second._store_rows(rows) == []
    assert await number(pool, READINGS) == 0
    assert sum(len(batch) for batch in await rounds(first, 1)) == 17


async def test_the_box_is_named_at_the_begin_and_at_the_end(pool: db.Pool, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    deferred = deferred_messages(pool, per_second=100)
    await fill(deferred, 3)
    await rounds(deferred, 1)

    named = [(record.message.split(":")[0], record.__dict__.get("box")) for record in caplog.records]
    assert named[0] == ("a box floods", BOX)
    assert deferred.quota.deferred == 0


async def test_poison_that_waited_is_rejected_alone(pool: db.Pool, owner: db.Pool) -> None:
    await owner.execute("ALTER TABLE stored_reading ADD CONSTRAINT poison CHECK (value <> 30)")
    deferred = deferred_messages(pool, per_second=100)
    await fill(deferred, 6)

    (batch,) = await rounds(deferred, 1)

    assert [result.outcome for result in batch].count(Outcome.REJECTED) == 1
    assert (await number(pool, READINGS), await number(pool, "SELECT count(*) FROM deferred")) == (5, 0)


LATE = timedelta(hours=2)


def of_hub_behind(pool: db.Pool, wall: list[datetime]) -> DeferredMessages:
    quota = Quota(IngestSettings())
    return DeferredMessages(pool, Registry(), quota, accept_unknown_boxes=True, wall=lambda: wall[0])


async def hold(deferred: DeferredMessages, messages: int) -> Batch:
    """Read messages of a box that is two hours ahead of a hub at NOW."""
    sent = [
        telemetry(seq, {"noise": float(seq)}, measured_at=NOW + LATE - timedelta(seconds=seq), sent=millis(NOW + LATE))
        for seq in range(1, messages + 1)
    ]
    found = Batch(0.0)
    deliveries = [arrival.delivery for arrival in sent]
    fill_batch(found, deliveries, IngestSettings(), CATALOGUE, None, hub_clock=deferred.hub_clock)
    await deferred.hold(found.waiting)
    return found


async def test_what_is_ahead_of_a_hub_in_doubt_waits_and_is_stored_when_the_clock_is_right(
    pool: db.Pool, caplog: pytest.LogCaptureFixture
) -> None:
    wall = [NOW]
    deferred = of_hub_behind(pool, wall)
    held = await hold(deferred, 40)
    assert (len(held.waiting), held.arrivals, len(list(held.deliveries()))) == (40, [], 40)
    assert await deferred._store_due(0) == []
    assert "THE HUB'S CLOCK IS BEHIND" in caplog.text
    assert metrics.CLOCK_SKEW._value.get() == LATE.total_seconds()

    wall[0] = NOW + LATE + timedelta(seconds=1)
    (results,) = await deferred._store_due(1)

    assert {result.outcome for result in results} == {Outcome.STORED}
    assert await number(pool, "SELECT count(*) FROM reject") == await number(pool, "SELECT count(*) FROM deferred") == 0
    assert await number(pool, "SELECT min(measured_at) FROM reading") == NOW + LATE - timedelta(seconds=40)
    assert "is right again" in caplog.text
    assert metrics.CLOCK_WAITING._value.get() == metrics.CLOCK_SKEW._value.get() == 0


async def test_after_a_restart_what_waits_for_the_clock_still_waits(pool: db.Pool) -> None:
    wall = [NOW]
    await hold(of_hub_behind(pool, wall), 3)
    wall[0] += timedelta(minutes=10)
    again = of_hub_behind(pool, wall)

    assert await again._store_due(0) == []
    assert again.hub_clock.waiting == 3


async def test_when_boxes_confirm_the_hub_the_one_that_was_wrong_is_rejected(pool: db.Pool) -> None:
    deferred = of_hub_behind(pool, [NOW])
    await hold(deferred, 3)
    for box in ("71-02", "71-03"):
        content = telemetry(1, {"noise": 1.0}, box=box).content
        assert isinstance(content, Message)
        deferred.hub_clock.hear(content, NOW, time.monotonic())

    (results,) = await deferred._store_due(1)

    assert {result.outcome for result in results} == {Outcome.REJECTED}
    assert await number(pool, "SELECT count(*) FROM reject WHERE reason = 'bad_time'") == 3


async def test_what_waits_for_the_clock_is_no_flood(pool: db.Pool) -> None:
    deferred = of_hub_behind(pool, [NOW])
    await hold(deferred, 3)

    assert await deferred._boxes() == set()
    assert deferred.quota.deferred == 0
