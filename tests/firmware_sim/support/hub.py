"""The hub's side of the wire for tests of a box: real MQTT clients, and a wire that can be cut."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tests.support import tcp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from kiezbox.settings import MqttSettings

CERTIFICATE = Path(__file__).parent / "loopback.pem"
_HANGING_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """One message as it came from a box."""

    topic: str
    payload: bytes
    retained: bool

    @property
    def box(self) -> str:
        return self.topic.split("/")[2]

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.payload)
        return body

    @property
    def name(self) -> tuple[str, int]:
        return self.body["boot"], self.body["seq"]


Answer = dict[str, Any] | bytes | None


def stored(heard: ReceivedMessage) -> Answer:
    boot, seq = heard.name
    return {"v": 1, "boot": boot, "stored": [seq], "rejected": []}


def nothing(_heard: ReceivedMessage) -> Answer:
    return None


class Hub:
    """Hears what some boxes say, and answers telemetry as `answer` decides."""

    def __init__(self, broker: MqttSettings, boxes: str, answer: Callable[[ReceivedMessage], Answer]) -> None:
        self.answer = answer
        self._lock = threading.Lock()
        self._heard: list[ReceivedMessage] = []
        self._boxes = boxes
        self._subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe(
            [(f"kb/v1/{boxes}/telemetry", 1), (f"kb/v1/{boxes}/status", 1)]
        )
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._hear
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()
        assert self._subscribed.wait(_HANGING_SECONDS)

    @property
    def telemetry(self) -> list[ReceivedMessage]:
        with self._lock:
            return [heard for heard in self._heard if heard.topic.endswith("/telemetry")]

    @property
    def statuses(self) -> list[ReceivedMessage]:
        with self._lock:
            return [heard for heard in self._heard if heard.topic.endswith("/status")]

    def names(self) -> list[tuple[str, int]]:
        return [heard.name for heard in self.telemetry]

    def say(self, box: str, answer: Answer, *, retain: bool = False) -> None:
        payload = answer if isinstance(answer, bytes) else json.dumps(answer)
        self._client.publish(f"kb/v1/{box}/ack", payload, retain=retain)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        heard = ReceivedMessage(message.topic, bytes(message.payload), message.retain)
        with self._lock:
            self._heard.append(heard)
        if heard.topic.endswith("/telemetry"):
            answer = self.answer(heard)
            if answer is not None:
                self.say(heard.box, answer)


@contextlib.contextmanager
def listening(broker: MqttSettings, boxes: str, answer: Callable[[ReceivedMessage], Answer] = stored) -> Iterator[Hub]:
    """A hub while the block runs. `boxes` is one box's id, or + for all."""
    hub = Hub(broker, boxes, answer)
    try:
        yield hub
    finally:
        hub.close()


class Wire:
    """A TCP relay in front of the broker, with or without TLS, that can be cut and mended."""

    def __init__(self, broker: MqttSettings) -> None:
        self._broker = broker
        self._writers: set[asyncio.StreamWriter] = set()
        self.is_cut = False
        self.port = 0
        self.connections = 0

    def cut(self) -> None:
        self.is_cut = True
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        self.is_cut = False

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        self.connections += 1
        async with tcp.connection(self._broker.host, self._broker.port) as (there, back):
            self._writers |= {writer, back}
            try:
                await asyncio.gather(tcp.pump(reader, back), tcp.pump(there, writer))
            finally:
                self._writers -= {writer, back}


@contextlib.asynccontextmanager
async def wire(broker: MqttSettings, *, tls: bool = False) -> AsyncIterator[Wire]:
    """A relay to the broker while the block runs."""
    relay, context = Wire(broker), None
    if tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(CERTIFICATE)
    async with tcp.Server(relay.relay, tls=context) as server:
        relay.port = server.port
        yield relay
