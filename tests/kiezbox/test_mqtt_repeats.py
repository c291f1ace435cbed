"""What the broker sends again before we could acknowledge it is not taken twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prometheus_client import REGISTRY

from kiezbox import metrics, mqtt
from kiezbox.mqtt import packets
from kiezbox.mqtt.backlog import Backlog
from kiezbox.settings import MqttSettings
from tests.kiezbox.test_mqtt import connected, fresh, payloads, peer, take

if TYPE_CHECKING:
    from kiezbox.mqtt.backlog import Delivery

MESSAGES = 20
HANGING_SECONDS = 60


def repeats() -> float:
    return REGISTRY.get_sample_value("kiezbox_mqtt_repeats_total") or 0.0


async def test_nats_sends_again_to_a_client_that_is_merely_slow_and_it_is_taken_once(broker: MqttSettings) -> None:
    before = repeats()
    client_id, topic = fresh()
    async with mqtt.session(broker, client_id, [topic]) as session, peer(broker) as box:
        await connected(session)
        await asyncio.to_thread(box.send, topic, *payloads(MESSAGES))
        held = await take(session, MESSAGES)
        async with asyncio.timeout(HANGING_SECONDS):
            while repeats() < before + MESSAGES:
                await asyncio.sleep(0.05)
        session.acknowledge(held)
        await asyncio.to_thread(box.send, topic, b"after")
        (after,) = await take(session, 1)
        session.acknowledge([after])

    assert [delivery.payload for delivery in held] == payloads(MESSAGES)
    assert after.payload == b"after"


def backlog() -> Backlog:
    return Backlog(MqttSettings(), metrics.MqttSession.OTHER)


def put(kept: Backlog, *mids: int, repeated: bool = False) -> None:
    flags = packets.QOS_1 | (packets.REPEATED if repeated else 0)
    kept.put([(flags, b"topic", mid, b"1") for mid in mids], datetime.now(UTC))


async def burst(kept: Backlog) -> list[Delivery]:
    async with asyncio.timeout(HANGING_SECONDS):
        return await kept.burst()


async def test_a_repeated_message_that_is_not_held_any_more_is_taken() -> None:
    kept = backlog()
    put(kept, 1, 2, 3)
    first = await burst(kept)
    put(kept, 1, repeated=True)
    acknowledged = kept.finish(first[:2])
    put(kept, 1, 2, 3, repeated=True)

    again = await burst(kept)

    assert acknowledged == [1, 2]
    assert [delivery.mid for delivery in again] == [1, 2]
    assert kept.finish([*first, *again]) == [3, 1, 2]


async def test_packet_ids_of_another_connection_mean_other_messages() -> None:
    kept = backlog()
    put(kept, 1, 2)
    put(kept, 1, repeated=True)
    kept.forget()
    put(kept, 2, 1, repeated=True)

    assert [delivery.mid for delivery in await burst(kept)] == [2, 1]


async def test_what_comes_after_a_repeat_that_was_not_held_is_known_too() -> None:
    kept = backlog()
    put(kept, 1)
    put(kept, 2, repeated=True)
    put(kept, 3)
    put(kept, 1, 2, 3, repeated=True)

    assert [delivery.mid for delivery in await burst(kept)] == [1, 2, 3]


async def test_repeats_take_no_room() -> None:
    kept = backlog()
    put(kept, *range(1, 101))
    before = kept.room_messages
    put(kept, *range(1, 101), repeated=True)
    held = await burst(kept)

    assert (kept.room_messages, len(held)) == (before, 100)
    assert kept.finish(held) == list(range(1, 101))
    assert kept.room_messages == before + 100


async def test_messages_that_nobody_acknowledges_are_never_repeats() -> None:
    kept = backlog()
    put(kept, 0, 0, repeated=True)

    assert len(await burst(kept)) == 2
