"""What arrived from the broker and is not acknowledged yet: in order of arrival, bounded in messages and in bytes."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from kiezbox import metrics
from kiezbox.mqtt import packets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kiezbox.mqtt.packets import Publish
    from kiezbox.settings import MqttSettings

log = logging.getLogger(__name__)

_STEP = timedelta(microseconds=1)  # between two deliveries at least: their times tell the order in which they came
# A burst of 20,000 messages is dated 20 ms ahead; a larger lead is a clock that was set back.
_CLOCK_SLACK = timedelta(seconds=1)


class Delivery(Struct, gc=False):
    """One message as it arrived. The broker keeps it until `Session.acknowledge` has been called with it.

    A struct of msgspec: there are thousands a second, and a dataclass takes three times as long to make.
    """

    topic: str
    payload: bytes
    received_at: datetime  # UTC, the hub's clock; later than that of every delivery before
    retained: bool = False
    redelivered: bool = False
    mid: int = 0  # its packet id; 0 when nobody waits for its acknowledgement
    connection: int = 0  # number of the connection on which it came: its packet id means nothing on another
    is_done: bool = False


def stored_delivery(topic: str, payload: bytes, received_at: datetime) -> Delivery:
    """A delivery out of the database: no broker waits for its acknowledgement."""
    return Delivery(topic, payload, received_at)


class Backlog:
    """The deliveries of one session, over all its connections. Not thread-safe: for the event loop only."""

    def __init__(self, settings: MqttSettings, label: metrics.MqttSession) -> None:
        self._messages_max = settings.backlog_messages
        self._bytes_max = settings.backlog_bytes
        self._messages_gauge = metrics.MQTT_BACKLOG.labels(label)
        self._bytes_gauge = metrics.MQTT_BACKLOG_BYTES.labels(label)
        self._connection = 0  # counts connections; what came on an earlier one is stale
        self._earliest_at = datetime.min.replace(tzinfo=UTC)  # of the next delivery
        self._is_clock_behind = False
        self._order: deque[Delivery] = deque()
        self._mids: set[int] | None = None  # packet ids of `_order`; None until a repeat asks for them
        self._ready: list[Delivery] = []
        self._messages = 0
        self._bytes = 0  # of payloads: a few thousand of the largest would fill a small machine
        self._wake = asyncio.Event()

    @property
    def has_room(self) -> bool:
        """Whether more may be read. What is in the socket's buffer by then may go beyond the bound in bytes."""
        return self._messages < self._messages_max and self._bytes < self._bytes_max

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return self._messages == 0

    @property
    def has_unread(self) -> bool:
        """Whether `burst` has something to hand over."""
        return bool(self._ready)

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

    def put(self, found: Iterable[Publish], now: datetime) -> None:
        """Keep these for the next burst, dated `now` and after.

        Each delivery is dated later than the one before, also when the clock is set back or a burst was dated ahead.

        NATS sends again what is not acknowledged within `ack_wait`, also to a client that is merely slow. A packet id
        is in use until its PUBACK [MQTT-2.3.1-4], so a repeat is a message that we hold already: stored twice, it would
        make what comes after it later still, until nothing else is done.
        """
        self._watch_clock(now)
        received_at = max(now, self._earliest_at)
        connection, order, mids, ready = self._connection, self._order, self._mids, self._ready
        for flags, name, mid, payload in found:
            is_repeated = flags & packets.REPEATED != 0
            if is_repeated and mid:
                mids = self._mids = {held.mid for held in order} if mids is None else mids
                if mid in mids:
                    metrics.MQTT_REPEATS.inc()
                    continue
            try:
                topic = name.decode()
            except UnicodeDecodeError:  # no box may do that [MQTT-1.5.3-1]; it is rejected as a bad topic, not lost
                topic = name.decode(errors="replace")
            is_retained = flags & packets.RETAIN != 0
            delivery = Delivery(topic, payload, received_at, is_retained, is_repeated, mid, connection)
            received_at += _STEP
            if mid:
                order.append(delivery)
                if mids is not None:
                    mids.add(mid)
            self._messages += 1
            self._bytes += len(payload)
            ready.append(delivery)
        self._earliest_at = received_at
        self._wake.set()

    def _watch_clock(self, now: datetime) -> None:
        """Log once that the clock was set back: until it has caught up, deliveries are dated after the last one."""
        is_behind = now + _CLOCK_SLACK < self._earliest_at
        if is_behind and not self._is_clock_behind:
            log.warning(
                "the clock was set back: messages are dated by the last one until it has caught up",
                extra={"clock": now, "last": self._earliest_at - _STEP},
            )
        self._is_clock_behind = is_behind

    def finish(self, deliveries: Iterable[Delivery]) -> list[int]:
        """These are safe. Returns the packet ids to acknowledge now, not the stale ones, in order [MQTT-4.6.0-2]."""
        for delivery in deliveries:
            if delivery.is_done:
                continue
            delivery.is_done = True
            self._messages -= 1
            self._bytes -= len(delivery.payload)
            if delivery.mid and delivery.connection != self._connection:
                metrics.MQTT_STALE_ACKS.inc()
        order, mids = self._order, []
        while order and order[0].is_done:
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
        stale = [delivery for delivery in self._ready if delivery.mid]
        self._messages -= len(stale)
        self._bytes -= sum(len(delivery.payload) for delivery in stale)
        for delivery in stale:
            delivery.is_done = True
        self._ready = [delivery for delivery in self._ready if not delivery.mid]

    def gauge(self) -> None:
        """Set the metrics to what is held now."""
        self._messages_gauge.set(self._messages)
        self._bytes_gauge.set(self._bytes)
