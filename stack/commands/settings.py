"""`kiezbox settings`: every setting and its value here and now, or docs/configuration.md."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from kiezbox import settings
from stack import command_line, configuration

app = command_line.app("settings")


@app.command()
def show(
    *,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print docs/configuration.md instead.")] = False,
) -> None:
    """Show every setting and its value here and now; `*` marks what the environment sets. Passwords are masked."""
    typer.echo(configuration.markdown() if markdown else configuration.table(settings.read(), os.environ))
