"""The ingest process with a real broker and a real database, which goes away and comes back."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from prometheus_client import REGISTRY

from ingest import worker
from kiezbox import db, metrics
from kiezbox.errors import Unavailable
from kiezbox.settings import DatabaseSettings, IngestSettings, MqttSettings, Settings
from stack.embedded import postgres
from storage import boxes, migrate, roles
from storage.box_history import Author, Via
from storage.rights import Role
from tests.ingest.support.messages import telemetry
from tests.kiezbox.mqtt.support.peers import HANGING_SECONDS, fresh, peer
from tests.stack.support.command_in_process import Group
from tests.support.database_roles import as_role
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.conftest import Server
    from tests.kiezbox.mqtt.support.peers import Peer

VIBES = ("--label-de", "Schwingung", "--label-en", "Vibes")


@pytest.fixture(autouse=True)
def _without_its_garbage_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker sets how seldom Python collects garbage: that would last for all tests that follow."""
    monkeypatch.setattr(worker, "_collect_rarely", lambda: None)


@pytest.fixture
def settings(database: DatabaseSettings, broker: MqttSettings) -> Settings:
    return settings_of(database, broker)


def settings_of(database: DatabaseSettings, broker: MqttSettings, **limits: Any) -> Settings:
    client_id, topic = fresh()
    ingest = IngestSettings.model_validate({"client_id": client_id, "topics": (topic,), **limits})
    hasty = broker.model_copy(update={"reconnect_min_seconds": 0.05, "reconnect_max_seconds": 0.2})
    return Settings(database=as_role(database, Role.INGEST), mqtt=hasty, ingest=ingest)


def box_of(settings: Settings) -> str:
    return settings.ingest.topics[0].split("/")[2]


def payload(settings: Settings, seq: int, **values: float) -> bytes:
    return telemetry(seq, values or {"pm2_5": float(seq)}, box=box_of(settings)).delivery.payload


@contextlib.asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[asyncio.Task[None]]:
    """The worker while the block runs; then it is stopped in order."""
    stop = asyncio.Event()
    async with asyncio.timeout(2 * HANGING_SECONDS), asyncio.TaskGroup() as group:
        task = group.create_task(worker.serve(settings, stop))
        yield task
        stop.set()


def is_connected() -> bool:
    return REGISTRY.get_sample_value("kiezbox_mqtt_connected", {"session": "ingest"}) == 1


def is_disconnected() -> bool:
    return not is_connected()


def outages() -> float:
    return REGISTRY.get_sample_value("kiezbox_ingest_database_away_total") or 0.0


async def values(database: DatabaseSettings) -> list[float]:
    """Every stored value; over a connection of its own, so that a database that was away is no matter."""
    async with db.connect(database, "tests") as connection:
        return [row["value"] for row in await connection.fetch("SELECT value FROM reading ORDER BY value")]


def has(database: DatabaseSettings, *expected: float) -> Callable[[], Awaitable[bool]]:
    async def is_so() -> bool:
        return await values(database) == list(expected)

    return is_so


def acks(box: Peer) -> list[int]:
    """The sequence numbers that the hub has said are stored."""
    return sorted(seq for topic, said in box.heard if topic.endswith("/ack") for seq in json.loads(said)["stored"])


class Away:
    """Takes a database away from those who are no superusers, and gives it back."""

    def __init__(self, server: Server, database: DatabaseSettings) -> None:
        self._server = server
        self._name = urlsplit(database.url.get_secret_value()).path.lstrip("/")

    def begin(self) -> None:
        self._server.run(f"ALTER DATABASE {self._name} CONNECTION LIMIT 0")
        self._server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self._name}'")

    def end(self) -> None:
        self._server.run(f"ALTER DATABASE {self._name} CONNECTION LIMIT -1")


async def test_what_a_box_sends_is_stored_and_the_box_is_told(settings: Settings) -> None:
    async with serving(settings), peer(settings.mqtt) as box:
        await asyncio.to_thread(box.subscribe, f"kb/v1/{box_of(settings)}/ack")
        await until(is_connected)
        await asyncio.to_thread(box.send, settings.ingest.topics[0], payload(settings, 1), payload(settings, 2))
        await until(lambda: acks(box) == [1, 2])

        assert await values(settings.database) == [1.0, 2.0]


