"""The command line `kiezbox`: reads the settings, starts the part that was asked for, and explains what went wrong."""

from __future__ import annotations

import asyncio
import functools
import gc
import json
import logging
import os
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from kiezbox import log, process, settings
from kiezbox.errors import OperatorError, Unavailable
from stack import help_texts
from stack.commands import dashboards, inspection, user

logger = logging.getLogger("kiezbox")

OPERATOR_EXIT = 2  # a person must act; `kiezbox up` does not start such a child again
FAILURE_EXIT = 1

app = typer.Typer(
    name="kiezbox",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain text: fits narrow terminals and logs
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Settings are KIEZBOX_* environment variables: docs/configuration.md, or: kiezbox settings",
)

app.add_typer(user.app)
app.add_typer(dashboards.app)

DataOption = Annotated[Path, typer.Option("--data", metavar="DIR", help="The data folder of kiezbox up.")]


_examples = help_texts.of


def main() -> None:
    """The console script. Every error that a person can act on is one sentence and a hint, never a stack trace."""
    try:
        app()
    except Exception as error:  # noqa: BLE001 -- the last resort of the process
        sys.exit(_explain(error))


def _explain(error: BaseException) -> int:
    """Say what went wrong; the exit code."""
    known = _known(error)
    if isinstance(known, OperatorError):
        process.explain(known)
        return OPERATOR_EXIT
    if isinstance(known, Unavailable):
        process.explain(OperatorError(str(known), "kiezbox doctor checks everything and says what to do"))
        return FAILURE_EXIT
    if isinstance(error, OSError):  # a full disk, a folder that is not ours
        where = f": {error.filename}" if error.filename else ""
        process.explain(OperatorError(f"{error.strerror or error}{where}", "kiezbox doctor checks what it can"))
        return FAILURE_EXIT
    # A mistake of ours. The trace is for the log, where whoever mends it needs it.
    if logging.getLogger().handlers:
        logger.critical("unexpected error, please report it", exc_info=error)
    else:
        process.explain(OperatorError(f"unexpected error, please report it: {type(error).__name__}: {error}"))
    return FAILURE_EXIT


def _known(error: BaseException) -> OperatorError | Unavailable | None:
    """The error that a person understands, also out of the groups in which task groups raise."""
    if isinstance(error, OperatorError | Unavailable):
        return error
    if isinstance(error, BaseExceptionGroup):
        found = [_known(inner) for inner in error.exceptions]
        return next((inner for inner in found if inner is not None), None)
    return None


def _say(text: str) -> None:
    typer.echo(text)


def _version(asked: bool) -> None:
    if asked:
        _say(f"kiezbox {metadata.version('kiezbox')}")
        raise typer.Exit


