"""The other side of a session: plain paho in its own thread, and what tests wait for."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
from typing import TYPE_CHECKING

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from kiezbox.mqtt import Delivery, Session
    from kiezbox.settings import MqttSettings

HANGING_SECONDS = 60  # against hanging only
_names = itertools.count(1)


class Peer:
    """A box or a hub of the test."""

    def __init__(self, settings: MqttSettings) -> None:
        self.client = Client(CallbackAPIVersion.VERSION2)
        self.heard: list[tuple[str, bytes]] = []
        self.client.on_message = lambda _client, _userdata, message: self.heard.append(
            (message.topic, bytes(message.payload))
        )
        self.client.connect(settings.host, settings.port)
        self.client.loop_start()

    def subscribe(self, topic: str) -> None:
        """Return when the broker has granted it."""
        granted = threading.Event()
        self.client.on_subscribe = lambda *_granted: granted.set()
        self.client.subscribe(topic)
        assert granted.wait(HANGING_SECONDS)

    def send(self, topic: str, *payloads: bytes) -> None:
        infos = [self.client.publish(topic, payload, qos=1) for payload in payloads]
        for info in infos:
            info.wait_for_publish(HANGING_SECONDS)
            assert info.is_published()

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
        # Without them no circle of references is left: paho closes its own sockets when it is let go.
        self.client.on_message = self.client.on_subscribe = None


@contextlib.asynccontextmanager
async def peer(settings: MqttSettings) -> AsyncIterator[Peer]:
    made = await asyncio.to_thread(Peer, settings)
    try:
        yield made
    finally:
        await asyncio.to_thread(made.close)


def fresh() -> tuple[str, str]:
    """A client id and a topic that no other test uses."""
    name = f"test{next(_names)}"
    return f"client-{name}", f"kb/v1/{name}/telemetry"


async def take(
    session: Session, count: int, *, but: Sequence[Delivery] = (), acknowledges: bool = False
) -> list[Delivery]:
    """So many deliveries, besides those of `but`, each once.

    NATS sends again what it has waited for too long, be it for a machine that is busy with something else.
    """
    known = {(delivery.topic, delivery.payload) for delivery in but}
    taken: list[Delivery] = []
    async with asyncio.timeout(HANGING_SECONDS):
        while len(taken) < count:
            burst = await session.burst()
            if acknowledges:
                session.acknowledge(burst)
            for delivery in burst:
                if (delivery.topic, delivery.payload) not in known:
                    known.add((delivery.topic, delivery.payload))
                    taken.append(delivery)
    return taken


async def connected(session: Session) -> None:
    async with asyncio.timeout(HANGING_SECONDS):
        await session.connected.wait()


def payloads(count: int) -> list[bytes]:
    return [str(number).encode() for number in range(count)]
