"""`kiezbox receive`: what devices and programs of other makes send over HTTP, into the database."""

from __future__ import annotations

import asyncio
import functools

from kiezbox import process
from receiver import server
from stack import command_line, startup

app = command_line.app("receive")


@app.command(epilog=command_line.examples("kiezbox receive", "KIEZBOX_RECEIVE_HOST=0.0.0.0 kiezbox receive"))
def receive() -> None:
    """Receive over HTTP what devices of other makes send, until SIGTERM or Ctrl-C.

    Each sender has an address of its own (kiezbox inputs sender new). An answer means that the values are committed.
    docs/inputs says what to type into which device.
    """
    settings = startup.begin()
    asyncio.run(process.run(functools.partial(server.serve, settings), settings.process.shutdown_seconds))
