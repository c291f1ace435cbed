"""The session of a worker: its client id cannot be guessed, and nothing of the session before is lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ingest import broker_session
from kiezbox import db, mqtt
from kiezbox.settings import MqttSettings
from tests.ingest.test_worker import has, is_connected, payload, serving, settings_of
from tests.kiezbox.mqtt.support.peers import connected, peer
from tests.support.waiting import until

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings, Settings

pytestmark = pytest.mark.slow


@pytest.fixture(params=["broker", "mosquitto"])
def settings(request: pytest.FixtureRequest, database: DatabaseSettings) -> Settings:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, MqttSettings)
    return settings_of(database, found.model_copy(update={"drain_seconds": 2.5}))


async def test_a_worker_keeps_its_client_id_and_another_worker_has_another(pool: db.Pool) -> None:
    first = await broker_session.find(pool, "kiezbox-ingest")
    again = await broker_session.find(pool, "kiezbox-ingest")
    other = await broker_session.find(pool, "kiezbox-ingest-1")

    assert again == first
    assert first.client_id.startswith("kiezbox-ingest-")
    assert len(first.client_id) >= len("kiezbox-ingest-") + 20
    assert first.client_id.removeprefix("kiezbox-ingest-") not in other.client_id


async def test_readings_that_wait_in_the_session_before_are_stored_and_it_is_removed(
    settings: Settings, database: DatabaseSettings
) -> None:
    before, topic = settings.ingest.client_id, settings.ingest.topics[0]
    async with mqtt.session(settings.mqtt, before, [topic]) as session:
        await connected(session)
    async with peer(settings.mqtt) as box:
        await asyncio.to_thread(box.send, topic, payload(settings, 1), payload(settings, 2))

    async with serving(settings):
        await until(has(database, 1.0, 2.0))
        async with db.pool(database, "tests") as pool:

            async def is_drained() -> bool:
                return (await broker_session.find(pool, before)).is_drained

            await until(is_drained)

    async with mqtt.session(settings.mqtt, before, [], durable=False) as asked:
        await connected(asked)
    async with mqtt.session(settings.mqtt, before, []) as asked:
        await connected(asked)
    assert not asked.was_present


async def test_a_retained_reading_is_not_stored(settings: Settings, database: DatabaseSettings) -> None:
    topic = settings.ingest.topics[0]
    async with peer(settings.mqtt) as box:
        retained = box.client.publish(topic, payload(settings, 1), qos=1, retain=True)
        await asyncio.to_thread(retained.wait_for_publish)

        async with serving(settings):
            await until(is_connected)
            await asyncio.to_thread(box.send, topic, payload(settings, 2))
            await until(has(database, 2.0))


async def test_an_answer_to_a_box_that_somebody_had_the_broker_retain_is_deleted(settings: Settings) -> None:
    topic = settings.ingest.topics[0].replace("telemetry", "ack")
    async with peer(settings.mqtt) as box:
        retained = box.client.publish(topic, b'{"v": 1, "boot": "b00t", "through": 99}', qos=1, retain=True)
        await asyncio.to_thread(retained.wait_for_publish)
        await asyncio.to_thread(box.subscribe, topic)

        async with serving(settings):
            await until(lambda: (topic, b"") in box.heard)
