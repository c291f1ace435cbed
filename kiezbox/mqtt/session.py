"""A session with the broker: reconnects for ever, on the event loop, acknowledged by hand, with back-pressure.

There is one thread hop per connection (name look-up and TLS handshake) and none per message.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from paho.mqtt.enums import MQTTErrorCode

from kiezbox import metrics, process, tls
from kiezbox.mqtt import client, packets, paho_private, wiresocket
from kiezbox.mqtt.backlog import Backlog, Delivery
from kiezbox.mqtt.handshake import Handshake
from kiezbox.mqtt.wiresocket import WireSocket

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence

    from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
    from paho.mqtt.reasoncodes import ReasonCode

    from kiezbox.mqtt.client import Will
    from kiezbox.settings import MqttSettings

log = logging.getLogger(__name__)

_HANDSHAKE_SECONDS = 10.0
_MISC_SECONDS = 1.0


def _hang_up(dialling: asyncio.Future[socket.socket]) -> None:
    """Close a connection that was established after nobody wanted it any more."""
    if not dialling.cancelled() and dialling.exception() is None:
        dialling.result().close()


class Session:
    """A persistent session: reconnects for ever, subscribes on every connect, hands deliveries over in bursts.

    Made by `session()`. Not thread-safe: everything happens on the event loop.
    """

    def __init__(
        self,
        settings: MqttSettings,
        client_id: str,
        topics: Sequence[str],
        will: Will | None,
        *,
        durable: bool = True,
        label: metrics.MqttSession = metrics.MqttSession.OTHER,
        optional: Sequence[str] = (),
        retained_only: bool = False,
    ) -> None:
        self._settings = settings
        self._topics = tuple(topics)
        self._optional = tuple(optional)
        self._denied: tuple[str, ...] = ()
        self._qos = 1 if durable else 0
        self._retained_only = retained_only
        self._client_id = client_id
        self._connected_gauge = metrics.MQTT_CONNECTED.labels(label)
        self._address = f"{settings.host}:{settings.port}"
        self._tls = tls.context(settings)
        self._backlog = Backlog(settings, label)
        self._is_paused = False
        self._is_direct = settings.protocol == "3.1.1"  # we read and write messages ourselves, past paho
        self._is_flushing = False
        self._wire: WireSocket | None = None
        self._handshake: Handshake | None = None
        self._down = asyncio.Event()
        self._client = client.make(settings, client_id, will, durable=durable)
        self._client.on_message = self._on_message
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_socket_register_write = self._on_register_write
        self.connected = asyncio.Event()  # set while the session stands and every subscription is granted
        self.was_present = False  # whether the broker had kept this session when we connected last

    # -- what callers use --------------------------------------------------------------------------------------------

    async def burst(self) -> list[Delivery]:
        """Everything that arrived since the last call, in order of arrival; waits for at least one delivery."""
        return await self._backlog.burst()

    @property
    def is_idle(self) -> bool:
        """Whether everything that arrived has been acknowledged."""
        return self._backlog.is_empty

    @property
    def has_unread(self) -> bool:
        """Whether something arrived that `burst` has not handed over."""
        return self._backlog.has_unread

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """Tell the broker that these are safe. PUBACKs leave in order of arrival [MQTT-4.6.0-2]; stale ones do not."""
        mids = self._backlog.finish(deliveries)
        if mids and self._wire is not None and self._wire.is_open:
            self._wire.send(packets.pubacks(mids))  # a PUBACK of MQTT 5 that says nothing more looks the same
            self._wire.flush()
        self._backlog.gauge()
        if self._is_paused and self._backlog.has_room:
            self._resume()

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> bool:
        """Send a message; False when there is no connection to send it over (nothing is queued for later)."""
        if not self.connected.is_set() or self._wire is None or not self._wire.is_open:
            return False
        if self._is_direct and qos == 0 and not retain:
            self._wire.send(packets.publish(topic, payload))
            if not self._is_flushing:
                self._is_flushing = True
                asyncio.get_running_loop().call_soon(self._flush)
            return True
        return self._client.publish(topic, payload, qos=qos, retain=retain).rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    # -- the connection's life ---------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Connect, subscribe, stay; again after every loss, with capped and jittered pauses. Ends by cancellation."""
        pauses = process.Backoff(
            self._settings.reconnect_min_seconds, self._settings.reconnect_max_seconds, random.SystemRandom().random
        )
        await process.retry_forever(self._live, on=OSError, say=self._say, pauses=pauses)

    def _say(self, error: Exception) -> None:
        log.warning(
            "broker away, trying again until it answers",
            extra={"broker": self._address, "error": process.describe(error)},
        )

    async def _live(self, recovered: Callable[[], None]) -> None:
        """One connection from its beginning to its end. Raises OSError (TimeoutError, TLS) when it cannot be made."""
        try:
            await self._connect()
            recovered()
            log.info("connected", extra={"broker": self._address, "client": self._client_id})
            await self._stay()
            log.warning("connection to the broker lost", extra={"client": self._client_id})
        finally:
            self._drop()

    async def _connect(self) -> None:
        """Open a socket, CONNECT, SUBSCRIBE; return when all is granted. Raises OSError, also for TLS and time-outs."""
        loop = asyncio.get_running_loop()
        dialling = loop.run_in_executor(
            None, wiresocket.dial, self._settings.host, self._settings.port, self._tls, _HANDSHAKE_SECONDS
        )
        try:
            plain = await asyncio.shield(dialling)
        except asyncio.CancelledError:
            dialling.add_done_callback(_hang_up)  # the thread cannot be stopped
            raise
        handshake = self._handshake = Handshake(self._topics, self._qos, self._optional)
        self._down.clear()
        self._wire = WireSocket(plain, loop, on_readable=self._read, on_broken=self._close)
        self._client.open(self._wire, self._settings, durable=self._qos == 1)
        async with asyncio.timeout(_HANDSHAKE_SECONDS):
            await handshake.granted()
        if handshake.denied != self._denied:
            self._denied = handshake.denied
            if handshake.denied:
                extra = {"client": self._client_id, "topics": handshake.denied}
                log.warning("the broker denies subscriptions that are no necessity; the rest works", extra=extra)
        metrics.MQTT_CONNECTS.inc()
        self._connected_gauge.set(1)
        self.connected.set()

    async def _stay(self) -> None:
        """Return when the connection is lost."""
        while not self._down.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_MISC_SECONDS):
                    await self._down.wait()
            # While paused nothing is read, so the broker's PINGRESP would be missed and a good connection given up.
            if not self._is_paused:
                self._client.loop_misc()

    def _drop(self) -> None:
        """Forget the connection. What was not acknowledged stays with the broker, and is not handed over any more."""
        self.connected.clear()
        self._connected_gauge.set(0)
        if self._wire is not None:
            self._wire.close()
        self._backlog.forget()
        self._is_paused = False
        self._backlog.gauge()

    async def leave(self) -> None:
        """Disconnect in order: what was acknowledged reaches the broker first. Bounded by a second."""
        try:
            if self.connected.is_set() and self._wire is not None:
                self._write()
                await self._wire.drained(_MISC_SECONDS)
                self._client.disconnect()
                self._write()
        finally:
            self._drop()

    # -- callbacks, all on the event loop ----------------------------------------------------------------------------

    def _read(self) -> None:
        """Take packets out of the socket's buffer until it is empty or the backlog is full."""
        wire = self._wire
        if wire is None:
            return
        while wire.is_open and self._backlog.has_room and self._take_packets(wire, self._backlog.room_messages):
            while wire.is_open and wire.pending() and self._backlog.has_room:
                self._client.loop_read()
        if wire.is_open:
            if not self._backlog.has_room and not self._is_paused:
                self._is_paused = True
                metrics.MQTT_PAUSES.inc()
                wire.pause()
            elif wire.at_end:
                self._client.loop_read()  # lets paho see the end of the stream
        self._backlog.gauge()

    def _take_packets(self, wire: WireSocket, count_max: int) -> bool:
        """Take the messages at the front, and offer paho the packet behind them; False while that is not there yet."""
        data, at = wire.buffered()
        if not self._is_direct:
            wire.offer(len(data))
            return at < len(data)
        found, at = packets.publishes(data, at, count_max)
        wire.skip(at)
        if found:
            self._client.note_bytes_received()
            self._put(found)
        stop = packets.end(data, at) if self._backlog.has_room else None
        wire.offer(stop or at)
        return stop is not None

    def _flush(self) -> None:
        """Send what was published in this turn of the loop."""
        self._is_flushing = False
        if self._wire is not None:
            self._wire.flush()

    def _resume(self) -> None:
        self._is_paused = False
        if self._wire is not None and self._wire.is_open:
            self._wire.resume()

    def _write(self) -> None:
        self._client.loop_write()
        if self._wire is not None:
            self._wire.flush()

    def _close(self, why: str) -> None:
        """The connection is lost."""
        if self._handshake is not None:
            self._handshake.fail(why)
        self._down.set()

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        flags = (packets.RETAIN if message.retain else 0) | (packets.REPEATED if message.dup else 0)
        topic = paho_private.topic_bytes(message)
        found = flags, topic, message.mid if message.qos else 0, bytes(message.payload)
        self._put([found])

    def _put(self, found: list[packets.Publish]) -> None:
        if self._retained_only:
            found = [each for each in found if each[0] & packets.RETAIN]
        if found:
            self._backlog.put(found, datetime.now(UTC))

    def _on_connect(
        self, answered: Client, _userdata: object, flags: ConnectFlags, code: ReasonCode, _properties: object
    ) -> None:
        self.was_present = flags.session_present
        if self._handshake is not None and (refusal := self._handshake.on_connect(answered, code)):
            self._close(refusal)

    def _on_subscribe(
        self, _client: Client, _userdata: object, _mid: int, codes: list[ReasonCode], _properties: object
    ) -> None:
        if self._handshake is not None and (refusal := self._handshake.on_subscribe(codes)):
            self._close(refusal)

    def _on_disconnect(
        self, _client: Client, _userdata: object, _flags: DisconnectFlags, code: ReasonCode, _properties: object
    ) -> None:
        self._close(str(code))

    def _on_register_write(self, _client: Client, _userdata: object, _socket: object) -> None:
        asyncio.get_running_loop().call_soon(self._write)


@contextlib.asynccontextmanager
async def session(
    settings: MqttSettings,
    client_id: str,
    topics: Sequence[str],
    will: Will | None = None,
    *,
    durable: bool = True,
    label: metrics.MqttSession = metrics.MqttSession.OTHER,
    optional: Sequence[str] = (),
    retained_only: bool = False,
) -> AsyncIterator[Session]:
    """A running session. It starts without a broker too, and disconnects in order at the end.

    A session that is not `durable` leaves nothing at the broker: it subscribes with QoS 0, and what is sent while it is
    away is not kept for it. That is for boxes: each subscription with QoS 1 costs the NATS server a consumer. `label`
    tells the sessions of a process apart in its metrics. `optional` are topics without which the session is good, too:
    a broker of today may not grant them, and none keeps anything of them for later (QoS 0). With `retained_only`, for
    sessions that are not durable, what is sent now is left out as soon as it is read.
    """
    made = Session(
        settings,
        client_id,
        topics,
        will,
        durable=durable,
        label=label,
        optional=optional,
        retained_only=retained_only,
    )
    async with asyncio.TaskGroup() as group:
        running = group.create_task(made.run(), name=f"mqtt {client_id}")
        try:
            yield made
        finally:
            await made.leave()
            running.cancel()
