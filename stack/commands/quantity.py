"""`kiezbox quantity`: the catalogue of what boxes measure. A running ingest follows in a minute, the API at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from devices import quantities, quantity_rules
from devices.quantities import CATALOGUE, Averaging, Quantity
from devices.quantity_rules import InvalidQuantityError
from kiezbox import db
from kiezbox.errors import OperatorError
from stack import command_line, startup
from stack.commands import quantity_output
from storage import migrate
from storage import quantities as table

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from kiezbox.db import Connection, Record

T = TypeVar("T")
Known = dict[str, tuple[Quantity, int]]  # by name; with the number of series

_LIST = "kiezbox quantity list shows the catalogue"
_RETRY = "kiezbox rejects retry --reason unknown_quantity stores what boxes sent of it before"
_NO_VALUES = "none"

app = command_line.app(
    "quantity",
    no_args_is_help=True,
    help="Quantities: what boxes measure, in which unit and within which limits. A running ingest follows in a minute.",
    epilog=command_line.examples(
        "kiezbox quantity list",
        "kiezbox quantity add radon --unit Bq/m3 --low 0 --high 100000 --label-de Radon --label-en Radon",
    ),
)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="As boxes call it: soil_moisture.")]
AveragingOption = Annotated[
    Averaging | None,
    typer.Option(
        "--averaging",
        help="How means are made: energetic for levels in dB, circular for directions, none for totals.",
        show_default="as its unit says",
    ),
]
StandardNameOption = Annotated[
    str | None,
    typer.Option(
        "--standard-name", metavar="NAME", help="Its name in the CF conventions; '' for none.", show_default="none"
    ),
]
BadOption = Annotated[
    str | None,
    typer.Option(
        "--bad",
        metavar="VALUES",
        help="What a broken sensor says, with commas: -127,85. It is rejected. The word none removes them.",
    ),
]
SuspectOption = Annotated[
    str | None,
    typer.Option("--suspect", metavar="VALUES", help="What a sensor says before it measures: stored with a flag."),
]
_DECIMALS_HELP = "How finely it is kept and shown; a series that turns out finer is given more."


@app.command(
    epilog=command_line.examples(
        "kiezbox quantity add radon --unit Bq/m3 --low 0 --high 100000 --label-de Radon --label-en Radon",
        "kiezbox quantity add fan_speed --unit /min --low 0 --high 20000 --decimals 0 --about-box"
        " --label-de Lüfterdrehzahl --label-en 'Fan speed'",
    )
)
def add(
    *,
    name: NameArgument,
    unit: Annotated[str, typer.Option("--unit", metavar="UCUM", help="Cel, %, ug/m3, [ppm], m/s, 1 for a number.")],
    low: Annotated[float, typer.Option("--low", metavar="VALUE", help="Less than that cannot be: rejected.")],
    high: Annotated[float, typer.Option("--high", metavar="VALUE", help="More than that cannot be: rejected.")],
    label_de: Annotated[str, typer.Option("--label-de", metavar="TEXT", help="What people read in German.")],
    label_en: Annotated[str, typer.Option("--label-en", metavar="TEXT", help="What people read in English.")],
    averaging: AveragingOption = None,
    decimals: Annotated[int, typer.Option("--decimals", metavar="N", help=_DECIMALS_HELP)] = 1,
    standard_name: StandardNameOption = None,
    bad: BadOption = None,
    suspect: SuspectOption = None,
    is_about_box: Annotated[
        bool, typer.Option("--about-box", help="It is about the box itself, not about its surroundings.")
    ] = False,
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Add a quantity to the catalogue: boxes may send it from then on."""
    new = Quantity(
        name,
        unit,
        low,
        high,
        standard_name or None,
        label_de.strip(),
        label_en.strip(),
        _values("--bad", bad) or (),
        _values("--suspect", suspect) or (),
        averaging or quantity_rules.usual_averaging(unit),
        decimals,
        is_about_box,
    )

    def change(known: Known) -> Quantity:
        if name in known:
            raise OperatorError(f"{name} is in the catalogue already", f"kiezbox quantity set {name} changes it")
        return new

    _show_change(_put(data, change), "is in the catalogue; a running ingest takes it within a minute", as_json=as_json)
    typer.echo(_RETRY, err=True)


