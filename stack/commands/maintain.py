"""`kiezbox maintain`: rollups, retention and TimescaleDB's policies."""

from __future__ import annotations

import asyncio
import functools
from datetime import UTC, datetime
from typing import Annotated

import typer

from kiezbox import process
from stack import command_line, startup
from storage import maintenance

app = command_line.app("maintain")


@app.command(
    epilog=command_line.examples("kiezbox maintain", "KIEZBOX_MAINTENANCE_RAW_DAYS=365 kiezbox maintain --once")
)
def maintain(
    *,
    once: Annotated[bool, typer.Option("--once", help="One round now, then stop.")] = False,
) -> None:
    """Fold what is too old into rollups and remove it, every few minutes until SIGTERM or Ctrl-C.

    Also bounds rejected messages and the ledger, and keeps TimescaleDB's policies as the settings want them.

    One process at a time does it; others stand by.
    """
    settings = startup.begin()
    if once:
        removed = asyncio.run(maintenance.once(settings.database, settings.maintenance, datetime.now(UTC)))
        typer.echo(maintenance.describe(removed))
    else:
        asyncio.run(process.run(functools.partial(maintenance.serve, settings), settings.process.shutdown_seconds))
