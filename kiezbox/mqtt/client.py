"""paho as we use it: on our own socket, acknowledged by hand, with the account that the settings name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from kiezbox.mqtt.paho_private import SocketClient

if TYPE_CHECKING:
    from kiezbox.mqtt.wiresocket import WireSocket
    from kiezbox.settings import MqttSettings

_SESSION_EXPIRY_SECONDS = 7 * 24 * 3600  # MQTT 5 only; 3.1.1 sessions last as long as the broker keeps them


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker publishes for us when our connection breaks."""

    topic: str
    payload: bytes
    retain: bool = True


class Client(SocketClient):
    """paho's client, made by `make`."""

    def open(self, wire: WireSocket, settings: MqttSettings, *, durable: bool) -> None:
        """Send CONNECT on this socket; the answer comes as `on_connect`."""
        self.prepared = wire
        options = _v5_options(durable=durable) if settings.protocol == "5" else {}
        self.connect_async(settings.host, settings.port, settings.keepalive_seconds, **options)
        self.reconnect()


def make(settings: MqttSettings, client_id: str, will: Will | None, *, durable: bool) -> Client:
    """A client that connects only when told to, and acknowledges nothing by itself."""
    is_v5 = settings.protocol == "5"
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=None if is_v5 else not durable,
        protocol=MQTTProtocolVersion.MQTTv5 if is_v5 else MQTTProtocolVersion.MQTTv311,
        manual_ack=True,
        reconnect_on_failure=False,
    )
    if settings.username is not None:
        password = settings.password
        client.username_pw_set(settings.username, password.get_secret_value() if password else None)
    if will is not None:
        client.will_set(will.topic, will.payload, qos=1, retain=will.retain)
    return client


def _v5_options(*, durable: bool) -> dict[str, Any]:
    """What makes a session persistent in MQTT 5; in 3.1.1 the clean-session bit alone does."""
    if not durable:
        return {"clean_start": True}
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho gives it no types
    properties.SessionExpiryInterval = _SESSION_EXPIRY_SECONDS
    return {"clean_start": False, "properties": properties}
