"""What is published beside the topics of ingest, over real brokers: stored or counted; and an upgrade loses nothing."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client import REGISTRY

from devices.boxes import NO_BOX, OTHERS
from ingest import beside, worker
from kiezbox import db, mqtt
from kiezbox.settings import DatabaseSettings, IngestSettings, MqttSettings, Settings
from tests.devices.support.protobuf_bytes import ENVELOPE, envelope
from tests.ingest.support.messages import telemetry
from tests.kiezbox.mqtt.support.peers import HANGING_SECONDS, fresh, peer
from tests.support.waiting import until

TAKEN = ("kb/v1/+/telemetry", "kb/v1/+/status", "msh/+/2/e/+/+")  # what every version has subscribed to
STRANGER = envelope(b"Hallo Oma", portnum=1)


@pytest.fixture(autouse=True)
def _without_its_garbage_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker sets how seldom Python collects garbage: that would last for all tests that follow."""
    monkeypatch.setattr(worker, "_collect_rarely", lambda: None)


@pytest.fixture(params=["broker", "mosquitto"])
def settings(request: pytest.FixtureRequest, database: DatabaseSettings) -> Settings:
    broker: MqttSettings = request.getfixturevalue(request.param)
    return Settings(database=database, mqtt=broker, ingest=IngestSettings(client_id=fresh()[0]))


async def ledger(settings: Settings) -> dict[str, list[int]]:
    """Messages stored, duplicate and rejected, by box."""
    query = """SELECT box, sum(messages_stored)::int, sum(messages_duplicate)::int, sum(messages_rejected)::int
               FROM message_ledger GROUP BY box"""
    async with db.connect(settings.database, "tests") as connection:
        return {box: counts for box, *counts in (tuple(row.values()) for row in await connection.fetch(query))}


def is_connected() -> bool:
    labels = ("ingest", "ingest_beside")
    return all(REGISTRY.get_sample_value("kiezbox_mqtt_connected", {"session": label}) == 1 for label in labels)


@pytest.mark.slow
async def test_any_depth_below_the_roots_is_stored_or_counted_once(settings: Settings) -> None:
    stop = asyncio.Event()
    async with asyncio.timeout(2 * HANGING_SECONDS), peer(settings.mqtt) as box, asyncio.TaskGroup() as group:
        group.create_task(worker.serve(settings, stop))
        await until(is_connected)
        for topic, payload in (
            ("msh/EU_868/DE/Berlin/2/e/LongFast/!abcd", ENVELOPE),
            ("msh/EU_868/2/e/LongFast/!abcd", STRANGER),  # both sessions bring this one
            ("msh/EU_868/DE/Berlin/2/e/LongFast/!abcd", STRANGER),
            ("msh/EU_868/2/json/LongFast/!abcd", b"{}"),
            ("msh", b"{}"),
            ("kb/v1/71-01/telemetry/core", b"{}"),
            ("kb/v1/71-01/telemetry/", b"{}"),
            ("kb/v1/71-01/status/a/b", b"{}"),
            ("kb/v1/71-01/ack", b"{}"),  # ours
        ):
            await asyncio.to_thread(box.send, topic, payload)
        expected = {"02-01": [1, 0, 0], OTHERS: [0, 0, 4], NO_BOX: [0, 0, 3]}

        async def is_whole() -> bool:
            return await ledger(settings) == expected

        try:
            await until(is_whole, 30)
        finally:
            found = await ledger(settings)
            stop.set()
    assert found == expected


@pytest.mark.slow
async def test_what_waited_in_the_session_of_an_earlier_version_is_stored(settings: Settings) -> None:
    async with mqtt.session(settings.mqtt, settings.ingest.client_id, TAKEN) as earlier:
        await asyncio.wait_for(earlier.connected.wait(), HANGING_SECONDS)
    waiting = [telemetry(seq, {"noise": 40}).delivery.payload for seq in range(1, 2_001)]
    stop = asyncio.Event()
    async with asyncio.timeout(2 * HANGING_SECONDS), peer(settings.mqtt) as box, asyncio.TaskGroup() as group:
        await asyncio.to_thread(box.send, "kb/v1/71-01/telemetry", *waiting)
        await asyncio.to_thread(box.send, "msh/EU_868/2/e/kiezbox/!12345678", ENVELOPE)
        group.create_task(worker.serve(settings, stop))

        async def is_whole() -> bool:
            found = await ledger(settings)
            return [found.get(box, [0])[0] for box in ("71-01", "02-01")] == [2_000, 1]

        await until(is_whole)
        stop.set()


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        (TAKEN, ("kb/v1/+/telemetry/+/#", "kb/v1/+/status/+/#", "msh/#", "kiez/mesh/#")),
        (("kb/v1/+/telemetry/0", *TAKEN[1:]), ("kb/v1/+/status/+/#", "msh/#", "kiez/mesh/#")),
        (("kb/v1/+/telemetry/1",), ()),
        (("$share/ingest/kb/v1/+/telemetry",), ()),
    ],
)
def test_the_worker_of_a_partition_takes_nothing_beside_it(taken: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert beside.topics(taken, ("msh", "kiez/mesh")) == expected
