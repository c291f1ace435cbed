"""What the node at the port has told about itself, and what may pass between it and others. Pure.

A node tells whoever asks the keys of all its channels, and takes orders of every kind, up to being wiped. So little
passes: up, what the mesh says to us; down, texts to the staff's own channel.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from devices.wire.meshtastic import mesh_pb2, packets
from devices.wire.meshtastic.keys import ChannelKey, expanded
from devices.wire.meshtastic.packets import PortNum

if TYPE_CHECKING:
    from kiezbox.token_bucket import TokenBucket

_UP = frozenset({PortNum.KIEZBOX, PortNum.TELEMETRY, PortNum.ROUTING})
TEXT_SECONDS = 60.0  # 180 bytes take two seconds on the air; an alarm a minute keeps far below the duty cycle


class Refusal(IntEnum):
    """Why a packet was not sent, in the numbers of Meshtastic's own Routing.Error."""

    NO_INTERFACE = 4  # no node at the port
    NO_CHANNEL = 6  # the node has no channel of the staff's
    TOO_LARGE = 7
    NOT_AUTHORIZED = 33  # nothing but texts may go down
    RATE_LIMIT_EXCEEDED = 38


@dataclass(slots=True)
class AttachedNode:
    """The node at the port; `staff_channel` is the name of the channel that texts go to and are heard on."""

    staff_channel: str
    texts: TokenBucket
    number: int | None = None  # of the node; None while it has not told us
    _channels: dict[int, ChannelKey] = field(default_factory=dict)
    _newest: int = 0  # the packet of the text that the node was given last and has not answered

    def take(self, said: mesh_pb2.FromRadio) -> None:
        """Note what the node tells about itself."""
        match said.WhichOneof("payload"):
            case "my_info":
                self.number = said.my_info.my_node_num
                self._channels.clear()
            case "channel" if said.channel.role != mesh_pb2.ROLE_DISABLED:
                name = said.channel.settings.name.decode(errors="replace")
                self._channels[said.channel.index] = ChannelKey(name, expanded(said.channel.settings.psk[:32]))
            case "channel":
                self._channels.pop(said.channel.index, None)

    def forget(self) -> None:
        """The node is gone."""
        self.number = None
        self._channels.clear()

    @property
    def staff_index(self) -> int | None:
        """The staff channel's index at the node; None when it has none of that name."""
        named = (index for index, channel in self._channels.items() if channel.name == self.staff_channel)
        return min(named, default=None) if self.staff_channel else None

    @property
    def is_public(self) -> bool:
        """Whether everybody in reach can read the staff's channel: it has no key, or the one that every node has."""
        index = self.staff_index
        if index is None:
            return False
        channel, primary = self._channels[index], self._channels.get(0)
        if not channel.key and primary is not None:  # a channel without a key of its own has the primary's
            channel = ChannelKey(channel.name, primary.key)
        return channel.is_known_to_everybody

    def passes_up(self, said: mesh_pb2.FromRadio) -> bool:
        """Whether others may see this: packets for us, texts of the staff, what became of what was sent.

        Texts of the staff are those on its channel, and those to our node alone, which nodes that know each other send
        by public key, whatever channel the text was on that they answer.
        """
        match said.WhichOneof("payload"):
            case "queue_status":
                return True
            case "packet" if said.packet.WhichOneof("payload") == "decoded":
                port = said.packet.decoded.portnum
                is_direct = said.packet.pki_encrypted and said.packet.to == self.number
                is_staffs = is_direct or said.packet.channel == self.staff_index
                return port in _UP or (port == PortNum.TEXT and is_staffs)
        return False

    def admit(self, asked: mesh_pb2.ToRadio, now: float) -> mesh_pb2.MeshPacket | Refusal:
        """The packet that goes to the node, or why none does. A text goes to the staff's channel, whatever it says.

        `now`: seconds of a steady clock. Whoever hands it over says so (`handed_over`): what never got there costs no
        minute.
        """
        packet = asked.packet
        if asked.WhichOneof("payload") != "packet" or packet.decoded.portnum != PortNum.TEXT:
            return Refusal.NOT_AUTHORIZED
        if self.number is None:
            return Refusal.NO_INTERFACE
        if (index := self.staff_index) is None:
            return Refusal.NO_CHANNEL
        if len(packet.decoded.payload) > packets.TEXT_BYTES_MAX:
            return Refusal.TOO_LARGE
        if self.texts.peek(now):
            return Refusal.RATE_LIMIT_EXCEEDED
        words = packet.decoded.payload.decode(errors="ignore")
        return packets.text(words, packet.id, channel=index, to=packet.to or packets.EVERYBODY)

    def handed_over(self, packet_id: int, now: float) -> None:
        """A text went to the node: the next one is in a minute."""
        self.texts.admit(now)
        self._newest = packet_id

    def answered(self, status: mesh_pb2.QueueStatus, now: float) -> None:
        """What the node says of the newest text: one that it did not take costs no minute."""
        if status.mesh_packet_id == self._newest and self._newest:
            if status.res:
                self.texts.refill(now)
            self._newest = 0

    def about(self) -> list[mesh_pb2.FromRadio]:
        """What whoever connects is told: the node's number, and the staff's channel without its key.

        A key of one byte stands for one that everybody has; 0xFF for one of its own.
        """
        if self.number is None:
            return [mesh_pb2.FromRadio(my_info=mesh_pb2.MyNodeInfo())]
        found = [mesh_pb2.FromRadio(my_info=mesh_pb2.MyNodeInfo(my_node_num=self.number))]
        if (index := self.staff_index) is not None:
            settings = mesh_pb2.ChannelSettings(
                name=self.staff_channel.encode(), psk=b"\x01" if self.is_public else b"\xff"
            )
            channel = mesh_pb2.Channel(index=index, settings=settings, role=mesh_pb2.ROLE_SECONDARY)
            found.append(mesh_pb2.FromRadio(channel=channel))
        return found


def refused(packet_id: int, why: Refusal) -> mesh_pb2.FromRadio:
    """What whoever asked is answered, in the node's own manner."""
    return mesh_pb2.FromRadio(queue_status=mesh_pb2.QueueStatus(res=why, mesh_packet_id=packet_id))
