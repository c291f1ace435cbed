"""`kiezbox bridge`: messages of other makes at a broker that is somebody else's."""

from __future__ import annotations

import asyncio
import functools

from ingest import bridge as bridging
from kiezbox import process
from stack import command_line, startup

app = command_line.app("bridge")


@app.command(
    epilog=command_line.examples(
        """KIEZBOX_BRIDGE_HOST=ha.local KIEZBOX_BRIDGE_FORMATS='["tasmota"]' kiezbox bridge""",
        """KIEZBOX_BRIDGE_FORMATS='["chirpstack"]' KIEZBOX_BRIDGE_PROTOCOL=5 kiezbox bridge""",
    )
)
def bridge() -> None:
    """Bring in what devices of other makes say at a broker that is somebody else's, until SIGTERM or Ctrl-C.

    A message is acknowledged there only after its rows are committed here. Nothing is ever published there.

    Run one for each broker, each with its own KIEZBOX_BRIDGE_CLIENT_ID. docs/inputs has a page for each format.
    """
    settings = startup.begin()
    asyncio.run(process.run(functools.partial(bridging.serve, settings), settings.process.shutdown_seconds))
