"""Messages that the broker retains where it should retain none: they are ignored, counted and cleared.

A retained message is repeated to each new subscriber, for years: a reading as if it were new, or an `ack` for messages
that nobody stored. No broker refuses the flag for single topics, so whoever listens has to look.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from typing import TYPE_CHECKING, Protocol

from kiezbox import metrics
from kiezbox.mqtt.session import session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kiezbox.mqtt.backlog import Delivery
    from kiezbox.settings import MqttSettings

log = logging.getLogger(__name__)

_QUIET_SECONDS = 5.0  # a broker sends what it retains right after the subscription


class Source(Protocol):
    """Where deliveries come from: a session, or what stands in front of it."""

    connected: asyncio.Event

    async def burst(self) -> list[Delivery]:
        """What arrived since the last call; waits for at least one delivery."""
        ...

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """Tell the broker that these are safe."""
        ...

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> bool:
        """Send a message; False when it could not be sent."""
        ...


class Unretained:
    """A source without what is retained where nothing may be.

    `is_wrong`: whether no message may be retained at this topic. What clears it is a message without content, which
    comes back to us, and is left out as well. With `clears` False the right to clear is somebody else's; with `keeps`
    True the message is handed over once all the same, as a call for help that was sent with the wrong flag.
    """

    def __init__(
        self, source: Source, is_wrong: Callable[[str], bool], *, clears: bool = True, keeps: bool = False
    ) -> None:
        self._source = source
        self._is_wrong = is_wrong
        self._clears = clears
        self._keeps = keeps
        self._cleared: Counter[str] = Counter()
        self.connected = source.connected

    async def burst(self) -> list[Delivery]:
        """What arrived since the last call; waits for at least one delivery."""
        while True:
            burst = await self._source.burst()
            if not self._cleared and not any(delivery.retained for delivery in burst):
                return burst
            dropped = [delivery for delivery in burst if self._is_to_drop(delivery)]
            self._source.acknowledge(dropped)
            dropped_ids = set(map(id, dropped))
            if left := [delivery for delivery in burst if id(delivery) not in dropped_ids]:
                return left

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """Tell the broker that these are safe."""
        self._source.acknowledge(deliveries)

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> bool:
        """Send a message; False when it could not be sent."""
        return self._source.publish(topic, payload, qos=qos, retain=retain)

    def _is_to_drop(self, delivery: Delivery) -> bool:
        if not delivery.retained:
            return self._is_echo(delivery)
        if not self._is_wrong(delivery.topic):
            return False
        _count(delivery)
        if self._clears and self._source.publish(delivery.topic, b"", qos=1, retain=True):
            self._cleared[delivery.topic] += 1
        return not self._keeps

    def _is_echo(self, delivery: Delivery) -> bool:
        if delivery.payload or not self._cleared[delivery.topic]:
            return False
        self._cleared[delivery.topic] -= 1
        self._cleared += Counter()  # drops what is at zero
        return True


async def clear_retained(
    settings: MqttSettings, client_id: str, topics: Sequence[str], quiet_seconds: float = _QUIET_SECONDS
) -> None:
    """Delete what the broker retains where boxes hear the hub, and return when nothing more has come for a while.

    Nothing is ever retained there; but a forged `ack` from when the broker asked nobody would have each box that comes
    back, for years, delete what nobody stored. Topics that the broker does not let us read are left out.
    """
    # The hub's own answers to boxes come here too: thousands a second.
    async with session(settings, client_id, (), durable=False, optional=topics, retained_only=True) as found:
        await found.connected.wait()
        came_at = time.monotonic()
        while (left_seconds := came_at + quiet_seconds - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(left_seconds):
                    burst = await found.burst()
            except TimeoutError:
                return
            found.acknowledge(burst)
            came_at = time.monotonic()
            for delivery in burst:
                _count(delivery)
                found.publish(delivery.topic, b"", qos=1, retain=True)


def _count(delivery: Delivery) -> None:
    metrics.MQTT_RETAINED.inc()
    log.warning("the broker retained a message where none may be retained", extra={"topic": delivery.topic})