async def test_while_the_database_is_away_there_is_no_session_and_nothing_is_lost(
    settings: Settings, postgres_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    if urlsplit(settings.database.url.get_secret_value()).username == postgres.SUPERUSER:
        pytest.skip("the given server's superuser cannot be kept out")
    caplog.set_level(logging.WARNING, "ingest.worker")
    away, topic = Away(postgres_server, settings.database), settings.ingest.topics[0]
    async with serving(settings), peer(settings.mqtt) as box:
        await asyncio.to_thread(box.subscribe, f"kb/v1/{box_of(settings)}/ack")
        await until(is_connected)
        await asyncio.to_thread(box.send, topic, payload(settings, 1))
        await until(lambda: acks(box) == [1])

        await asyncio.to_thread(away.begin)
        await asyncio.to_thread(box.send, topic, payload(settings, 2))  # finds out that the database is away
        await until(is_disconnected)
        await asyncio.to_thread(box.send, topic, payload(settings, 3))
        before = outages()
        await until(lambda: outages() >= before + 3)
        assert (is_connected(), acks(box)) == (False, [1])

        await asyncio.to_thread(away.end)
        await until(lambda: acks(box) == [1, 2, 3])

        assert await values(settings.database) == [1.0, 2.0, 3.0]
    texts = [vars(record)["for"] for record in caplog.records if record.name == "ingest.worker"]
    assert len(texts) == len(set(texts)), "each outage is said once"


async def test_a_database_without_its_schema_is_waited_for(
    empty_database: DatabaseSettings, broker: MqttSettings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "ingest.worker")
    settings = settings_of(empty_database, broker)
    before = outages()
    async with serving(settings), peer(broker) as box:
        await until(lambda: outages() >= before + 2)
        was_connected = is_connected()
        async with db.connect(empty_database, "tests") as connection:
            await roles.apply(connection, (await migrate.apply(connection)).tier)
        await until(is_connected)
        await asyncio.to_thread(box.send, settings.ingest.topics[0], payload(settings, 1))
        await until(has(empty_database, 1.0))

    assert not was_connected
    texts = [vars(record)["for"] for record in caplog.records if record.name == "ingest.worker"]
    assert texts
    assert all("kiezbox migrate" in text for text in texts)


async def test_a_running_ingest_follows_what_operators_change_in_the_catalogue(
    settings: Settings, database: DatabaseSettings, pool: db.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_UPKEEP_SECONDS", 0.05)
    sequence = itertools.count(1)

    async def send(box: Peer, **values: float) -> None:
        await asyncio.to_thread(box.send, settings.ingest.topics[0], payload(settings, next(sequence), **values))

    async with serving(settings), peer(settings.mqtt) as box:
        await until(is_connected)
        await send(box, vibes=3.0)
        await until(lambda: rejects(pool, 1))

        await quantity(database, "add", "vibes", "--unit", "1", "--low", "0", "--high", "10", *VIBES)
        while not await values(settings.database):
            await send(box, vibes=3.0)

        await quantity(database, "set", "vibes", "--high", "2")
        while not await rejects(pool, 1, "out_of_range"):
            await send(box, vibes=3.0)


async def test_a_quantity_that_is_removed_while_a_box_sends_it_is_rejected_and_nothing_stops(
    settings: Settings, database: DatabaseSettings, pool: db.Pool
) -> None:
    await quantity(database, "add", "vibes", "--unit", "1", "--low", "0", "--high", "10", *VIBES)
    async with serving(settings), peer(settings.mqtt) as box:
        await until(is_connected)

        await quantity(database, "remove", "vibes")  # ingest reads the catalogue again in a minute
        await asyncio.to_thread(box.send, settings.ingest.topics[0], payload(settings, 1, vibes=3.0))
        await asyncio.to_thread(box.send, settings.ingest.topics[0], payload(settings, 2))

        await until(has(settings.database, 2.0))
        await until(lambda: rejects(pool, 1, None))


async def quantity(database: DatabaseSettings, *arguments: str) -> None:
    done = await asyncio.to_thread(Group("quantity", database), *arguments)
    assert done.returncode == 0, done.stderr


async def rejects(pool: db.Pool, least: int, reason: str | None = "unknown_quantity") -> bool:
    row = await pool.fetchrow("SELECT count(*) AS n FROM reject WHERE reason = coalesce($1, reason)", reason)
    assert row is not None
    return bool(row["n"] >= least)


@pytest.mark.slow
async def test_what_is_beyond_the_share_of_a_box_is_stored_later_and_the_box_told(
    database: DatabaseSettings, broker: MqttSettings
) -> None:
    settings = settings_of(database, broker, box_messages_per_second=5, box_burst_messages=3)
    async with serving(settings), peer(broker) as box:
        await asyncio.to_thread(box.subscribe, f"kb/v1/{box_of(settings)}/ack")
        await until(is_connected)
        await asyncio.to_thread(box.send, settings.ingest.topics[0], *[payload(settings, seq) for seq in range(1, 21)])
        await until(lambda: acks(box) == list(range(1, 21)))

        assert await values(database) == [float(seq) for seq in range(1, 21)]
    assert metrics.DEFERRED._value.get() > 0


@pytest.mark.parametrize(("steady_seconds", "times"), [(3_600.0, 1), (-1.0, 3)])
async def test_an_outage_is_said_again_after_a_session_that_was_steady(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    steady_seconds: float,
    times: int,
) -> None:
    caplog.set_level(logging.WARNING, "ingest.worker")
    monkeypatch.setattr(worker, "_STEADY_SECONDS", steady_seconds)
    monkeypatch.setattr(worker, "_RETRY_FIRST_SECONDS", 0.0)
    stop, sessions = asyncio.Event(), iter(range(3))

    async def take(*_arguments: object) -> None:
        if next(sessions) == 2:
            stop.set()
        raise ExceptionGroup("a session", [Unavailable("database", "disk full")])

    monkeypatch.setattr(worker, "_take", take)

    async with asyncio.timeout(HANGING_SECONDS):
        await worker.serve(settings, stop)

    assert [vars(record)["for"] for record in caplog.records] == ["database (disk full)"] * times


async def test_a_bug_ends_the_process(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async def take(*_arguments: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(worker, "_take", take)

    with pytest.raises(RuntimeError, match="a bug"):
        await worker.serve(settings, asyncio.Event())


@pytest.mark.parametrize("which", ["broker", "mosquitto"])
async def test_a_hub_hears_that_the_retained_status_of_a_box_was_deleted(
    database: DatabaseSettings, which: str, request: pytest.FixtureRequest
) -> None:
    at: MqttSettings = request.getfixturevalue(which)
    _, topic = fresh()
    topic = topic.replace("telemetry", "status")
    settings = settings_of(database, at, topics=(topic,))

    async def states() -> list[tuple[bool, bool]]:
        async with db.connect(database, "tests") as connection:
            rows = await connection.fetch(
                "SELECT withdrawn_at IS NOT NULL AS gone, online FROM box JOIN status ON box = id ORDER BY received_at"
            )
            return [(row["gone"], row["online"]) for row in rows]

    async def has_come() -> bool:
        return await states() == [(False, True)]

    async def is_withdrawn() -> bool:
        return await states() == [(True, True), (True, False)]

    async with serving(settings), peer(at) as box:
        await until(is_connected)
        box.client.publish(topic, b'{"v": 1, "online": true}', qos=1, retain=True)
        await until(has_come)

        box.client.publish(topic, b"", qos=1, retain=True)
        await until(is_withdrawn)


async def test_a_running_ingest_follows_what_operators_register(
    database: DatabaseSettings, broker: MqttSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_UPKEEP_SECONDS", 0.05)
    settings = settings_of(database, broker, accept_unknown_boxes=False)
    topic, box_id = settings.ingest.topics[0], box_of(settings)
    seqs = itertools.count(2)

    async def is_stored() -> bool:
        await asyncio.to_thread(box.send, topic, payload(settings, next(seqs)))
        return bool(await values(database))

    async def is_rejected() -> bool:
        async with db.connect(database, "tests") as connection:
            return [row["reason"] for row in await connection.fetch("SELECT reason FROM reject")] == ["unknown_box"]

    async with serving(settings), peer(broker) as box:
        await until(is_connected)
        await asyncio.to_thread(box.send, topic, payload(settings, 1))
        await until(is_rejected)

        async with db.connect(database, "tests") as connection, connection.transaction():
            await boxes.register(connection, Author("anna", Via.COMMAND), box_id)
        await until(is_stored)
