"""`kiezbox broker user`: people at the broker, and users of the hub that are used no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiezbox.errors import OperatorError
from stack import broker_told, command_line, registry
from stack.broker import passwords
from storage import credentials
from storage.credentials import Credential, Kind

if TYPE_CHECKING:
    from kiezbox.db import Connection
    from kiezbox.settings import Settings
    from stack.broker_told import Told

app = command_line.app(
    "user",
    no_args_is_help=True,
    help="Operators at the broker, and users of the hub that are used no more; boxes: kiezbox box credential.",
    epilog=command_line.examples("kiezbox broker user new anna", "kiezbox broker user remove hub"),
)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The user name at the broker.", show_default=False)]


@app.command(epilog=command_line.examples("kiezbox broker user new anna"))
def new(
    *,
    name: NameArgument,
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Let an operator look: a user who reads every message, and may delete the retained status of a box.

    The same name again gets a new password. It is shown once.
    """
    password = passwords.new()

    async def add(connection: Connection, settings: Settings) -> Told:
        async with connection.transaction():
            held = {each.username: each for each in await credentials.listed(connection)}.get(name)
            if held is not None and held.kind is not Kind.OPERATOR:
                raise OperatorError(f"{name} is a user of another kind: {held.kind.value}", "choose another name")
            await credentials.keep(connection, Credential(name, Kind.OPERATOR, passwords.hashes(password)))
        return await broker_told.tell(connection, settings)

    told = registry.run(data, add)
    shown = json.dumps({"user": name, "password": password}, indent=2)
    typer.echo(shown if as_json else f"user       {name}\npassword   {password}   (shown once)")
    broker_told.say(told, "know this password")


@app.command(epilog=command_line.examples("kiezbox broker user remove anna", "kiezbox broker user remove hub"))
def remove(*, name: NameArgument, data: command_line.RunningUpDataOption = Path("data")) -> None:
    """Take away an operator, or a user of the hub that no session has any more, as a worker that was given up.

    kiezbox broker apply brings back those that the settings name.
    """

    async def change(connection: Connection, settings: Settings) -> Told:
        async with connection.transaction():
            await credentials.forget(connection, name)
        return await broker_told.tell(connection, settings)

    told = registry.run(data, change)
    typer.echo(f"removed: {name}")
    broker_told.say(told, "refuse it")
