"""`kiezbox inputs`: devices of other makes, the names that they send, and the addresses to which they send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from devices.wire import details
from devices.wire.inputs import formats, units
from kiezbox.errors import OperatorError
from stack import command_line, moments, registry
from storage import inputs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from kiezbox.db import Connection
    from kiezbox.settings import Settings

T = TypeVar("T")

app = command_line.app(
    "inputs",
    no_args_is_help=True,
    help="Devices of other makes: which names they send, what these mean, and who may send over HTTP.",
    epilog=command_line.examples(
        "kiezbox inputs list",
        "kiezbox inputs map airrohr SDS_P9 pm10",
        "kiezbox inputs sender new airrohr --box esp8266-1234567",
    ),
)
sender = command_line.app(
    "sender", no_args_is_help=True, help="Who may send over HTTP: an address with a secret for each sender."
)
app.add_typer(sender, name="sender")

FormatArgument = Annotated[str, typer.Argument(metavar="FORMAT", help="As kiezbox inputs formats lists them.")]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="As the device sends it: kiezbox inputs list.")]
BoxOption = Annotated[str, typer.Option("--box", metavar="ID", help="Of this box only.", show_default="every box")]
DataOption = command_line.RunningUpDataOption


@app.command(name="formats", epilog=command_line.examples("kiezbox inputs formats"))
def formats_(*, as_json: command_line.JsonOption = False) -> None:
    """List the formats of other makes that are understood, and how they come."""
    rows = [
        {"format": each.name, "title": each.title, "http": each.take is not None, "mqtt": list(each.topics)}
        for each in formats.known().values()
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for each in formats.known().values():
        ways = ["HTTP"] if each.take is not None else []
        ways += ["MQTT"] if each.topics else []
        typer.echo(f"{each.name:<16}  {' and '.join(ways):<14}  {each.title}")


@app.command(name="list", epilog=command_line.examples("kiezbox inputs list", "kiezbox inputs list --json"))
def list_(
    *,
    of_format: Annotated[str | None, typer.Option("--format", metavar="FORMAT", help="One format.")] = None,
    box: Annotated[str | None, typer.Option("--box", metavar="ID", help="One box.")] = None,
    as_json: command_line.JsonOption = False,
    data: DataOption = Path("data"),
) -> None:
    """List the names that were sent and that nobody has mapped yet, the newest first."""
    found = _run(data, lambda connection: inputs.unmapped(connection, of_format, box))
    typer.echo(_json(found) if as_json else names_table(found))


@app.command(name="mappings", epilog=command_line.examples("kiezbox inputs mappings"))
def mappings(*, as_json: command_line.JsonOption = False, data: DataOption = Path("data")) -> None:
    """List what was said that names mean."""
    found = _run(data, inputs.mappings)
    typer.echo(_json(found) if as_json else mappings_table(found))


@app.command(
    name="map",
    epilog=command_line.examples(
        "kiezbox inputs map chirpstack LHT65:TempC_SHT temperature --unit Cel",
        "kiezbox inputs map airrohr uptime --ignore",
    ),
)
def map_(
    *,
    of_format: FormatArgument,
    name: NameArgument,
    quantity: Annotated[str | None, typer.Argument(metavar="QUANTITY", help="kiezbox quantity list")] = None,
    box: BoxOption = inputs.ANY_BOX,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="UNIT", help="In which the device sends it, if it does not say.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="SOURCE", help="The part of the box, if not as sent.")
    ] = None,
    ignore: Annotated[bool, typer.Option("--ignore", help="It is not worth storing.")] = False,
    data: DataOption = Path("data"),
) -> None:
    """Say once what a name means: values that come from now on are stored (within a minute).

    Those of the last seven days, of boxes that are registered, are stored by: kiezbox rejects retry --reason unmapped
    """
    _check(of_format)
    if ignore == (quantity is not None):
        raise OperatorError("give a quantity, or --ignore", "kiezbox quantity list shows all quantities")

    async def change(connection: Connection) -> int:
        key = (of_format, box, name)
        wanted = await connection.fetchval("SELECT unit FROM quantity WHERE name = $1", quantity)
        if unit is not None and wanted is not None and not units.is_convertible(unit, wanted):
            raise OperatorError(
                f"values in {details.one_line(unit)} cannot be told in {wanted}, the unit of {quantity}",
                "write in which unit the device sends it, for example Cel, °F, %, hPa, Pa, ug/m3, V or mV",
            )
        return await inputs.map_name(connection, registry.author(), key, quantity, unit=unit, source=source)

    waiting = _run(data, change)
    shown = details.one_line(name)
    typer.echo(f"{shown} of {of_format} is {'not stored' if quantity is None else quantity}")
    if waiting and quantity is not None:
        typer.echo(f"{waiting:,} messages of before wait: kiezbox rejects retry --reason unmapped")


@app.command(name="import", epilog=command_line.examples("kiezbox inputs import opensensemap box.json"))
def import_(
    *,
    of_format: FormatArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As docs/inputs says where to get it.")],
    data: DataOption = Path("data"),
) -> None:
    """Map all names that a document explains, such as a box of openSenseMap's registry."""
    found = _check(of_format)
    if found.describe is None:
        raise OperatorError(f"no document explains the names of {of_format}", "kiezbox inputs map says what one means")
    try:
        mappings = found.describe(file.read_bytes())
    except ValueError as error:
        raise OperatorError(
            f"{file} cannot be used: {error}", f"docs/inputs/{of_format}.md says where to get it"
        ) from None

    async def change(connection: Connection) -> None:
        for each in mappings:
            key = (each.format, each.box, each.name)
            await inputs.map_name(connection, registry.author(), key, each.quantity, unit=each.unit, source=each.source)

    _run(data, change)
    for each in mappings:
        typer.echo(f"{each.name} of {each.box} is {each.quantity} ({each.unit or 'unit as sent'})")
    typer.echo(f"{len(mappings)} names mapped")


