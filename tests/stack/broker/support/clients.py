"""An MQTT client that tries what it likes, whatever it may do: it says what the broker answered and what arrived."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from typing import TYPE_CHECKING

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from tests.stack.broker.support.brokers import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from paho.mqtt.client import ConnectFlags, DisconnectFlags, MQTTMessage
    from paho.mqtt.reasoncodes import ReasonCode

SECONDS = 30.0  # an answer that has not come by then never will
REFUSED = 0x80
_IN_FLIGHT = 20  # Mosquitto 2.0.11 acknowledges more than these with QoS 2, and loses them


class Tester:
    """One connection."""

    def __init__(self, port: int, user: str | None, client_id: str, *, durable: bool, password: str | None) -> None:
        self.received: list[tuple[str, bytes, bool]] = []  # topic, payload, retained
        self.is_gone = threading.Event()
        self.refusal: str | None = None
        self._port = port
        self._answered = threading.Event()
        self._arrived = threading.Condition()
        self._codes: dict[int, list[int]] = {}
        self.client = Client(
            CallbackAPIVersion.VERSION2, client_id, clean_session=not durable, reconnect_on_failure=False
        )
        self.client.max_inflight_messages_set(1000)
        if user is not None:
            self.client.username_pw_set(user, password)
        self.client.on_connect = self._on_connect
        self.client.on_message = self._on_message
        self.client.on_subscribe = self._on_subscribe
        self.client.on_disconnect = self._on_disconnect

    def open(self) -> None:
        self.client.connect("localhost", self._port, keepalive=60)
        self.client.loop_start()
        assert self._answered.wait(SECONDS), "no CONNACK"

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
        # Without them no circle of references is left: paho closes its own sockets when it is let go.
        self.client.on_connect = self.client.on_message = self.client.on_subscribe = self.client.on_disconnect = None

    def break_off(self) -> None:
        """Lose the connection without a DISCONNECT, as when power goes."""
        sock = self.client.socket()
        assert isinstance(sock, socket.socket)
        sock.shutdown(socket.SHUT_RDWR)

    @property
    def is_in(self) -> bool:
        return self.client.is_connected() and not self.is_gone.is_set()

    def subscribe(self, *filters: str, qos: int = 0) -> list[int]:
        """The codes of the SUBACK, in the order of the filters."""
        result, mid = self.client.subscribe([(each, qos) for each in filters])
        assert (result, mid is not None) == (MQTTErrorCode.MQTT_ERR_SUCCESS, True)
        assert mid is not None
        with self._arrived:
            assert self._arrived.wait_for(lambda: mid in self._codes, SECONDS), f"no SUBACK for {filters}"
        return self._codes[mid]

    def publish(self, messages: Sequence[tuple[str, bytes, bool]], qos: int = 1) -> None:
        """Publish (topic, payload, retained), and wait until the broker has acknowledged each (QoS 1 and 2)."""
        size = _IN_FLIGHT if qos == 2 else len(messages)
        for some in (messages[at : at + size] for at in range(0, len(messages), size)):
            sent = [self.client.publish(topic, payload, qos, retained) for topic, payload, retained in some]
            for each in sent:
                each.wait_for_publish(SECONDS)
                assert each.is_published(), "no PUBACK"

    def heard(self, payload: bytes) -> None:
        """Wait for a message with this payload: what was sent before it has arrived too."""
        with self._arrived:
            is_there = self._arrived.wait_for(lambda: any(each[1] == payload for each in self.received), SECONDS)
        assert is_there, f"{payload!r} did not arrive; {len(self.received)} others did"

    def first(self, topic: str) -> bytes:
        """Wait for a message on this topic; its payload."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: any(each[0] == topic for each in self.received), SECONDS)
        return next(payload for found, payload, _ in self.received if found == topic)

    def _on_connect(
        self, _client: Client, _userdata: object, _flags: ConnectFlags, code: ReasonCode, _properties: object
    ) -> None:
        self.refusal = str(code) if code.is_failure else None
        self._answered.set()

    def _on_disconnect(
        self, _client: Client, _userdata: object, _flags: DisconnectFlags, _code: ReasonCode, _properties: object
    ) -> None:
        self.is_gone.set()
        self._answered.set()

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        with self._arrived:
            self.received.append((message.topic, bytes(message.payload), message.retain))
            self._arrived.notify_all()

    def _on_subscribe(
        self, _client: Client, _userdata: object, mid: int, codes: list[ReasonCode], _properties: object
    ) -> None:
        with self._arrived:
            self._codes[mid] = [code.value for code in codes]
            self._arrived.notify_all()


@contextlib.contextmanager
def connected(
    port: int,
    user: str | None,
    client_id: str,
    *,
    durable: bool = False,
    password: str | None = PASSWORD,
    ca: Path | None = None,
    will: tuple[str, bytes] | None = None,
) -> Iterator[Tester]:
    """A client that is connected, or was refused (`refusal`). With `ca` over TLS, the broker's certificate checked."""
    tester = Tester(port, user, client_id, durable=durable, password=password)
    if will is not None:
        tester.client.will_set(*will, qos=1)
    if ca is not None:
        tester.client.tls_set_context(ssl.create_default_context(cafile=str(ca)))
    tester.open()
    try:
        yield tester
    finally:
        tester.close()
