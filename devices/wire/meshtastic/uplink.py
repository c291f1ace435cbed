"""What a Meshtastic gateway publishes: a ServiceEnvelope around one packet of the mesh (kiezbox-protobuf.md)."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError

from devices.wire import kiezbox
from devices.wire.meshtastic import mesh_pb2
from devices.wire.meshtastic.packets import PortNum
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from devices.quantities import Catalogue
    from devices.readings import Message


def read(payload: bytes, origin: kiezbox.Origin, catalogue: Catalogue) -> Message:
    """The Kiezbox message in an envelope, or one without its envelope. Malformed for other packets of the mesh."""
    if payload[:1] in kiezbox.FIRST_BYTES:
        return kiezbox.read(payload, origin, catalogue)
    try:
        packet = mesh_pb2.ServiceEnvelope.FromString(payload).packet
    except DecodeError:
        raise Malformed(Reason.BAD_PROTOBUF, "not a whole ServiceEnvelope") from None
    match packet.WhichOneof("payload"):
        case None:
            raise Malformed(Reason.BAD_PROTOBUF, "/packet: neither decoded nor encrypted")
        case "encrypted":
            raise Malformed(Reason.NOT_KIEZBOX, "/packet/encrypted: no key for this channel")
    if packet.decoded.portnum != PortNum.KIEZBOX:
        raise Malformed(
            Reason.NOT_KIEZBOX, f"/packet/decoded/portnum: {packet.decoded.portnum}, not {PortNum.KIEZBOX:d}"
        )
    heard = dataclasses.replace(origin, node=packet.sender or None, packet_id=packet.id or None)
    return kiezbox.read(packet.decoded.payload, heard, catalogue)
