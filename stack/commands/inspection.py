"""The commands that look into the books: `kiezbox ledger`, `kiezbox rejects`."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ingest.rejects import RejectFilter
from kiezbox import log, settings
from kiezbox.errors import OperatorError, Reason
from stack import help_texts, moments

MISSING_EXIT = 3  # the books were read, and something is missing

DataOption = Annotated[Path, typer.Option("--data", metavar="DIR", help="The data folder of a running kiezbox up.")]
SinceOption = Annotated[
    str, typer.Option("--since", metavar="TIME", help="30m, 24h, 7d, a time with its zone, or all.", show_default=True)
]
JsonOption = Annotated[bool, typer.Option("--json", help="For machines.")]
BoxOption = Annotated[
    str | None, typer.Option("--box", metavar="ID", help="One box; - for messages that named none.", show_default="all")
]
ReasonOption = Annotated[
    list[Reason] | None, typer.Option("--reason", help="Why they were rejected; may be repeated.", show_default="all")
]

rejects = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="What was rejected: list it, look at its bytes, and try again after a fix.",
)


def ledger(
    box: BoxOption = None, since: SinceOption = "24h", as_json: JsonOption = False, data: DataOption = Path("data")
) -> None:
    """Show what was received from each box and what became of it, and whether anything is missing.

    lost counts messages whose number in the box's own sequence never arrived; lost since is when the hub first saw
    that something was missing; waiting is what the box said last it still keeps, not acknowledged by the hub; deferred
    (shown where there are some) is what the box sent beyond its share, which waits in the database to be stored.

    The exit code is 3 when something is missing.
    """
    from stack.commands import ledger as books  # noqa: PLC0415 -- `--help` stays quick

    start = moments.since(since, datetime.now(UTC))
    found = asyncio.run(books.read(_settings(data).database, start, box))
    typer.echo(json.dumps(found.as_json(), indent=2) if as_json else str(found))
    if not found.is_whole:
        raise typer.Exit(MISSING_EXIT)


@rejects.command(
    name="list",
    epilog=help_texts.of("kiezbox rejects list", "kiezbox rejects list --box 71-01 --reason bad_time --since 24h"),
)
def list_(  # noqa: PLR0917 -- each is an option of the command line
    reason: ReasonOption = None,
    box: BoxOption = None,
    since: SinceOption = "all",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Rejects to show at the most.")] = 50,
    before: Annotated[int | None, typer.Option(metavar="ID", help="Go on before this one.")] = None,
    as_json: JsonOption = False,
    data: DataOption = Path("data"),
) -> None:
    """List what was rejected, the newest first: id, time, box, reason, detail."""
    from stack.commands import rejects as kept  # noqa: PLC0415 -- `--help` stays quick

    choice = RejectFilter(None, reason or None, box, moments.since(since, datetime.now(UTC)))
    found = asyncio.run(kept.find(_settings(data).database, choice, before, limit))
    typer.echo(json.dumps(found.as_json(), indent=2) if as_json else str(found))


@rejects.command(epilog=help_texts.of("kiezbox rejects show 17", "kiezbox rejects show 17 --bytes 0"))
def show(
    number: Annotated[int, typer.Argument(metavar="ID", help="The id that kiezbox rejects list shows.")],
    bytes_max: Annotated[int, typer.Option("--bytes", min=0, help="Bytes to show; 0 shows all.")] = 1024,
    as_json: JsonOption = False,
    data: DataOption = Path("data"),
) -> None:
    """Show one rejected message with its bytes, as numbers and as text."""
    from stack.commands import rejects as kept  # noqa: PLC0415 -- `--help` stays quick

    found = asyncio.run(kept.one(_settings(data).database, number))
    typer.echo(json.dumps(kept.as_json(found), indent=2) if as_json else kept.describe(found, bytes_max))


@rejects.command(
    epilog=help_texts.of(
        "kiezbox rejects retry 17",
        "kiezbox rejects retry --reason unknown_quantity --since 7d --dry-run",
        "kiezbox rejects retry --all",
    )
)
def retry(  # noqa: PLR0917 -- each is an option of the command line
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="Which ones.", show_default=False)] = None,
    reason: ReasonOption = None,
    box: BoxOption = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Received since then: 30m, 24h, 7d or a time.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    as_json: JsonOption = False,
    data: DataOption = Path("data"),
) -> None:
    """Read rejected messages again, after a fix, and store what can be stored now.

    They count as received when they came: the ledger of that minute says stored instead of rejected. What is still
    rejected stays. Stop it or run it twice as you like: every message is stored once.
    """
    from ingest import retry as again  # noqa: PLC0415 -- `--help` stays quick

    start = None if since is None else moments.since(since, datetime.now(UTC))
    choice = RejectFilter(ids or None, reason or None, box, start)
    if choice.is_everything != everything:
        raise OperatorError(
            "--all goes with no id and no filter" if everything else "which ones? give ids, a filter, or --all",
            "kiezbox rejects list shows what there is; --dry-run changes nothing",
        )
    found = asyncio.run(again.retry(_settings(data), choice, is_dry=dry_run))
    typer.echo(json.dumps(found.as_json(), indent=2) if as_json else str(found))


def _settings(data: Path) -> settings.Settings:
    """The settings; when `kiezbox up` runs on `data`, its addresses, unless the environment has others."""
    from stack import data_folder  # noqa: PLC0415 -- `--help` stays quick

    for name, value in data_folder.environment_of(data).items():
        os.environ.setdefault(name, value)
    found = settings.read()
    log.setup(found.log)
    return found
