"""After a change of users: the broker is brought up to date, and people hear whether it knows already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from kiezbox import process
from kiezbox.errors import OperatorError
from stack import command_line
from stack.broker.apply import apply

if TYPE_CHECKING:
    from kiezbox.db import Connection
    from kiezbox.settings import Settings
    from stack.broker.apply import Applied


@dataclass(frozen=True, slots=True)
class Told:
    """What became of telling the broker. With neither, no setting names its file."""

    applied: Applied | None = None
    error: OperatorError | None = None


async def tell(connection: Connection, settings: Settings) -> Told:
    """Bring the broker up to date, where the settings name its file. A failure is told beside what was done."""
    if settings.broker.kind is None or settings.broker.folder is None:
        return Told()
    try:
        return Told(await apply(connection, settings))
    except OperatorError as error:
        return Told(error=error)


def say(told: Told, purpose: str) -> None:
    """On standard error, whether the broker knows already. A broker that could not be told ends the command with 2."""
    if told.error is not None:
        process.explain(told.error)
        raise typer.Exit(command_line.OPERATOR_EXIT)
    if told.applied is None:
        typer.echo(f"the broker does not {purpose} before: kiezbox broker apply", err=True)
    elif told.applied.reloaded is None:
        typer.echo(f"the broker does not {purpose} before it reads its users again: {told.applied.hint}", err=True)
    else:
        typer.echo(f"the broker was told: {told.applied.reloaded}", err=True)