@app.command(name="unmap", epilog=command_line.examples("kiezbox inputs unmap airrohr uptime"))
def unmap(
    *,
    of_format: FormatArgument,
    name: NameArgument,
    box: BoxOption = inputs.ANY_BOX,
    data: DataOption = Path("data"),
) -> None:
    """Take back what was said about a name."""
    _run(data, lambda connection: inputs.unmap(connection, (of_format, box, name)))
    typer.echo(f"{details.one_line(name)} of {of_format} means nothing any more")


@sender.command(
    name="new",
    epilog=command_line.examples(
        "kiezbox inputs sender new airrohr --box esp8266-1234567 --note 'Balkon Nord'",
        "kiezbox inputs sender new influx",
    ),
)
def sender_new(
    *,
    of_format: FormatArgument,
    box: Annotated[
        list[str] | None,
        typer.Option("--box", metavar="ID", help="For this box, or a pattern (esp8266-*); may be repeated."),
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Whose it is, where it stands.")] = "",
    as_json: command_line.JsonOption = False,
    data: DataOption = Path("data"),
) -> None:
    """Make an address to which a device may send. It is shown this once: whoever has it may send.

    Without --box it may speak for all boxes that such devices are.
    """
    found = _check(of_format)
    if found.take is None:
        raise OperatorError(
            f"{of_format} does not come over HTTP", "kiezbox bridge brings it from a broker: docs/inputs/README.md"
        )
    boxes = tuple(box) if box else found.boxes
    address: list[str] = []

    async def change(connection: Connection, settings: Settings) -> int:
        async with connection.transaction():
            number, secret = await inputs.new_sender(connection, registry.author(), of_format, boxes, note)
        base = settings.receive.public_url or f"http://{settings.receive.host}:{settings.receive.port}"
        address.append(f"{base.rstrip('/')}/{formats.ROOT}/{of_format}/{secret}")
        return number

    number = registry.run(data, change)
    if as_json:
        typer.echo(json.dumps({"id": number, "format": of_format, "boxes": boxes, "address": address[0]}, indent=2))
        return
    typer.echo(f"sender {number} may send for {', '.join(boxes)} to\n{address[0]}")
    typer.echo(f"docs/inputs/{of_format}.md says what to type into the device")


@sender.command(name="list", epilog=command_line.examples("kiezbox inputs sender list"))
def sender_list(*, as_json: command_line.JsonOption = False, data: DataOption = Path("data")) -> None:
    """List who may send over HTTP, and when each sent something last."""
    found = _run(data, inputs.senders)
    typer.echo(_json(found) if as_json else senders_table(found))


@sender.command(name="revoke", epilog=command_line.examples("kiezbox inputs sender revoke 3"))
def sender_revoke(
    *,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As kiezbox inputs sender list shows it.")],
    data: DataOption = Path("data"),
) -> None:
    """Let a sender send no more: its address is unknown from then on."""
    _run(data, lambda connection: inputs.revoke_sender(connection, registry.author(), number))
    typer.echo(f"sender {number} may send no more")


def names_table(found: Sequence[Mapping[str, Any]]) -> str:
    """A line for each name, for people."""
    if not found:
        return "every name that was sent is mapped"
    lines = [
        f"{'format':<12}  {'box':<24}  {'source':<12}  {'name':<32}  {'newest value':<20}  {'count':>8}  last heard"
    ]
    for row in found:
        value = "(not registered)" if row["value"] is None else f"{row['value']:g} {row['unit']}".rstrip()
        lines.append(
            f"{row['format']:<12}  {row['box']:<24}  {details.one_line(row['source']):<12}"
            f"  {details.one_line(row['name']):<32}  {value:<20}  {row['count']:>8,}  {moments.written(row['last_at'])}"
        )
    return "\n".join(lines)


def mappings_table(found: Sequence[Mapping[str, Any]]) -> str:
    """A line for each mapping, for people."""
    if not found:
        return "nobody has mapped a name"
    lines = [f"{'format':<12}  {'box':<24}  {'name':<32}  {'quantity':<20}  {'unit':<8}  source"]
    for row in found:
        quantity = row["quantity"] or "(not stored)"
        rest = f"{row['unit'] or '':<8}  {row['source'] or ''}"
        lines.append(f"{row['format']:<12}  {row['box']:<24}  {row['name']:<32}  {quantity:<20}  {rest}".rstrip())
    return "\n".join(lines)


def senders_table(found: Sequence[Mapping[str, Any]]) -> str:
    """A line for each sender, for people."""
    if not found:
        return "nobody may send over HTTP: kiezbox inputs sender new"
    lines = [f"{'number':>6}  {'format':<16}  {'boxes':<32}  {'last heard':<20}  note"]
    for row in found:
        heard = "never" if row["heard_at"] is None else moments.written(row["heard_at"])
        heard = "revoked" if row["revoked_at"] is not None else heard
        lines.append(
            f"{row['id']:>6}  {row['format']:<16}  {', '.join(row['boxes']):<32}  {heard:<20}  {row['note']}".rstrip()
        )
    return "\n".join(lines)


def _check(of_format: str) -> Any:
    found = formats.known().get(of_format)
    if found is None:
        raise OperatorError(f"there is no format {of_format}", f"one of {', '.join(formats.known())}")
    return found


def _json(found: Sequence[Mapping[str, Any]]) -> str:
    def plain(value: Any) -> Any:
        return value.isoformat() if hasattr(value, "isoformat") else value

    return json.dumps([{key: plain(value) for key, value in dict(row).items()} for row in found], indent=2)


def _run(data: Path, work: Callable[[Connection], Awaitable[T]]) -> T:
    """Work in one transaction. Raises Unavailable; OperatorError for a change that is not made."""

    async def in_transaction(connection: Connection, _settings: Settings) -> T:
        async with connection.transaction():
            return await work(connection)

    return registry.run(data, in_transaction)
