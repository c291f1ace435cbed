"""What arrived from the broker and is not acknowledged yet: in order of arrival, bounded in messages and in bytes."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from kiezbox import metrics

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from kiezbox.settings import MqttSettings


class Ticket:
    """One delivery's place in the order of arrival on one connection."""

    __slots__ = ("connection", "done", "mid")

    def __init__(self, mid: int, connection: int) -> None:
        self.mid = mid
        self.connection = connection
        self.done = False


class Delivery(NamedTuple):
    """One message as it arrived. It stays with the broker until `Session.acknowledge` has been called with it."""

    topic: str
    payload: bytes
    received_at: datetime  # UTC, the hub's clock; later than that of the message before
    retained: bool
    redelivered: bool
    ticket: Ticket


def kept(topic: str, payload: bytes, received_at: datetime) -> Delivery:
    """A delivery out of a store: no broker waits for its acknowledgement."""
    return Delivery(topic, payload, received_at, retained=False, redelivered=False, ticket=Ticket(0, 0))


class Backlog:
    """The deliveries of one session, over all its connections. Not thread-safe: all happens on the event loop."""

    def __init__(self, settings: MqttSettings, label: metrics.MqttSession) -> None:
        self._messages_max = settings.backlog_messages
        self._bytes_max = settings.backlog_bytes
        self._messages_gauge = metrics.MQTT_BACKLOG.labels(label)
        self._bytes_gauge = metrics.MQTT_BACKLOG_BYTES.labels(label)
        self._connection = 0  # counts connections; a ticket of an earlier one is stale
        self._order: deque[Ticket] = deque()
        self._mids: set[int] | None = None  # of what is in `_order`; None: not asked for yet
        self._ready: list[Delivery] = []
        self._messages = 0
        self._bytes = 0  # of payloads: a few thousand of the largest would fill a small machine
        self._wake = asyncio.Event()

    @property
    def has_room(self) -> bool:
        """Whether more may be read: bounded in messages and in bytes, a buffer of the socket beyond."""
        return self._messages < self._messages_max and self._bytes < self._bytes_max

    @property
    def room_messages(self) -> int:
        """How many messages fit."""
        return self._messages_max - self._messages

    async def burst(self) -> list[Delivery]:
        """Everything that was put since the last call, in order of arrival; waits for at least one delivery."""
        while not self._ready:
            self._wake.clear()
            await self._wake.wait()
        burst, self._ready = self._ready, []
        return burst

    def put(
        self, topic: str, payload: bytes, received_at: datetime, mid: int, *, retained: bool, repeated: bool
    ) -> None:
        """Keep one message for the next burst; `mid` is 0 when nobody waits for its acknowledgement.

        NATS sends again what is not acknowledged within `ack_wait`, also to a client that is merely slow. A packet id
        is in use until its PUBACK [MQTT-2.3.1-4], so that is the message which we have: stored twice, it would make
        what comes after it later still, until nothing else is done.
        """
        if repeated and mid and self._holds(mid):
            metrics.MQTT_REPEATS.inc()
            return
        ticket = Ticket(mid, self._connection)
        if mid:
            self._order.append(ticket)
            if self._mids is not None:
                self._mids.add(mid)
        self._messages += 1
        self._bytes += len(payload)
        self._ready.append(Delivery(topic, payload, received_at, retained, repeated, ticket))

    def wake(self) -> None:
        """Hand over what was put."""
        self._wake.set()

    def finish(self, deliveries: Iterable[Delivery]) -> list[int]:
        """These are safe. The packet ids to acknowledge now, in order of arrival [MQTT-4.6.0-2]; stale ones never."""
        for delivery in deliveries:
            ticket = delivery.ticket
            if ticket.done:
                continue
            ticket.done = True
            self._messages -= 1
            self._bytes -= len(delivery.payload)
            if ticket.mid and ticket.connection != self._connection:
                metrics.MQTT_STALE_ACKS.inc()
        order, mids = self._order, []
        while order and order[0].done:
            mids.append(order.popleft().mid)
        if not order:
            self._mids = None
        elif self._mids is not None:
            self._mids.difference_update(mids)
        return mids

    def forget(self) -> None:
        """The connection is gone. What was not acknowledged stays with the broker, and is not handed over any more."""
        self._connection += 1
        self._order.clear()
        self._mids = None
        stale = [delivery for delivery in self._ready if delivery.ticket.mid]
        self._messages -= len(stale)
        self._bytes -= sum(len(delivery.payload) for delivery in stale)
        for delivery in stale:
            delivery.ticket.done = True
        self._ready = [delivery for delivery in self._ready if not delivery.ticket.mid]

    def _holds(self, mid: int) -> bool:
        """Whether a message with this packet id is here, not acknowledged yet."""
        if self._mids is None:
            self._mids = {ticket.mid for ticket in self._order}
        return mid in self._mids

    def gauge(self) -> None:
        """Say in the metrics how much there is."""
        self._messages_gauge.set(self._messages)
        self._bytes_gauge.set(self._bytes)
