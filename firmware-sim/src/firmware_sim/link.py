"""The only importer of paho: one connection of one box to the broker, on the event loop, without threads.

A connection is used once. What it did not deliver is in the outbox: the next connection takes over nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from typing import TYPE_CHECKING, Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from firmware_sim import wire
from firmware_sim.errors import ConnectFailedError, SimulatorError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from paho.mqtt.reasoncodes import ReasonCode

    from firmware_sim.settings import BrokerSettings

_REFUSED = 0x80  # SUBACK return code [MQTT-3.9.3-2]


class _Client(Client):
    """paho's client on a socket that is connected already, without blocking."""

    prepared: socket.socket

    def _create_socket(self) -> Any:  # called by reconnect(); paho's own would block every box
        return self.prepared


class Connection:
    """A box's connection to the broker, subscribed to the box's acks. Made by `connection()`."""

    def __init__(
        self,
        broker: BrokerSettings,
        box: str,
        sock: socket.socket,
        on_ack: Callable[[bytes, bool], None],
        on_change: Callable[[], None],
    ) -> None:
        self._broker = broker
        self._box = box
        self._sock = sock
        self._on_ack = on_ack
        self._on_change = on_change
        self._loop = asyncio.get_running_loop()
        self._up: asyncio.Future[None] = self._loop.create_future()
        self._is_writing = False
        self._delivered = asyncio.Event()
        self._tick: asyncio.TimerHandle | None = None
        self._was_full = False
        self.in_flight = 0  # messages published, not yet acknowledged by a PUBACK
        self.lost: str | None = None  # why; None while it stands
        self._client = self._made(sock)

    @property
    def has_room(self) -> bool:
        """Whether the broker keeps up, so that another message can be published."""
        return self.lost is None and self.in_flight < self._broker.publishes_in_flight

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Hand a message to the broker with QoS 1. When the connection is lost, it may or may not have arrived."""
        if self.lost is None and self._client.publish(topic, payload, qos=1, retain=retain).rc == 0:
            self.in_flight += 1
            self._was_full |= self.in_flight >= self._broker.publishes_in_flight

    async def establish(self) -> None:
        """CONNECT and SUBSCRIBE; returns when both are granted. Raises ConnectFailedError."""
        self._loop.add_reader(self._sock.fileno(), self._read)
        self._client.connect_async(self._broker.host, self._broker.port, self._broker.keepalive_seconds)
        self._client.reconnect()
        try:
            async with asyncio.timeout(self._broker.handshake_seconds):
                await self._up
        except TimeoutError:
            raise ConnectFailedError("the broker does not answer to CONNECT") from None
        self._keep_alive()

    async def close(self) -> None:
        """Disconnect in order, after waiting at most `disconnect_seconds` for the missing PUBACKs."""
        if self.lost is None and self._up.done():
            if self.in_flight:
                self._delivered.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._broker.disconnect_seconds):
                        await self._delivered.wait()
            if self.lost is None:
                self._client.disconnect()
                self._client.loop_write()
        self._lose("closed")

    # -- callbacks, all on the event loop ----------------------------------------------------------------------------

    def _read(self) -> None:
        self._client.loop_read()
        # TLS decrypts whole records: no selector sees what it has buffered.
        while self.lost is None and isinstance(self._sock, ssl.SSLSocket) and self._sock.pending():
            self._client.loop_read()

    def _wants_to_write(self, _client: Client, _userdata: object, _sock: object) -> None:
        self._loop.call_soon(self._write)

    def _write(self) -> None:
        if self.lost is not None:
            return
        self._client.loop_write()
        if self._client.want_write() and self.lost is None:
            if not self._is_writing:
                self._is_writing = True
                self._loop.add_writer(self._sock.fileno(), self._write)
        elif self._is_writing:
            self._is_writing = False
            self._loop.remove_writer(self._sock.fileno())

    def _keep_alive(self) -> None:
        if self.lost is None:
            self._client.loop_misc()
            self._tick = self._loop.call_later(self._broker.keepalive_seconds / 4, self._keep_alive)

    def _connected(
        self, client: Client, _userdata: object, _flags: ConnectFlags, code: ReasonCode, _properties: object
    ) -> None:
        if code.is_failure:
            self._lose(f"the broker refuses box {self._box}: {code}")
        else:
            client.subscribe(wire.topic(self._box, "ack"), qos=0)  # on NATS a subscription with QoS 1 costs a consumer

    def _subscribed(
        self, _client: Client, _userdata: object, _mid: int, codes: list[ReasonCode], _properties: object
    ) -> None:
        if any(code.value >= _REFUSED for code in codes):
            self._lose(f"the broker denies box {self._box} the subscription to {wire.topic(self._box, 'ack')}")
        elif not self._up.done():
            self._up.set_result(None)

    def _published(self, _client: Client, _userdata: object, _mid: int, _code: ReasonCode, _properties: object) -> None:
        self.in_flight -= 1
        if self.in_flight == 0:
            self._delivered.set()
        if self._was_full and self.in_flight <= self._broker.publishes_in_flight // 2:
            self._was_full = False
            self._on_change()

    def _heard(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._on_ack(bytes(message.payload), message.retain)

    def _disconnected(
        self, _client: Client, _userdata: object, _flags: DisconnectFlags, code: ReasonCode, _properties: object
    ) -> None:
        # With MQTT 3.1.1 paho knows no more of a broken connection than "Unspecified error".
        self._lose("closed by the broker or the network" if str(code) == "Unspecified error" else str(code))

    def _lose(self, why: str) -> None:
        """Mark the connection as lost. Safe to call twice."""
        if self.lost is not None:
            return
        self.lost = why
        if self._tick is not None:
            self._tick.cancel()
        self._unwatch()
        self._sock.close()
        self._delivered.set()
        if self._up.done():
            self._on_change()
        else:
            self._up.set_exception(ConnectFailedError(why))

    def _closing(self, _client: Client, _userdata: object, _sock: object) -> None:
        self._unwatch()

    def _unwatch(self) -> None:
        """Forget the socket before it is closed: its descriptor will be reused."""
        if self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock.fileno())
            self._loop.remove_writer(self._sock.fileno())

    def _made(self, sock: socket.socket) -> _Client:
        client = _Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._broker.client_id_of(self._box),
            clean_session=True,
            protocol=MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        client.prepared = sock
        client.max_inflight_messages = 0  # `has_room` is the limit; paho would queue in memory what is already on disk
        client.username_pw_set(self._broker.username_of(self._box), self._broker.password_of(self._box))
        client.will_set(wire.topic(self._box, "status"), wire.WILL, qos=1, retain=True)
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_publish = self._published
        client.on_message = self._heard
        client.on_disconnect = self._disconnected
        client.on_socket_close = self._closing
        client.on_socket_register_write = self._wants_to_write
        return client


@contextlib.asynccontextmanager
async def connection(
    broker: BrokerSettings,
    tls: ssl.SSLContext | None,
    box: str,
    on_ack: Callable[[bytes, bool], None],
    on_change: Callable[[], None],
) -> AsyncIterator[Connection]:
    """A connection that the broker has accepted. Raises ConnectFailedError.

    `on_ack` gets what arrives on the box's `ack`, and whether the broker had retained it. `on_change` is called when
    the connection is lost later, and when a broker that did not keep up has room again.
    """
    try:
        async with asyncio.timeout(broker.handshake_seconds):
            sock = await _dial(broker, tls)
    except TimeoutError:
        raise ConnectFailedError(f"no answer from {broker.host}:{broker.port}") from None
    except OSError as error:  # also a TLS error
        raise ConnectFailedError(f"cannot reach {broker.host}:{broker.port}: {error.strerror or error}") from error
    made = Connection(broker, box, sock, on_ack, on_change)
    try:
        await made.establish()
        yield made
    finally:
        await made.close()


def tls_context(broker: BrokerSettings) -> ssl.SSLContext | None:
    """What checks the broker's certificate; None without TLS. Raises SimulatorError when the CA is unusable."""
    if not broker.tls:
        return None
    try:
        return ssl.create_default_context(cafile=broker.ca_file, cadata=broker.ca)
    except (OSError, ValueError) as error:  # also a TLS error
        where = f"the CA file {broker.ca_file}" if broker.ca is None else "the bundle's certificate authority"
        said = error.strerror if isinstance(error, OSError) else None
        raise SimulatorError(f"cannot use {where}: {said or error}") from error


