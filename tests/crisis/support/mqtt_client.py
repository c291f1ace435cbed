"""A test's own client at a broker, and waiting until a node's session has its subscriptions."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING
from uuid import uuid4

from kiezbox import metrics, mqtt
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from kiezbox.metrics import MqttSession
    from kiezbox.mqtt import Delivery, Session
    from kiezbox.settings import MqttSettings


async def subscribed(kind: MqttSession) -> None:
    """Return when the broker has granted this process's session of a kind its subscriptions."""
    await until(lambda: metrics.MQTT_CONNECTED.labels(kind)._value.get() == 1)


@contextlib.asynccontextmanager
async def listening(settings: MqttSettings, *topics: str) -> AsyncIterator[tuple[Session, list[Delivery]]]:
    """A client of the test, and what it hears."""
    heard: list[Delivery] = []

    async def listen(session: Session) -> None:
        while True:
            burst = await session.burst()
            heard.extend(burst)
            session.acknowledge(burst)

    async with mqtt.session(settings, f"test-{uuid4().hex[:8]}", topics) as session, asyncio.TaskGroup() as group:
        task = group.create_task(listen(session))
        async with asyncio.timeout(20):
            await session.connected.wait()
        yield session, heard
        task.cancel()
