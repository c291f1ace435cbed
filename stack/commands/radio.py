"""`kiezbox radio`: owns the serial port of a box's Meshtastic node."""

from __future__ import annotations

import asyncio

from kiezbox import process
from radio.owner import Owner
from stack import command_line, startup

app = command_line.app("radio")


@app.command(
    epilog=command_line.examples(
        "KIEZBOX_RADIO_DEVICE=/dev/serial/by-id/usb-RAKwireless_4631-if00 KIEZBOX_RADIO_CHANNEL=Kiezwache kiezbox radio"
    )
)
def radio() -> None:
    """Own the serial port of a Meshtastic node, for alarms by radio, until SIGTERM or Ctrl-C.

    A node that is unplugged is waited for. Other programs of this user use the socket KIEZBOX_RADIO_SOCKET: they hear
    what the mesh says to us, and send texts to the channel KIEZBOX_RADIO_CHANNEL, one a minute.

    One process owns the port: Meshtastic's own programs cannot use it meanwhile.
    """
    settings = startup.begin()
    owner = Owner(settings.radio, settings.radio_socket)
    asyncio.run(process.run(owner.serve, settings.process.shutdown_seconds))