async def _dial(broker: BrokerSettings, tls: ssl.SSLContext | None) -> socket.socket:
    """A connected socket that does not block, after the TLS handshake if `tls` is given. Raises OSError."""
    loop = asyncio.get_running_loop()
    problem: OSError = OSError("the name has no address")
    for family, kind, protocol, _, address in await _resolve(broker):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(sock, address)
            return await _encrypted(sock, tls, broker.host) if tls is not None else sock
        except OSError as error:
            sock.close()
            problem = error
        except BaseException:
            sock.close()
            raise
    raise problem


async def _resolve(broker: BrokerSettings) -> list[Any]:
    """The addresses of the broker. Asks no resolver when its host is an address already."""
    try:
        return socket.getaddrinfo(
            broker.host, broker.port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        )
    except socket.gaierror:
        return await asyncio.get_running_loop().getaddrinfo(broker.host, broker.port, type=socket.SOCK_STREAM)


async def _encrypted(plain: socket.socket, tls: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    loop = asyncio.get_running_loop()
    sock = tls.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    try:
        while True:
            try:
                sock.do_handshake()
            except ssl.SSLWantReadError:
                await _ready(sock, loop.add_reader, loop.remove_reader)
            except ssl.SSLWantWriteError:
                await _ready(sock, loop.add_writer, loop.remove_writer)
            else:
                return sock
    except BaseException:
        sock.close()
        raise


async def _ready(sock: socket.socket, add: Callable[..., None], remove: Callable[[int], Any]) -> None:
    ready = asyncio.Event()
    add(sock.fileno(), ready.set)
    try:
        await ready.wait()
    finally:
        remove(sock.fileno())
