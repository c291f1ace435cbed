"""`kiezbox export`: the files by month that the page /data offers."""

from __future__ import annotations

import asyncio
import functools
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.site.data.months import rounds
from kiezbox import process
from stack import command_line, startup

app = command_line.app("export")


@app.command(
    epilog=command_line.examples(
        "KIEZBOX_OPENDATA_FOLDER=/var/lib/kiezbox/opendata kiezbox export --once",
        "KIEZBOX_OPENDATA_FOLDER=/var/lib/kiezbox/opendata kiezbox export",
    )
)
def export(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="One round now, then stop: for cron or a systemd timer.")
    ] = False,
) -> None:
    """Write the public readings of each month as files, once a day until SIGTERM or Ctrl-C.

    CSV and Parquet, with checksums and the licence, in KIEZBOX_OPENDATA_FOLDER, from where the API serves them. A
    month is written a day after its end. Late data make a new version beside the old one. What a stop left half done
    is continued. One process at a time does it.
    """
    settings = startup.begin()
    if not once:
        asyncio.run(process.run(functools.partial(rounds.serve, settings), settings.process.shutdown_seconds))
        return
    for line in asyncio.run(rounds.once(settings, datetime.now(UTC))) or ["nothing new"]:
        typer.echo(line)
