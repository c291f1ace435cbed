"""Packets on their way through MQTT: a ServiceEnvelope on `{root}/2/e/{channel}/{gateway}`, encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError

from devices.wire.meshtastic import mesh_pb2, packets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from devices.wire.meshtastic.keys import ChannelKey

_KNOWN_PORTS = 512  # the largest number is 511


def topic(root: str, channel: str, gateway: int) -> str:
    """Where a packet of this channel is published by this gateway, or by us in its manner."""
    return f"{root}/2/e/{channel}/{packets.node_id(gateway)}"


def sealed(packet: mesh_pb2.MeshPacket, channel: ChannelKey, gateway: int) -> bytes:
    """A decoded packet as an envelope, encrypted for the channel.

    A gateway knows the channel by its name and the packet's hash; an index in it is ignored (firmware issue 3056).
    """
    words = packet.decoded.SerializeToString()
    encrypted = channel.crypt(packet.sender, packet.id, words)
    hidden = mesh_pb2.MeshPacket()
    hidden.CopyFrom(packet)
    hidden.channel = channel.hash
    hidden.encrypted = encrypted  # takes the place of `decoded`
    return mesh_pb2.ServiceEnvelope(
        packet=hidden, channel_id=channel.name.encode(), gateway_id=packets.node_id(gateway).encode()
    ).SerializeToString()


def opened(payload: bytes, channels: Iterable[ChannelKey]) -> tuple[str, mesh_pb2.MeshPacket] | None:
    """The channel's name and the packet, decoded; None for what is no envelope, or for no channel of these.

    There is no check whether the key is right: what makes no sense with it is refused.
    """
    try:
        envelope = mesh_pb2.ServiceEnvelope.FromString(payload)
    except DecodeError:
        return None
    name = envelope.channel_id.decode(errors="replace")
    packet = envelope.packet
    match packet.WhichOneof("payload"):
        case "decoded":
            return name, packet
        case "encrypted":
            for channel in channels:
                if channel.name == name and channel.hash == packet.channel:
                    words = channel.crypt(packet.sender, packet.id, packet.encrypted)
                    if (data := _data(words)) is not None:
                        packet.decoded.CopyFrom(data)
                        return name, packet
    return None


def _data(words: bytes) -> mesh_pb2.Data | None:
    try:
        data = mesh_pb2.Data.FromString(words)
    except DecodeError:
        return None
    return data if 0 < data.portnum < _KNOWN_PORTS else None
