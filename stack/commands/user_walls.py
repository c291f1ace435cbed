"""`kiezbox user wall`: displays that show the situation page of this node, and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from crisis.accounts import walls
from kiezbox import settings
from stack import command_line
from stack.commands import user_output, user_store

WALL_PAGE = "/crisis/wall"

wall_app = command_line.app(
    "wall",
    no_args_is_help=True,
    help="Wall displays: a token that opens the situation page of this node, and nothing else.",
    epilog=command_line.examples("kiezbox user wall add situation-room", "kiezbox user wall revoke situation-room"),
)
Wall = Annotated[str, typer.Argument(metavar="NAME", help="The display.", show_default=False)]


def _now() -> datetime:
    return datetime.now(UTC)


@wall_app.command(name="add", epilog=command_line.examples("kiezbox user wall add situation-room --days 180"))
def add_wall(
    name: Wall,
    days: Annotated[int, typer.Option(min=1, max=walls.DAYS_MAX, help="How long it is good for.")] = walls.DAYS,
    folder: user_store.Folder = None,
) -> None:
    """Make a display's token and print the address with which its browser starts, this once."""
    with user_store.opened(folder, make=True) as found:
        secret = walls.add(found, name, _now(), days)
    root = settings.read().api.public_url
    typer.echo(f"{root or ''}{WALL_PAGE}#{secret}")
    where = "Start the display's browser with this address" if root else "Start it with this, behind the node's address"
    typer.echo(f"{where}. It is shown this once. kiezbox user wall revoke takes it back.", err=True)


@wall_app.command(name="list")
def show_walls(as_json: command_line.JsonOption = False, folder: user_store.Folder = None) -> None:
    """Show every display: who made it, until when its token is good, and when it was used last."""
    with user_store.opened(folder) as found:
        displays = walls.of(found)
    if as_json:
        listed = [
            {
                "name": wall.name,
                "made_at": user_output.iso(wall.made_at),
                "made_by": wall.made_by,
                "until_at": user_output.iso(wall.until_at),
                "seen_at": user_output.iso(wall.seen_at),
            }
            for wall in displays
        ]
        typer.echo(json.dumps(listed, indent=2))
        return
    now = _now()
    rows = [
        (
            wall.name,
            user_output.day(wall.made_at),
            wall.made_by,
            user_output.day(wall.until_at) if now < wall.until_at else "has ended",
            user_output.day(wall.seen_at) or "never",
        )
        for wall in displays
    ]
    typer.echo(user_output.table(("display", "made", "by", "good until", "last used"), rows))


@wall_app.command(name="revoke")
def revoke_wall(name: Wall, folder: user_store.Folder = None) -> None:
    """Make a display's token good for nothing, at once: its screen shows that it is not signed in."""
    with user_store.opened(folder) as found:
        walls.revoke(found, name)
    typer.echo(f"The wall display {name} shows nothing any more.")
