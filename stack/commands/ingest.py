"""`kiezbox ingest`: readings from the broker into the database."""

from __future__ import annotations

import asyncio
import functools

from ingest import worker
from kiezbox import process
from stack import command_line, startup

app = command_line.app("ingest")


@app.command(epilog=command_line.examples("kiezbox ingest", "KIEZBOX_LOG_FORMAT=json kiezbox ingest"))
def ingest() -> None:
    """Take readings from the broker into the database, until SIGTERM or Ctrl-C.

    A message is acknowledged only after its rows are committed. Waits for a broker or a database that is away.

    Run as many as you like, each with its own KIEZBOX_INGEST_CLIENT_ID and its own part of the topics.
    """
    settings = startup.begin()
    asyncio.run(process.run(functools.partial(worker.serve, settings), settings.process.shutdown_seconds))
