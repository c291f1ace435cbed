"""`kiezbox district`: what people call the districts of boxes, on pages, in alarms and on paper."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from devices.wire import details
from stack import command_line, registry
from storage import districts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from kiezbox.db import Connection
    from kiezbox.settings import Settings
    from storage.districts import District

T = TypeVar("T")

_TEXT_CHARACTERS = 200

app = command_line.app(
    "district",
    no_args_is_help=True,
    help="Districts: what people call the boxes whose ids begin alike; without a name, by where they stand.",
    epilog=command_line.examples("kiezbox district list", "kiezbox district rename 71 'Schöneberg'"),
)


@app.command(epilog=command_line.examples("kiezbox district rename 71 'Schöneberg'", "kiezbox district rename 71 ''"))
def rename(
    *,
    district: Annotated[str, typer.Argument(metavar="DISTRICT", help="As the ids of its boxes begin: 71.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name that people read; '' removes it.")],
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Set the name that people read.

    Hub and boxes know it within a minute, a box that is cut off when it hears the hub again. A name in
    KIEZBOX_CRISIS_AREA_NAMES counts more at the node that has it.
    """

    async def change(connection: Connection) -> District:
        return await districts.rename(connection, registry.author(), district, name)

    found = _run(data, change)
    said = (
        "has no name any more" if found.name is None else f"is called {details.one_line(found.name, _TEXT_CHARACTERS)}"
    )
    typer.echo(json.dumps(asdict(found), indent=2, ensure_ascii=False) if as_json else f"{found.id} {said}")


@app.command(name="list", epilog=command_line.examples("kiezbox district list", "kiezbox district list --json"))
def list_(*, as_json: command_line.JsonOption = False, data: command_line.RunningUpDataOption = Path("data")) -> None:
    """List districts that have boxes or a name."""
    found = _run(data, districts.listed)
    typer.echo(json.dumps([asdict(each) for each in found], indent=2, ensure_ascii=False) if as_json else table(found))


def table(found: Sequence[District]) -> str:
    """A line for each district, for people."""
    if not found:
        return "no district yet: it comes with its first box"
    lines = [f"{'district':<8}  {'boxes':>5}  name"]
    for each in found:
        name = "" if each.name is None else details.one_line(each.name, _TEXT_CHARACTERS)
        lines.append(f"{each.id:<8}  {each.boxes:>5}  {name}".rstrip())
    return "\n".join(lines)


def _run(data: Path, work: Callable[[Connection], Awaitable[T]]) -> T:
    """Work in one transaction. Raises Unavailable; OperatorError for a change that is not made."""

    async def in_transaction(connection: Connection, _settings: Settings) -> T:
        async with connection.transaction():
            return await work(connection)

    return registry.run(data, in_transaction)
