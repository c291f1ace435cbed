"""What is published beside the topics of ingest, over real brokers: stored or counted; and an upgrade loses nothing."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

import pytest
from prometheus_client import REGISTRY

from devices.boxes import NO_BOX, OTHERS
from ingest import beside, worker
from kiezbox import db, mqtt
from kiezbox.settings import DatabaseSettings, IngestSettings, MqttSettings, Settings
from stack.embedded.program import Program
from tests import conftest
from tests.devices.support.protobuf_bytes import ENVELOPE, UNIX_TIME, core, envelope, update
from tests.ingest.support.messages import telemetry
from tests.kiezbox.mqtt.support.peers import HANGING_SECONDS, fresh, peer
from tests.support import ingest_log
from tests.support.waiting import until
from tests.system.support.processes import ManagedProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TAKEN = ("kb/v1/+/telemetry", "kb/v1/+/status", "msh/+/2/e/+/+")  # what every version has subscribed to
STRANGER = envelope(b"Hallo Oma", portnum=1)


@pytest.fixture(autouse=True)
def _without_its_garbage_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker sets how seldom Python collects garbage: that would last for all tests that follow."""
    monkeypatch.setattr(worker, "_collect_rarely", lambda: None)


@pytest.fixture(scope="module", params=[conftest.nats_in, conftest.mosquitto_in], ids=["nats", "mosquitto"])
def own_broker(request: pytest.FixtureRequest, scratch: Path) -> Iterator[MqttSettings]:
    """A broker of this module's own: below `msh/` the one that all tests share brings what others left there."""
    with request.param(scratch / f"beside-{request.param.__name__}") as settings:
        yield settings


@pytest.fixture
def settings(own_broker: MqttSettings, database: DatabaseSettings) -> Settings:
    return Settings(database=database, mqtt=own_broker, ingest=IngestSettings(client_id=fresh()[0]))


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


KILLS = 3
BURST = 600  # messages of each kind before each kill, and after the last one


def burst(number: int) -> list[tuple[str, bytes]]:
    """What goes out before kill `number`: for the first session, for both, for the second, and strangers' messages."""
    sent = []
    for seq in range(number * BURST + 1, (number + 1) * BURST + 1):
        sent.append(("kb/v1/71-01/telemetry", telemetry(seq, {"noise": 40}).delivery.payload))
        for box, topic in ((1, "msh/EU_868/2/e/kiezbox/!01"), (2, "msh/EU_868/DE/Berlin/2/e/kiezbox/!02")):
            said = update(box, unix_time=UNIX_TIME + seq, core=core({2: 20_000}))
            sent.append((topic, envelope(said, packet_id=seq, sender=box)))
        sent.append(("msh/EU_868/DE/Berlin/2/e/LongFast/!abcd", STRANGER))
    return sent


async def readings(settings: Settings) -> dict[str, int]:
    query = "SELECT box, count(*)::int AS count FROM reading JOIN series ON series.id = series GROUP BY box"
    async with db.connect(settings.database, "tests") as connection:
        return {row["box"]: row["count"] for row in await connection.fetch(query)}


@pytest.mark.slow
async def test_whatever_session_brings_it_nothing_is_lost_though_ingest_is_killed(
    settings: Settings, tmp_path: Path
) -> None:
    environment = {
        "KIEZBOX_DATABASE_URL": settings.database.url.get_secret_value(),
        "KIEZBOX_MQTT_PORT": str(settings.mqtt.port),
        "KIEZBOX_INGEST_CLIENT_ID": settings.ingest.client_id,
    }
    program = Program("ingest", (sys.executable, "-m", "stack.cli", "ingest"), {**os.environ, **environment})
    ingest = ManagedProcess(program, tmp_path / "ingest.log")
    ingest.start()
    try:
        # Both sessions are there from now on: what is sent later waits for them.
        await until(lambda: ingest_log.is_subscribed(ingest.log))
        async with peer(settings.mqtt) as box:
            for number in range(KILLS):
                before = sum((await readings(settings)).values())
                infos = [box.client.publish(topic, payload, qos=1) for topic, payload in burst(number)]

                async def is_midway(before: int = before) -> bool:
                    return sum((await readings(settings)).values()) > before + BURST // 2

                await until(is_midway)
                ingest.kill()
                for info in infos:
                    await asyncio.to_thread(info.wait_for_publish, HANGING_SECONDS)
                ingest.start()
            for topic, payload in burst(KILLS):
                box.client.publish(topic, payload, qos=1)
            expected = dict.fromkeys(("71-01", "c8-01", "c8-02"), (KILLS + 1) * BURST)

            async def is_whole() -> bool:
                strangers = (await ledger(settings)).get(OTHERS, [0, 0, 0])[2]
                return await readings(settings) == expected and strangers >= (KILLS + 1) * BURST

            try:
                await until(is_whole, 30)
            finally:
                found = await readings(settings)
    finally:
        ingest.clear()
    assert found == expected


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
