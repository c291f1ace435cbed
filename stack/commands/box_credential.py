"""`kiezbox box credential`: what a box signs in with at the broker, made, revoked and listed."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiezbox.errors import OperatorError
from stack import broker_told, command_line, moments, ports, registry
from stack.broker import bundle, passwords
from stack.ports import Address
from storage import credentials
from storage.credentials import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiezbox.db import Connection
    from kiezbox.settings import Settings
    from stack.broker.bundle import Bundle
    from stack.broker_told import Told
    from storage.credentials import Credential

_PORT, _TLS_PORT = 1883, 8883

app = command_line.app(
    "credential",
    no_args_is_help=True,
    help="What a box signs in with at the broker. Its password is shown once, and kept as hashes only.",
    epilog=command_line.examples("kiezbox box credential new 71-01 --bundle 71-01.json", "kiezbox box credential list"),
)


class BoxKind(StrEnum):
    """What of a box, or in its place, signs in."""

    SENSOR = Kind.SENSOR.value
    NODE = Kind.NODE.value
    ESPHOME = Kind.ESPHOME.value
    MESHTASTIC = Kind.MESHTASTIC.value


ForOption = Annotated[BoxKind, typer.Option("--for", help="What signs in.")]


@app.command(
    epilog=command_line.examples(
        "kiezbox box credential new 71-01",
        "kiezbox box credential new 71-01 --bundle 71-01.json --address mqtt.example.org:8883",
        "kiezbox box credential new 71-01 --for node --area district-72",
        "kiezbox box credential new roof --for meshtastic --mesh 'msh/EU_868/!12345678'",
        "kiezbox box credential new 71-01 71-02 71-03 --bundle fleet.json",
    )
)
def new(
    *,
    boxes: Annotated[
        list[str], typer.Argument(metavar="ID...", help="The id of the box, as in its topic: 71-01; or of several.")
    ],
    kind: ForOption = BoxKind.SENSOR,
    areas: Annotated[
        list[str] | None,
        typer.Option("--area", metavar="AREA", help="An area whose bulletins it reads besides its own. Repeatable."),
    ] = None,
    mesh: Annotated[
        str | None,
        typer.Option("--mesh", metavar="TOPIC", help="Of a Meshtastic gateway: the root of its topics, and its id."),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            metavar="HOST[:PORT]",
            help="Where boxes reach the broker.  [default: KIEZBOX_BROKER_ADDRESS, or where this command does]",
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--bundle", metavar="FILE", help="Write all that the box needs to a new file, with mode 0600."),
    ] = None,
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Give a box a new password at the broker; the one before is valid no more.

    A box has two users: itself, and its node (--for node). The password is shown once: it cannot be read again. With
    several boxes the bundle is a list, as firmware-sim takes it.
    """
    if file is not None and file.exists():
        raise OperatorError(f"{file} is there already", "name a new file, or remove that one first")
    wanted = (Kind(kind.value), areas or (), mesh)

    async def issue(connection: Connection, settings: Settings) -> tuple[list[Bundle], Told]:
        where = _address(address, settings)
        made = []
        async with connection.transaction():
            for box in boxes:
                password = passwords.new()
                found = credentials.of_box(box, wanted[0], passwords.hashes(password), areas=wanted[1], mesh=wanted[2])
                made.append(bundle.of(found, password, where, settings))
                await credentials.issue(connection, registry.author(), found)
        return made, await broker_told.tell(connection, settings)

    bundles, told = registry.run(data, issue)
    described = [each.described() for each in bundles]
    content = described if len(described) > 1 else described[0]
    typer.echo(json.dumps(content, indent=2) if as_json else "\n\n".join(map(_shown, bundles)))
    if file is not None:  # after that: a disk that is full costs the file, not the password
        bundle.write(file, content)
        typer.echo(f"all of it is in {file}", err=True)
    broker_told.say(told, "know this password" if len(boxes) == 1 else "know these passwords")


@app.command(epilog=command_line.examples("kiezbox box credential revoke 71-01"))
def revoke(
    *,
    box: command_line.BoxArgument,
    kind: Annotated[BoxKind | None, typer.Option("--for", help="Only this one.", show_default=False)] = None,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Revoke all credentials of a box, as when it was stolen: the broker ends its connections."""
    username = None if kind is None else credentials.username(box, Kind(kind.value))

    async def change(connection: Connection, settings: Settings) -> tuple[list[str], Told]:
        async with connection.transaction():
            names = await credentials.revoke(connection, registry.author(), box, username)
        return names, await broker_told.tell(connection, settings)

    names, told = registry.run(data, change)
    typer.echo(f"revoked: {', '.join(names)}")
    broker_told.say(told, "refuse it")


@app.command(
    name="list", epilog=command_line.examples("kiezbox box credential list", "kiezbox box credential list 71-01")
)
def list_(
    *,
    box: Annotated[str | None, typer.Argument(metavar="[ID]", help="Of one box only.", show_default=False)] = None,
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """List who may sign in at the broker: boxes, and the sessions of the hub. Revoked ones too."""

    async def ask(connection: Connection, _settings: Settings) -> list[Credential]:
        return await credentials.listed(connection, box)

    found = registry.run(data, ask)
    typer.echo(json.dumps([described(each) for each in found], indent=2) if as_json else table(found))


def described(credential: Credential) -> dict[str, Any]:
    """A credential for machines, without its hashes."""
    moment = {"created_at": credential.created_at, "revoked_at": credential.revoked_at}
    return {
        "user": credential.username,
        "box": credential.box,
        "kind": credential.kind.value,
        "areas": list(credential.areas),
        "mesh": credential.mesh,
        **{name: value and moments.written(value) for name, value in moment.items()},
        "last_seen_at": credential.last_seen and moments.written(credential.last_seen),
    }


def table(found: Sequence[Credential]) -> str:
    """A line for each credential, for people."""
    if not found:
        return "no credential yet: kiezbox box credential new ID"
    lines = [f"{'user':<28}  {'for':<13}  {'box':<12}  {'made':<20}  {'box last seen':<20}  revoked"]
    for each in found:
        told = described(each)
        seen = told["last_seen_at"] or ("" if each.box is None or each.kind is Kind.NODE else "never")
        line = f"{each.username:<28}  {each.kind.value:<13}  {each.box or '':<12}  {told['created_at']:<20}  {seen:<20}"
        lines.append(f"{line}  {told['revoked_at'] or ''}".rstrip())
    return "\n".join(lines)


def _address(given: str | None, settings: Settings) -> Address:
    """Where boxes reach the broker. Raises OperatorError."""
    port = _PORT if settings.broker.ca_file is None else _TLS_PORT
    text = given or settings.broker.address
    if text is None:
        return Address(settings.mqtt.host, settings.mqtt.port)
    has_port = text.rpartition(":")[2].isdigit() and not text.endswith("]") and (text.count(":") == 1 or "]" in text)
    return ports.parse(text if has_port else f"{text}:{port}", "--address")


def _shown(found: Bundle) -> str:
    lines = [
        f"user       {found.username}",
        f"password   {found.password}   (shown once)",
        f"broker     {found.address}" + (" with TLS" if found.ca else ""),
        f"client id  {found.client_id}",
    ]
    if found.address.is_loopback:
        lines.append("this address is for this machine only: --address names the one that boxes reach")
    return "\n".join(lines)
