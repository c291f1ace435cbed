"""Whether the serial port of a Meshtastic node is owned, by whom, and whether its node can send alarms."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from devices.wire.meshtastic import packets
from radio import serial_port, socket_link
from stack.findings import Finding, Level

if TYPE_CHECKING:
    from kiezbox.settings import Settings

_PART = "radio"
_SECONDS = 3.0


async def examine(settings: Settings) -> list[Finding]:
    """A finding about the port that is set; none when none is."""
    device = settings.radio.device
    if device is None:
        return []
    try:
        is_held = serial_port.is_held(device)
    except OSError as error:
        advice = "plug the node in; who runs kiezbox radio must be in the group of the port (dialout)"
        return [Finding(Level.FAIL, _PART, f"{device}: {error.strerror}", advice)]
    if not is_held:
        advice = "start it: kiezbox radio (deploy/systemd/kiezbox-radio.service)"
        return [Finding(Level.FAIL, _PART, f"nobody owns {device}: no alarm goes out by radio", advice)]
    owner = serial_port.holder(device)
    try:
        async with asyncio.timeout(_SECONDS), socket_link.connected(settings.radio_socket) as link:
            return [await _of_node(link, f"{device} is owned by {owner}", settings.radio.channel)]
    except (OSError, TimeoutError):
        advice = "one process owns a port: end it, and start kiezbox radio"
        text = f"{device} is in use by {owner}, which does not serve {settings.radio_socket}"
        return [Finding(Level.FAIL, _PART, text, advice)]


async def _of_node(link: socket_link.SocketLink, owned: str, channel: str) -> Finding:
    node = None
    async for said in link.heard():
        match said.WhichOneof("payload"):
            case "my_info" if not said.my_info.my_node_num:
                return Finding(Level.FAIL, _PART, f"{owned}; no node answers there", "look at its cable and its power")
            case "my_info":
                node = packets.node_id(said.my_info.my_node_num)
            case "channel" if said.channel.settings.psk == b"\x01":
                advice = "give it a key of its own on every device of the staff (Meshtastic's app, channels)"
                return Finding(Level.WARN, _PART, f"{owned}; everybody can read channel {channel!r} of {node}", advice)
            case "channel":
                return Finding(Level.OK, _PART, f"{owned}; node {node} has the staff's channel {channel!r}")
    return Finding(Level.FAIL, _PART, f"{owned}, which ended", "start it: kiezbox radio")
