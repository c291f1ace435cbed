"""The way of a message on a real database: acknowledged after its commit and in order, or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client import REGISTRY

from ingest import pipeline
from ingest.deferral import DeferredMessages
from ingest.quota import Quota
from ingest.registry import Registry
from ingest.store import Store
from kiezbox import db
from kiezbox.errors import Unavailable
from kiezbox.settings import IngestSettings
from tests.ingest.support.messages import delivery, telemetry
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

    from ingest.batch import Arrival
    from ingest.results import Result
    from kiezbox.mqtt import Delivery
    from kiezbox.settings import DatabaseSettings

HANGING_SECONDS = 60
ONE_BY_ONE = IngestSettings(batch_messages=1)  # each message is a batch of its own
WAITING_FOR_A_LOCK = (
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
    " WHERE NOT granted AND datname = current_database()"
)


class FakeBroker:
    """A session with the broker: hands over what a test puts in, and records its calls in order."""

    def __init__(self, *bursts: list[Delivery]) -> None:
        self._bursts: asyncio.Queue[list[Delivery]] = asyncio.Queue()
        for burst in bursts:
            self.put(burst)
        self.acknowledged: list[Delivery] = []
        self.answers: list[tuple[str, dict[str, Any]]] = []
        self.calls: list[str] = []

    def put(self, burst: list[Delivery]) -> None:
        self._bursts.put_nowait(burst)

    @property
    def is_empty(self) -> bool:
        return self._bursts.empty()

    async def burst(self) -> list[Delivery]:
        return await self._bursts.get()

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        self.acknowledged += deliveries
        self.calls.append("acknowledge")

    def publish(self, topic: str, payload: bytes) -> bool:
        self.answers.append((topic, json.loads(payload)))
        self.calls.append("publish")
        return True


class GatedStore(Store):
    """A store that writes the batch of each message when a test lets it commit."""

    def __init__(self, pool: db.Pool, fails_on: int | None = None) -> None:
        super().__init__(pool, Registry(), accept_unknown_boxes=True)
        self.commits: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self.begun: list[int] = []
        self.written: list[int] = []
        self._fails_on = fails_on

    async def write(self, arrivals: Sequence[Arrival]) -> list[Result]:
        (arrival,) = arrivals
        seq = arrival.content.seq
        assert seq is not None
        self.begun.append(seq)
        await self.commits[seq].wait()
        if seq == self._fails_on:
            raise Unavailable("database", "cut by the test")
        results = await super().write(arrivals)
        self.written.append(seq)
        return results


def deliveries(*seqs: int) -> list[Delivery]:
    return [telemetry(seq, {"pm2_5": float(seq)}).delivery for seq in seqs]


async def readings(pool: db.Pool) -> int:
    row = await pool.fetchrow("SELECT count(*)::int AS n FROM reading")
    assert row is not None
    found: int = row["n"]
    return found


@contextlib.asynccontextmanager
async def running(
    broker: FakeBroker, store: Store, limits: IngestSettings, deferred: DeferredMessages | None = None
) -> AsyncIterator[asyncio.Event]:
    """The pipeline while the block runs; then it is stopped in order."""
    stop = asyncio.Event()
    async with asyncio.timeout(HANGING_SECONDS), asyncio.TaskGroup() as group:
        group.create_task(pipeline.run(broker, store, Registry(), limits, stop, deferred=deferred))
        yield stop
        stop.set()


async def test_what_is_acknowledged_is_committed_and_in_order(store: Store, pool: db.Pool) -> None:
    sent = deliveries(*range(1, 51))
    broker = FakeBroker(sent[:20], sent[20:])

    async with running(broker, store, IngestSettings(batch_messages=7)):
        await until(lambda: len(broker.acknowledged) == 50)
        assert await readings(pool) == 50

    assert broker.acknowledged == sent


async def test_nothing_is_acknowledged_or_answered_before_its_commit(store: Store, pool: db.Pool) -> None:
    broker = FakeBroker()

    async with running(broker, store, IngestSettings()):
        async with pool.connection() as holder, holder.transaction():
            await holder.execute("LOCK TABLE message_ledger")
            broker.put(deliveries(1, 2))
            async with asyncio.timeout(HANGING_SECONDS):
                while not await holder.fetchval(WAITING_FOR_A_LOCK):
                    await asyncio.sleep(0.01)
            before = list(broker.calls)
        await until(lambda: len(broker.acknowledged) == 2)

    assert before == []
    assert broker.calls == ["acknowledge", "publish"]
    assert broker.answers == [("kb/v1/71-01/ack", {"v": 1, "boot": "5f0c9a1e", "stored": [1, 2], "rejected": []})]


async def test_a_batch_that_is_committed_first_waits_for_the_one_before_it(pool: db.Pool) -> None:
    store = GatedStore(pool)
    sent = deliveries(1, 2)
    broker = FakeBroker(sent)

    async with running(broker, store, ONE_BY_ONE):
        store.commits[2].set()
        await until(lambda: store.written == [2])
        before = list(broker.calls)
        store.commits[1].set()
        await until(lambda: len(broker.acknowledged) == 2)

    assert before == []
    assert broker.acknowledged == sent
    assert broker.calls == ["acknowledge", "publish"] * 2


async def test_no_more_batches_are_in_flight_than_allowed(pool: db.Pool) -> None:
    store = GatedStore(pool)
    broker = FakeBroker(deliveries(1, 2, 3))

    async with running(broker, store, ONE_BY_ONE):
        await until(lambda: len(store.begun) == 2)
        await asyncio.sleep(0.05)
        begun = list(store.begun)
        for seq in (1, 2, 3):
            store.commits[seq].set()
        await until(lambda: len(broker.acknowledged) == 3)

    assert begun == [1, 2]


async def test_a_database_that_goes_away_leaves_everything_unacknowledged(
    database: DatabaseSettings, pool: db.Pool
) -> None:
    hasty = database.model_copy(update={"command_timeout_seconds": 0.3})
    broker = FakeBroker(deliveries(1, 2))
    async with db.pool(hasty, "tests") as impatient, pool.connection() as holder, holder.transaction():
        await holder.execute("LOCK TABLE message_ledger")
        store = Store(impatient, Registry(), accept_unknown_boxes=True)

        with pytest.raises(ExceptionGroup) as caught:
            async with running(broker, store, IngestSettings()):
                await asyncio.Event().wait()

    assert caught.group_contains(Unavailable)
    assert broker.calls == []
    assert await readings(pool) == 0


async def test_a_batch_that_is_committed_after_one_that_failed_is_not_acknowledged(pool: db.Pool) -> None:
    store = GatedStore(pool, fails_on=1)
    broker = FakeBroker(deliveries(1, 2))
    stop = asyncio.Event()
    task = asyncio.create_task(pipeline.run(broker, store, Registry(), ONE_BY_ONE, stop))
    await until(lambda: store.begun == [1, 2])

    store.commits[1].set()
    store.commits[2].set()
    with pytest.raises(ExceptionGroup) as caught:
        async with asyncio.timeout(HANGING_SECONDS):
            await task

    assert caught.group_contains(Unavailable)
    assert (store.written, broker.calls) == ([2], [])  # the broker sends both again, and the second is a duplicate then
    assert await readings(pool) == 1


async def test_the_stop_flushes_the_open_batch(store: Store, pool: db.Pool) -> None:
    patient = IngestSettings(batch_age_seconds=3_600)
    sent = deliveries(*range(1, 34))
    broker = FakeBroker(sent[:30])

    async with running(broker, store, patient) as stop:
        await until(lambda: len(broker.acknowledged) == 30)  # so many at once are a stream: the next ones are gathered
        broker.put(sent[30:])
        await until(lambda: broker.is_empty)
        stop.set()

    assert broker.acknowledged == sent
    assert await readings(pool) == 33


async def test_a_message_that_cannot_be_read_is_acknowledged_counted_and_its_box_told(
    store: Store, pool: db.Pool
) -> None:
    def rejects() -> float:
        return REGISTRY.get_sample_value("kiezbox_ingest_rejects_total", {"reason": "bad_json"}) or 0.0

    before = rejects()
    broken = delivery("kb/v1/71-01/telemetry", b'{"v": 1, "boot": "ab", "seq": 3, oops')
    broker = FakeBroker([*deliveries(1), broken])

    async with running(broker, store, IngestSettings()):
        await until(lambda: len(broker.acknowledged) == 2)

    assert broker.answers[-1] == (
        "kb/v1/71-01/ack",
        {"v": 1, "boot": "ab", "stored": [], "rejected": [{"seq": 3, "reason": "bad_json"}]},
    )
    assert rejects() == before + 1
    row = await pool.fetchrow("SELECT payload FROM reject")
    assert row is not None
    assert row["payload"] == broken.payload


async def test_what_is_beyond_the_share_of_a_box_is_deferred_acknowledged_and_not_answered(
    store: Store, pool: db.Pool
) -> None:
    limits = IngestSettings(box_messages_per_second=0.001, box_burst_messages=3)
    deferred = DeferredMessages(pool, Registry(), Quota(limits), accept_unknown_boxes=True)
    sent = deliveries(*range(1, 11))
    broker = FakeBroker(sent)

    async with running(broker, store, limits, deferred):
        await until(lambda: len(broker.acknowledged) == 10)

    waiting = await pool.fetch("SELECT payload FROM deferred ORDER BY id")
    assert [row["payload"] for row in waiting] == [each.payload for each in sent[3:]]
    assert [answer["stored"] for _, answer in broker.answers] == [[1, 2, 3]]
    assert await readings(pool) == 3


async def test_when_the_process_must_end_at_once_nothing_is_acknowledged(pool: db.Pool) -> None:
    store = GatedStore(pool)
    broker = FakeBroker(deliveries(1))
    task = asyncio.create_task(pipeline.run(broker, store, Registry(), ONE_BY_ONE, asyncio.Event()))
    await until(lambda: store.begun == [1])

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(HANGING_SECONDS):
            await task

    assert broker.calls == []
    assert await readings(pool) == 0
