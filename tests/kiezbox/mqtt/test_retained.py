"""What a broker retains where nothing may be retained is ignored, counted and cleared."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from prometheus_client import REGISTRY

from kiezbox import mqtt
from kiezbox.settings import MqttSettings
from tests.kiezbox.mqtt.support.peers import HANGING_SECONDS, connected, fresh, peer

if TYPE_CHECKING:
    from tests.kiezbox.mqtt.support.peers import Peer


@pytest.fixture(params=["broker", "mosquitto"])
def settings(request: pytest.FixtureRequest) -> MqttSettings:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, MqttSettings)
    return found


def counted() -> float:
    return REGISTRY.get_sample_value("kiezbox_mqtt_wrongly_retained_total") or 0.0


def retain(box: Peer, topic: str, payload: bytes) -> None:
    box.client.publish(topic, payload, qos=1, retain=True).wait_for_publish(HANGING_SECONDS)


async def heard_until(source: mqtt.Unretained, last: bytes) -> list[bytes]:
    heard: list[bytes] = []
    async with asyncio.timeout(HANGING_SECONDS):
        while last not in heard:
            burst = await source.burst()
            source.acknowledge(burst)
            heard += [delivery.payload for delivery in burst]
    return heard


async def retained_at(settings: MqttSettings, topic: str) -> list[bytes]:
    """What a new subscriber gets before a message that is sent now."""
    async with mqtt.session(settings, f"asks-{topic}", [topic], durable=False) as session, peer(settings) as box:
        await connected(session)
        await asyncio.to_thread(box.send, topic, b"now")
        heard: list[bytes] = []
        async with asyncio.timeout(HANGING_SECONDS):
            while b"now" not in heard:
                heard += [
                    delivery.payload for delivery in await session.burst() if delivery.retained or delivery.payload
                ]
    return heard[:-1]


async def test_it_is_ignored_counted_and_cleared_and_the_clearing_is_no_message(settings: MqttSettings) -> None:
    client_id, topic = fresh()
    before = counted()
    async with peer(settings) as box:
        await asyncio.to_thread(retain, box, topic, b"forged")
        async with mqtt.session(settings, client_id, [topic]) as session:
            await connected(session)
            source = mqtt.Unretained(session, lambda _topic: True)
            asking = asyncio.create_task(heard_until(source, b"the last"))
            while await retained_at(settings, topic):
                await asyncio.sleep(0.05)
            await asyncio.to_thread(box.send, topic, b"the last")
            heard = await asking
            is_idle = session.is_idle

    assert set(heard) == {b"now", b"the last"}
    assert counted() == before + 1
    assert is_idle


async def test_a_message_that_is_retained_now_is_a_message_all_the_same(settings: MqttSettings) -> None:
    client_id, topic = fresh()
    async with mqtt.session(settings, client_id, [topic]) as session, peer(settings) as box:
        await connected(session)

        await asyncio.to_thread(retain, box, topic, b"now, with the wrong flag")

        assert await heard_until(mqtt.Unretained(session, lambda _: True), b"now, with the wrong flag")
        await asyncio.to_thread(retain, box, topic, b"")


async def test_what_may_be_retained_is_handed_over_and_stays(settings: MqttSettings) -> None:
    client_id, topic = fresh()
    async with peer(settings) as box:
        await asyncio.to_thread(retain, box, topic, b"a status")
        async with mqtt.session(settings, client_id, [topic]) as session:
            heard = await heard_until(mqtt.Unretained(session, lambda _: False), b"a status")

        assert heard == [b"a status"]
        assert await retained_at(settings, topic) == [b"a status"]
        await asyncio.to_thread(retain, box, topic, b"")


async def test_a_call_that_was_retained_is_taken_once_and_cleared(settings: MqttSettings) -> None:
    client_id, topic = fresh()
    async with peer(settings) as box:
        await asyncio.to_thread(retain, box, topic, b"a call")
        async with mqtt.session(settings, client_id, [topic]) as session:
            source = mqtt.Unretained(session, lambda _: True, keeps=True)
            heard = await heard_until(source, b"a call")
            asking = asyncio.create_task(heard_until(source, b"the last"))
            while await retained_at(settings, topic):
                await asyncio.sleep(0.05)
            await asyncio.to_thread(box.send, topic, b"the last")

            assert b"" not in await asking
    assert heard == [b"a call"]


async def test_what_boxes_would_hear_is_cleared_and_what_is_sent_meanwhile_is_not_taken_for_it(
    settings: MqttSettings,
) -> None:
    _, forged = fresh()
    _, live = fresh()
    before = counted()
    async with peer(settings) as box:
        await asyncio.to_thread(retain, box, forged, b"forged")
        clearing = asyncio.create_task(mqtt.clear_retained(settings, mqtt.passing("clears"), [forged, live], 1.0))
        while not clearing.done():
            await asyncio.to_thread(box.send, live, b"an answer")
            await asyncio.sleep(0.05)
        await clearing

    assert await retained_at(settings, forged) == []
    assert counted() - before == 1