@app.callback()
def kiezbox(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The open backend for neighbourhood boxes: readings from MQTT to PostgreSQL or TimescaleDB to people.

    To try it, start everything on this machine: kiezbox up
    """


@app.command(
    epilog=_examples(
        "kiezbox up",
        "kiezbox up --data ~/kiezbox --http 8080 --mqtt 1884",
        "kiezbox up --no-sim --mqtt 0.0.0.0:1883",
    )
)
def up(  # noqa: PLR0917 -- each is an option of the command line
    data: DataOption = Path("data"),
    http: Annotated[
        str, typer.Option(metavar="[HOST:]PORT", help="Where the API and the page listen. [default: 127.0.0.1:8000]")
    ] = "",
    box_http: Annotated[
        str, typer.Option(metavar="[HOST:]PORT", help="Where the box node's pages listen.")
    ] = "127.0.0.1:8001",
    box: Annotated[bool, typer.Option("--box/--no-box", help="Run a box's own node beside the hub's.")] = True,
    mqtt: Annotated[str, typer.Option(metavar="[HOST:]PORT", help="Where boxes connect.")] = "127.0.0.1:1883",
    sim: Annotated[bool, typer.Option("--sim/--no-sim", help="Run simulated boxes.")] = True,
    boxes: Annotated[int, typer.Option(min=1, max=1000, help="How many simulated boxes.")] = 5,
    interval: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, max=86_400, help="How often each simulated box measures.")
    ] = 5.0,
) -> None:
    """Start everything on this machine: broker, database, ingest, API, a box's node and a few simulated boxes.

    Runs in the foreground until Ctrl-C; the data stays in --data. Needs neither root nor Docker. Everything
    listens on this machine only, unless you name another address.
    """
    from stack import ports  # noqa: PLC0415 -- `--help` stays quick
    from stack.commands import up as whole  # noqa: PLC0415 -- `--help` stays quick

    found = _start()
    plan = whole.Plan(
        data=data.expanduser().absolute(),
        http=ports.parse(http, "--http") if http else ports.Address(found.api.host, found.api.port),
        box_http=ports.parse(box_http, "--box-http") if box else None,
        mqtt=ports.parse(mqtt, "--mqtt"),
        boxes=boxes if sim else 0,
        interval_seconds=interval,
        settings=found,
    )
    asyncio.run(process.run(functools.partial(whole.serve, plan), plan.shutdown_seconds))


@app.command(
    epilog=_examples(
        "kiezbox migrate",
        "KIEZBOX_DATABASE_URL=postgresql://kiezbox:secret@db.example.org/kiezbox kiezbox migrate --wait 60",
    )
)
def migrate(
    wait: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="Wait this long for a database that does not answer yet.")
    ] = 0.0,
) -> None:
    """Bring the database's schema up to date. Safe to run twice, and by several at once.

    A database that is newer than this program is refused.
    """
    from stack.commands import migrate as schema  # noqa: PLC0415 -- `--help` stays quick

    found = _start()
    outcome = asyncio.run(schema.bring_up_to_date(found.database, wait))
    _say(f"tier     {outcome.tier}")
    _say(f"applied  {', '.join(outcome.applied) or 'nothing: it is up to date'}")
    if outcome.pending:
        _say(f"pending  {', '.join(outcome.pending)} (run when the server has TimescaleDB)")


@app.command(epilog=_examples("kiezbox ingest", "KIEZBOX_LOG_FORMAT=json kiezbox ingest"))
def ingest() -> None:
    """Take readings from the broker into the database, until SIGTERM or Ctrl-C.

    A message is acknowledged only after its rows are committed. Waits for a broker or a database that is away.

    Run as many as you like, each with its own KIEZBOX_INGEST_CLIENT_ID and its own part of the topics.
    """
    found = _start()
    from ingest import worker  # noqa: PLC0415 -- `--help` stays quick

    asyncio.run(process.run(functools.partial(worker.serve, found), found.process.shutdown_seconds))


@app.command(epilog=_examples("kiezbox maintain", "KIEZBOX_MAINTENANCE_RAW_DAYS=365 kiezbox maintain --once"))
def maintain(
    once: Annotated[bool, typer.Option("--once", help="One round now, then stop.")] = False,
) -> None:
    """Fold what is too old into rollups and remove it, every few minutes until SIGTERM or Ctrl-C.

    Also bounds rejected messages and the ledger, and keeps TimescaleDB's policies as the settings want them.

    One process at a time does it; others stand by.
    """
    from storage import maintenance  # noqa: PLC0415 -- `--help` stays quick

    found = _start()
    if once:
        removed = asyncio.run(maintenance.once(found.database, found.maintenance, datetime.now(UTC)))
        _say(maintenance.describe(removed))
    else:
        asyncio.run(process.run(functools.partial(maintenance.serve, found), found.process.shutdown_seconds))


@app.command(epilog=_examples("kiezbox api", "KIEZBOX_API_PORT=8080 kiezbox api"))
def api() -> None:
    """Serve the HTTP API, the live stream and the page, until SIGTERM or Ctrl-C.

    Answers /livez without a database, and 503 with the reasons for what needs one.
    """
    found = _start()
    gc.disable()  # what loading makes is there to stay: looking for rubbish in it takes a fifth of a box's start
    from api import server  # noqa: PLC0415 -- `--help` stays quick

    asyncio.run(process.run(functools.partial(server.serve, found), found.process.shutdown_seconds))


@app.command(epilog=_examples("kiezbox doctor", "kiezbox doctor --data ~/kiezbox --json", "kiezbox doctor --compose"))
def doctor(
    data: DataOption = Path("data"),
    as_json: Annotated[bool, typer.Option("--json", help="For machines: a list of findings.")] = False,
    compose: Annotated[
        bool, typer.Option("--compose", help="Check the secrets for docker-compose.yml in this folder instead.")
    ] = False,
) -> None:
    """Check settings, broker, database, schema, API, disk and clock, and say what to do.

    When kiezbox up runs on --data, its addresses are checked; variables that you set yourself win.

    The exit code is 1 when something fails.
    """
    from stack.commands import doctor as examination  # noqa: PLC0415 -- `--help` stays quick
    from stack.commands import doctor_compose as secrets  # noqa: PLC0415 -- `--help` stays quick

    logging.basicConfig(level=logging.ERROR)
    findings = secrets.examine(Path.cwd()) if compose else asyncio.run(examination.examine(data))
    if as_json:
        _say(json.dumps([finding.as_json() for finding in findings], indent=2))
    else:
        _say("\n".join(str(finding) for finding in findings))
    if any(finding.level is examination.Level.FAIL for finding in findings):
        raise typer.Exit(FAILURE_EXIT)


app.command(epilog=_examples("kiezbox ledger", "kiezbox ledger --box 71-01 --since 7d"))(inspection.ledger)
app.add_typer(inspection.rejects, name="rejects")


@app.command(name="settings")
def show_settings(
    markdown: Annotated[bool, typer.Option("--markdown", help="Print docs/configuration.md instead.")] = False,
) -> None:
    """Show every setting and its value here and now; `*` marks what the environment sets. Passwords are masked."""
    from stack.commands import settings as configuration  # noqa: PLC0415 -- `--help` stays quick

    _say(configuration.markdown() if markdown else configuration.table(settings.read(), os.environ))


def _start() -> settings.Settings:
    """The settings, with logging set up by them."""
    found = settings.read()
    log.setup(found.log)
    return found


if __name__ == "__main__":
    main()
