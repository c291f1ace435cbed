"""`kiezbox box`: boxes come and go. A running ingest follows within a minute, the API at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from devices.wire import details
from kiezbox.errors import OperatorError
from stack import command_line, moments, registry
from stack.commands import box_credential
from storage import boxes, credentials
from storage.places import Position
from translations import bidi

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from kiezbox.db import Connection
    from kiezbox.settings import Settings
    from storage.box_history import Change
    from storage.boxes import Box, History
    from storage.places import Place

T = TypeVar("T")

_TEXT_CHARACTERS = 200

app = command_line.app(
    "box",
    no_args_is_help=True,
    help="Boxes: register, rename, move, publish and retire them, show them, give them credentials.",
    epilog=command_line.examples("kiezbox box list", "kiezbox box register 71-01 --name 'Rathaus Schöneberg'"),
)
app.add_typer(box_credential.app)
BoxArgument = command_line.BoxArgument
LatitudeOption = Annotated[
    float | None, typer.Option("--latitude", metavar="DEGREES", help="Where it stands (WGS 84): north is positive.")
]
LongitudeOption = Annotated[float | None, typer.Option("--longitude", metavar="DEGREES", help="East is positive.")]
FromOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="TIME",
        help="Since when it stands there: 30m, 24h or 7d ago, or a time with its zone.",
        show_default="now",
    ),
]


@app.command(
    epilog=command_line.examples(
        "kiezbox box register 71-01",
        "kiezbox box register 71-01 --name 'Rathaus Schöneberg' --latitude 52.4886 --longitude 13.3425",
    )
)
def register(
    *,
    box: BoxArgument,
    name: Annotated[str | None, typer.Option("--name", metavar="TEXT", help="The name that people read.")] = None,
    latitude: LatitudeOption = None,
    longitude: LongitudeOption = None,
    since: FromOption = None,
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Register a box, before or after it sends; a retired one is in service again."""
    position, start = _position(latitude, longitude), _start(since)

    async def change(connection: Connection) -> Box:
        return await boxes.register(connection, registry.author(), box, name=name, position=position, since=start)

    _show_change(_run(data, change), "is registered", as_json=as_json)


