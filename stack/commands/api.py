"""`kiezbox api`: the HTTP API, the live stream and the page."""

from __future__ import annotations

import asyncio
import functools
import gc

from api import server
from kiezbox import process, urgent_loop
from stack import command_line, startup

app = command_line.app("api")


@app.command(epilog=command_line.examples("kiezbox api", "KIEZBOX_API_PORT=8080 kiezbox api"))
def api() -> None:
    """Serve the HTTP API, the live stream and the page, until SIGTERM or Ctrl-C.

    Answers /livez without a database, and 503 with the reasons for what needs one.
    """
    settings = startup.begin()
    gc.disable()  # until the server has loaded what stays: the crisis log, the application
    with asyncio.Runner(loop_factory=urgent_loop.new) as runner:
        runner.run(process.run(functools.partial(server.serve, settings), settings.process.shutdown_seconds))
