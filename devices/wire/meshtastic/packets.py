"""Packets of a mesh that we write and read: texts, and whether they arrived."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from google.protobuf.message import DecodeError

from devices.wire.meshtastic import mesh_pb2

EVERYBODY = 0xFFFFFFFF
TEXT_BYTES_MAX = 180  # ours; Meshtastic takes up to 233, which need more time on the air
HOPS = 3
_OK_TO_MQTT = 0x01  # Data.bitfield: the sender agrees to the packet passing through MQTT


class PortNum(IntEnum):
    """What a packet is about; of many numbers, those that we know."""

    TEXT = 1
    POSITION = 3
    NODEINFO = 4
    ROUTING = 5
    ADMIN = 6
    TELEMETRY = 67
    KIEZBOX = 258


@dataclass(frozen=True, slots=True)
class Text:
    """A text that a node sent. `channel`: index at the node that heard it, or the hash where it was encrypted."""

    sender: int
    to: int
    channel: int
    packet_id: int
    text: str
    reply_to: int | None = None  # id of the packet that it answers


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a packet that asked for it. `error` 0: somebody heard it (a broadcast), or its receiver did."""

    request_id: int
    sender: int
    error: int

    @property
    def arrived(self) -> bool:
        """Whether it was heard."""
        return self.error == 0


def node_id(number: int) -> str:
    """A node's number as Meshtastic writes it: `!a1b2c3d4`."""
    return f"!{number:08x}"


def node_number(text: str) -> int:
    """The number in `!a1b2c3d4`. Raises ValueError."""
    digits = text.strip().removeprefix("!").lower()
    if len(digits) != 8 or not set(digits) <= set("0123456789abcdef"):  # noqa: PLR2004 -- digits of 32 bits
        raise ValueError(f"{text!r} is no node: write it as Meshtastic's app shows it, as !a1b2c3d4")
    return int(digits, 16)


def cut(text: str, bytes_max: int = TEXT_BYTES_MAX) -> str:
    """The text, no longer in UTF-8 than `bytes_max`: cut before a character, with an ellipsis in its place."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= bytes_max:
        return raw.decode()
    mark = "…"
    return raw[: bytes_max - len(mark.encode())].decode(errors="ignore").rstrip() + mark


def text(words: str, packet_id: int, *, channel: int, to: int = EVERYBODY, sender: int = 0) -> mesh_pb2.MeshPacket:
    """A text that asks for a receipt. `channel`: index at our node. `sender` 0: the node puts its own number there.

    Raises ValueError for more than 180 bytes: `cut` it before.
    """
    payload = words.encode()
    if len(payload) > TEXT_BYTES_MAX:
        raise ValueError(f"{len(payload)} bytes of text, {TEXT_BYTES_MAX} at most")
    data = mesh_pb2.Data(portnum=PortNum.TEXT, payload=payload, bitfield=_OK_TO_MQTT)
    return mesh_pb2.MeshPacket(
        sender=sender, to=to, channel=channel, decoded=data, id=packet_id, want_ack=True, hop_limit=HOPS, hop_start=HOPS
    )


def read(packet: mesh_pb2.MeshPacket) -> Text | Receipt | None:
    """What a decoded packet says, if it is a text or a receipt; None for all others, and for those that are broken."""
    data = packet.decoded
    match data.portnum:
        case PortNum.TEXT if not data.emoji:
            words = data.payload.decode(errors="replace")
            return Text(packet.sender, packet.to, packet.channel, packet.id, words, data.reply_id or None)
        case PortNum.ROUTING if data.request_id:
            try:
                routing = mesh_pb2.Routing.FromString(data.payload)
            except DecodeError:
                return None
            if routing.WhichOneof("variant") in {None, "error_reason"}:
                return Receipt(data.request_id, packet.sender, routing.error_reason)
    return None


def is_from_radio(payload: bytes) -> bool:
    """Whether these bytes are what a node says at its serial port."""
    try:
        mesh_pb2.FromRadio.FromString(payload)
    except DecodeError:
        return False
    return True