@app.command(name="set", epilog=command_line.examples("kiezbox quantity set noise --high 140 --decimals 1"))
def set_(
    *,
    name: NameArgument,
    unit: Annotated[str | None, typer.Option("--unit", metavar="UCUM", help="Only while it has no series.")] = None,
    low: Annotated[float | None, typer.Option("--low", metavar="VALUE", help="The least value that can be.")] = None,
    high: Annotated[float | None, typer.Option("--high", metavar="VALUE", help="The greatest value.")] = None,
    label_de: Annotated[str | None, typer.Option("--label-de", metavar="TEXT", help="In German.")] = None,
    label_en: Annotated[str | None, typer.Option("--label-en", metavar="TEXT", help="In English.")] = None,
    averaging: AveragingOption = None,
    decimals: Annotated[int | None, typer.Option("--decimals", metavar="N", help=_DECIMALS_HELP)] = None,
    standard_name: StandardNameOption = None,
    bad: BadOption = None,
    suspect: SuspectOption = None,
    is_about_box: Annotated[
        bool | None, typer.Option("--about-box/--about-surroundings", help="What it is about.", show_default=False)
    ] = None,
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Change what is known about a quantity. Readings stay as they are; what is given holds for what comes."""
    given = {
        "unit": unit,
        "low": low,
        "high": high,
        "label_de": None if label_de is None else label_de.strip(),
        "label_en": None if label_en is None else label_en.strip(),
        "averaging": averaging,
        "decimals": decimals,
        "bad": _values("--bad", bad),
        "suspect": _values("--suspect", suspect),
        "is_about_box": is_about_box,
    }
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if standard_name is not None:
        changes["standard_name"] = standard_name or None
    if not changes:
        raise OperatorError("nothing to change", f"kiezbox quantity set {name} --help shows what can be set")

    def change(known: Known) -> Quantity:
        before, series = _known(known, name)
        changed = replace(before, **changes)
        _refuse_change_of_meaning(before, changed, series)
        if changed == before:
            raise OperatorError(f"{name} is so already", f"kiezbox quantity show {name}")
        return changed

    _show_change(_put(data, change), "is changed; a running ingest follows within a minute", as_json=as_json)


@app.command(epilog=command_line.examples("kiezbox quantity remove raddon"))
def remove(*, name: NameArgument, data: command_line.RunningUpDataOption = Path("data")) -> None:
    """Remove a quantity that was mistyped: one that an operator added and no box has sent."""

    async def change(connection: Connection) -> None:
        await table.lock(connection)
        _, series = _known(await _catalogue(connection), name)
        if name in CATALOGUE:
            raise OperatorError(f"{name} is Kiezbox's own and stays", "nothing shows a quantity that no box sends")
        if series:
            raise OperatorError(
                f"{name} has {series} series, whose readings stay", "kiezbox quantity set changes its labels"
            )
        await table.remove(connection, name)

    _run(data, change)
    typer.echo(f"{name} is removed")


@app.command(name="list", epilog=command_line.examples("kiezbox quantity list", "kiezbox quantity list --json"))
def list_(*, as_json: command_line.JsonOption = False, data: command_line.RunningUpDataOption = Path("data")) -> None:
    """List the catalogue."""
    found = list(_run(data, _catalogue).values())
    typer.echo(quantity_output.list_as_json(found) if as_json else quantity_output.table(found))


@app.command(epilog=command_line.examples("kiezbox quantity show pm10"))
def show(
    *,
    name: NameArgument,
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Show one quantity with its limits and classes, and who sets them."""

    async def ask(connection: Connection) -> tuple[Quantity, int, Sequence[Record], Sequence[Record]]:
        quantity, series = _known(await _catalogue(connection), name)
        return quantity, series, await table.limits(connection, name), await table.classes(connection, name)

    written = quantity_output.as_json if as_json else quantity_output.text
    typer.echo(written(*_run(data, ask)))


def _show_change(changed: tuple[Quantity, int], said: str, *, as_json: bool) -> None:
    quantity, series = changed
    typer.echo(quantity_output.as_json(quantity, series) if as_json else f"{quantity.name} {said}")


# -- what was typed --------------------------------------------------------------------------------------------------


def _values(option: str, text: str | None) -> tuple[float, ...] | None:
    """Numbers with commas between them; the word none is none of them. Raises OperatorError."""
    if text is None:
        return None
    if text.strip() in {"", _NO_VALUES}:
        return ()
    try:
        return tuple(float(number) for number in text.split(","))
    except ValueError:
        raise OperatorError(
            f"{option} {text!r} is not numbers",
            f"write {option} -127,85 with a point before decimals, or {option} none",
        ) from None


def _known(known: Known, name: str) -> tuple[Quantity, int]:
    if name not in known:
        raise OperatorError(f"there is no quantity {name!r}", _LIST)
    return known[name]


def _refuse_change_of_meaning(before: Quantity, after: Quantity, series: int) -> None:
    """What was stored and averaged cannot be made otherwise. Raises OperatorError."""
    if not series:
        return
    for field, hint in (("unit", "in the new unit"), ("averaging", "that is averaged so")):
        was, becomes = getattr(before, field), getattr(after, field)
        if was != becomes:
            raise OperatorError(
                f"{before.name} has {series} series: its {field} stays {was}, what is stored cannot be made otherwise",
                f"add another quantity {hint}, and let boxes send that",
            )


# -- the database ----------------------------------------------------------------------------------------------------


async def _catalogue(connection: Connection) -> Known:
    found: Known = {}
    for row in await table.listed(connection):
        values = dict(row)
        series: int = values.pop("series")
        found[values["name"]] = quantities.of_row(values), series
    return found


def _put(data: Path, change: Callable[[Known], Quantity]) -> tuple[Quantity, int]:
    """Add or change the quantity that `change` makes of the catalogue, checked; with the number of its series.

    Raises Unavailable, OperatorError.
    """

    async def work(connection: Connection) -> tuple[Quantity, int]:
        await table.lock(connection)
        known = await _catalogue(connection)
        quantity = change(known)
        try:
            quantity_rules.check(quantity, (other for other, _ in known.values()))
        except InvalidQuantityError as error:
            raise OperatorError(error.message, error.hint) from None
        await table.put(connection, {column: getattr(quantity, column) for column in table.COLUMNS})
        return quantity, known[quantity.name][1] if quantity.name in known else 0

    return _run(data, work)


def _run(data: Path, work: Callable[[Connection], Awaitable[T]]) -> T:
    """Work in one transaction on the database of the settings, or of the `kiezbox up` that runs on `data`.

    Raises Unavailable, OperatorError.
    """

    async def connected() -> T:
        settings = startup.begin_beside(data)
        async with db.connect(settings.database, "kiezbox-quantity") as connection:
            await migrate.verify(connection)
            async with connection.transaction():
                return await work(connection)

    return asyncio.run(connected())