@app.command(
    epilog=command_line.examples("kiezbox box rename 71-01 'Rathaus Schöneberg'", "kiezbox box rename 71-01 ''")
)
def rename(
    *,
    box: BoxArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name that people read; '' removes it.")],
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Set the name that people read; the id stays."""

    async def change(connection: Connection) -> Box:
        return await boxes.rename(connection, registry.author(), box, name)

    found = _run(data, change)
    said = "has no name any more, people read its id" if found.name is None else f"is called {found.name}"
    _show_change(found, said, as_json=as_json)


@app.command(
    epilog=command_line.examples(
        "kiezbox box move 71-01 --latitude 52.4886 --longitude 13.3425",
        "kiezbox box move 71-01 --latitude 52.4886 --longitude 13.3425 --from 2026-01-05T09:00+01:00",
    )
)
def move(
    *,
    box: BoxArgument,
    latitude: LatitudeOption = None,
    longitude: LongitudeOption = None,
    since: FromOption = None,
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Say where a registered box stands, from a time on until its next known place.

    Readings belong to the place of their own time. The same --from again corrects that place; without --from, a
    distance of less than 100 m corrects the present one.
    """
    position, start = _position(latitude, longitude), _start(since)
    if position is None:
        raise OperatorError("where does it stand?", "give --latitude and --longitude")

    async def change(connection: Connection) -> Box:
        return await boxes.move(connection, registry.author(), box, position, start)

    found = _run(data, change)
    _show_change(found, f"stands at {_degrees(found.position)} now", as_json=as_json)


@app.command(
    name="set",
    epilog=command_line.examples("kiezbox box set 71-01 --public", "kiezbox box set 71-01 --exact-place"),
)
def set_(
    *,
    box: BoxArgument,
    is_public: Annotated[
        bool | None,
        typer.Option("--public/--not-public", help="Whether everybody may see it on pages, in the API, in downloads."),
    ] = None,
    place_is_exact: Annotated[
        bool | None,
        typer.Option(
            "--exact-place/--rounded-place", help="Whether everybody may know exactly where it stands, or to 300 m."
        ),
    ] = None,
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Say who may see a box, and how exactly where it stands. Staff, dashboards and this command always see all.

    Without a word about a box KIEZBOX_API_PUBLIC_BOXES decides. It counts from the next request on.
    """
    if is_public is None and place_is_exact is None:
        raise OperatorError("nothing was said", "give --public or --not-public, or --exact-place or --rounded-place")

    async def change(connection: Connection) -> Box:
        return await boxes.publish(
            connection, registry.author(), box, is_public=is_public, place_is_exact=place_is_exact
        )

    found = _run(data, change)
    seen = _seen_by(found)
    place = "its exact place" if found.place_is_exact else "its place to 300 m"
    _show_change(found, f"is seen by {seen}, {place}", as_json=as_json)


@app.command(epilog=command_line.examples("kiezbox box retire 71-0l"))
def retire(
    *,
    box: BoxArgument,
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Take a box out of service, or an id that was mistyped: it leaves pages, lists and alerts.

    Its readings stay, and so does its history; kiezbox box register brings it back. What it still sends is stored,
    unless KIEZBOX_INGEST_ACCEPT_UNKNOWN_BOXES is false.
    """

    async def change(connection: Connection) -> tuple[Box, bool]:
        retired = await boxes.retire(connection, registry.author(), box)
        known = await credentials.listed(connection, box)
        return retired, any(each.revoked_at is None for each in known)

    retired, may_sign_in = _run(data, change)
    _show_change(retired, "is retired", as_json=as_json)
    if may_sign_in:
        typer.echo(f"it may still sign in at the broker: kiezbox box credential revoke {box}", err=True)


@app.command(name="list", epilog=command_line.examples("kiezbox box list", "kiezbox box list --all --json"))
def list_(
    *,
    is_all: Annotated[bool, typer.Option("--all", help="Retired ones too.")] = False,
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """List boxes: registered, or only seen."""

    async def ask(connection: Connection) -> list[Box]:
        return await boxes.listed(connection, None, None, is_all=is_all)

    found = _run(data, ask)
    typer.echo(json.dumps([described(box) for box in found], indent=2) if as_json else table(found))


@app.command(epilog=command_line.examples("kiezbox box show 71-01"))
def show(
    *,
    box: BoxArgument,
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Show one box: what is known, where it has stood, and who changed what."""

    async def ask(connection: Connection) -> History:
        return await boxes.history(connection, box)

    found = _run(data, ask)
    typer.echo(json.dumps(history_json(found), indent=2) if as_json else history_text(found))


# -- what people and machines read -----------------------------------------------------------------------------------


def described(box: Box) -> dict[str, Any]:
    """A box, for machines."""
    return {
        "box": box.id,
        "name": box.name,
        "state": box.state.value,
        "position": None if box.position is None else _position_json(box.position),
        "located_at": _moment(box.located_at),
        "registered_at": _moment(box.registered_at),
        "retired_at": _moment(box.retired_at),
        "withdrawn_at": _moment(box.withdrawn_at),
        "first_seen_at": _moment(box.first_seen),
        "last_seen_at": _moment(box.last_seen),
        "public": box.is_public,
        "exact_place": box.place_is_exact,
    }


def history_json(found: History) -> dict[str, Any]:
    """A box with its places and changes, for machines."""
    return described(found.box) | {
        "places": [{"since": _moment(place.since), **_position_json(place.position)} for place in found.places],
        "changes": [
            {
                "at": _moment(change.at),
                "actor": change.author.name,
                "via": change.author.via.value,
                "change": change.kind.value,
                "before": dict(change.before),
                "after": dict(change.after),
            }
            for change in found.changes
        ],
    }


def table(found: Sequence[Box]) -> str:
    """A line for each box, for people."""
    if not found:
        return "no box yet: kiezbox box register ID, or let one send"
    lines = [f"{'box':<12}  {'state':<10}  {'last seen':<20}  {'position':<20}  name"]
    for box in found:
        state = "withdrawn" if box.withdrawn_at and not box.retired_at else box.state.value
        seen = _moment(box.last_seen) or "never"
        line = f"{box.id:<12}  {state:<10}  {seen:<20}  {_degrees(box.position):<20}  {_name(box)}"
        lines.append(line.rstrip())
    return "\n".join(lines)


def history_text(found: History) -> str:
    """A box with its places and changes, for people."""
    box = found.box
    known = {
        "box": box.id,
        "name": _name(box) or "none: people read its id",
        "state": box.state.value,
        "registered": _moment(box.registered_at) or "never",
        "retired": _moment(box.retired_at),
        "withdrawn": _moment(box.withdrawn_at),
        "first seen": _moment(box.first_seen) or "never",
        "last seen": _moment(box.last_seen) or "never",
        "position": _degrees(box.position),
        "seen by": _seen_by(box),
        "its place": "exact for everybody" if box.place_is_exact else "rounded to 300 m for everybody",
    }
    lines = [f"{key:<12}{value}" for key, value in known.items() if value is not None]
    if found.places:
        lines += ["", "places, the newest first", *map(_place_line, found.places)]
    if found.changes:
        lines += ["", "changes, the newest first", *map(_change_line, found.changes)]
    return "\n".join(lines)


def _seen_by(box: Box) -> str:
    if box.is_public is None:
        return "those whom KIEZBOX_API_PUBLIC_BOXES lets see it"
    return "everybody" if box.is_public else "staff only"


def _place_line(place: Place) -> str:
    return f"  since {moments.written(place.since)}  {_degrees(place.position)}"


def _change_line(change: Change) -> str:
    after = ", ".join(f"{key} {_text(str(value))}" for key, value in change.after.items())
    who = f"{_text(change.author.name)} ({change.author.via.value})"
    return f"  {moments.written(change.at)}  {change.kind.value:<8}  {who:<20}  {after}"


def _show_change(box: Box, said: str, *, as_json: bool) -> None:
    typer.echo(json.dumps(described(box), indent=2) if as_json else f"{box.id} {_text(said)}")


def _name(box: Box) -> str:
    mark = " (letters of several alphabets)" if bidi.has_look_alikes(box.name) else ""
    return _text(box.name or "") + mark


def _text(text: str) -> str:
    return details.one_line(text, _TEXT_CHARACTERS)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moments.written(moment)


def _position_json(position: Position) -> Mapping[str, float]:
    return {"latitude": position.latitude, "longitude": position.longitude}


def _degrees(position: Position | None) -> str:
    return "unknown" if position is None else f"{position.latitude:.5f}, {position.longitude:.5f}"


# -- what was typed --------------------------------------------------------------------------------------------------


def _position(latitude: float | None, longitude: float | None) -> Position | None:
    """Both or none. Raises OperatorError."""
    if latitude is None and longitude is None:
        return None
    if latitude is None or longitude is None:
        raise OperatorError("half a position", "give --latitude and --longitude, both in degrees")
    return Position(latitude, longitude)


def _start(since: str | None) -> datetime | None:
    """The moment of --from; None is now. Raises OperatorError."""
    found = None if since is None else moments.since(since, datetime.now(UTC), "--from")
    if since is not None and found is None:
        raise OperatorError(f"--from {since} is no time", "write 30m, 24h or 7d (so long ago), or a time with its zone")
    return found


def _run(data: Path, work: Callable[[Connection], Awaitable[T]]) -> T:
    """Work in one transaction. Raises Unavailable; OperatorError for a change that is not made."""

    async def in_transaction(connection: Connection, _settings: Settings) -> T:
        async with connection.transaction():
            return await work(connection)

    return registry.run(data, in_transaction)
