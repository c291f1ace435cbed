"""The beginning of a connection: CONNECT is answered, and every subscription is granted; or why not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paho.mqtt.client import Client
    from paho.mqtt.reasoncodes import ReasonCode

_FAILURE = 0x80  # SUBACK codes from here on are refusals [MQTT-3.9.3-2]


class Handshake:
    """One for each connection. A failure after the success changes nothing.

    `optional` topics are read with QoS 0: the broker keeps nothing of them, and NATS needs no consumer for them.
    """

    def __init__(self, topics: Sequence[str], qos: int, optional: Sequence[str] = ()) -> None:
        self._topics = (*topics, *optional)
        self._wanted = [*((topic, qos) for topic in topics), *((topic, 0) for topic in optional)]
        self._required = len(topics)
        self.denied: tuple[str, ...] = ()  # optional topics that the broker does not let us read
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def granted(self) -> None:
        """Return when everything is granted. Raises ConnectionError with what the broker refuses."""
        await self._done

    def fail(self, why: str) -> None:
        """The connection broke, or the broker refuses us."""
        if not self._done.done():
            self._done.set_exception(ConnectionError(why))

    def on_connect(self, client: Client, code: ReasonCode) -> str | None:
        """Subscribe, when the broker takes us; otherwise why it does not."""
        if code.is_failure:
            return f"the broker refuses us: {code} (KIEZBOX_MQTT_USERNAME, KIEZBOX_MQTT_PASSWORD)"
        if self._topics:
            client.subscribe(self._wanted)
        else:
            self._succeed()
        return None

    def on_subscribe(self, codes: Sequence[ReasonCode]) -> str | None:
        """What the broker denies, or None when everything is granted but what we can do without."""
        found = list(zip(self._topics, codes, strict=False))
        denied = [topic for topic, code in found[: self._required] if code.value >= _FAILURE]
        self.denied = tuple(topic for topic, code in found[self._required :] if code.value >= _FAILURE)
        if denied or len(codes) != len(self._topics):
            return (
                f"the broker denies the subscription to {', '.join(denied)}"
                " (permissions; on NATS also: max_ack_pending of all wildcard subscriptions must fit 65,535)"
            )
        self._succeed()
        return None

    def _succeed(self) -> None:
        if not self._done.done():
            self._done.set_result(None)
