"""What a session holds in memory is bounded in bytes as well as in messages."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from prometheus_client import REGISTRY

from kiezbox import mqtt
from tests.kiezbox.test_mqtt import connected, fresh, peer, take

if TYPE_CHECKING:
    from kiezbox.settings import MqttSettings

LARGE = 60_000
MESSAGES = 60
BUFFERED = 6  # 256 KiB of the socket's buffer hold four such messages whole, and parts of two


async def test_reading_pauses_when_so_many_bytes_are_held_and_nothing_is_lost(broker: MqttSettings) -> None:
    client_id, topic = fresh()
    small = broker.model_copy(update={"backlog_bytes": 10 * LARGE})
    sent = [bytes([number]) * LARGE for number in range(MESSAGES)]
    async with mqtt.session(small, client_id, [topic]) as session, peer(broker) as box:
        await connected(session)
        await asyncio.to_thread(box.send, topic, *sent)
        held = await take(session, 10)
        backlog = REGISTRY.get_sample_value("kiezbox_mqtt_backlog_bytes", {"session": "other"})
        taken = list(held)
        session.acknowledge(held)
        while len(taken) < MESSAGES:
            burst = await take(session, 1)
            assert sum(len(delivery.payload) for delivery in burst) <= (10 + BUFFERED) * LARGE
            session.acknowledge(burst)
            taken += burst

    assert 10 <= len(held) <= 10 + BUFFERED
    assert backlog is not None
    assert 10 * LARGE <= backlog <= (10 + BUFFERED) * LARGE
    assert [delivery.payload for delivery in taken] == sent
