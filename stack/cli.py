"""The command line `kiezbox`: which commands there are, and an explanation of whatever ends one."""

from __future__ import annotations

import logging
import sys
from importlib import metadata
from typing import Annotated

import typer

from kiezbox import process
from kiezbox.errors import OperatorError, Unavailable
from stack import command_line, lazy_group
from stack.command_line import FAILURE_EXIT, OPERATOR_EXIT

logger = logging.getLogger("kiezbox")

# In the order of `kiezbox --help`, each with the first sentence of its own help (a test compares them).
COMMANDS = {
    "up": "Start everything on this machine: broker, database, ingest, API, a box's node and a few simulated boxes.",
    "migrate": "Bring the database's schema up to date.",
    "ingest": "Take readings from the broker into the database, until SIGTERM or Ctrl-C.",
    "receive": "Receive over HTTP what devices of other makes send, until SIGTERM or Ctrl-C.",
    "bridge": "Bring in what devices of other makes say at a broker that is somebody else's, until SIGTERM or Ctrl-C.",
    "maintain": "Fold what is too old into rollups and remove it, every few minutes until SIGTERM or Ctrl-C.",
    "export": "Write the public readings of each month as files, once a day until SIGTERM or Ctrl-C.",
    "api": "Serve the HTTP API, the live stream and the page, until SIGTERM or Ctrl-C.",
    "radio": "Own the serial port of a Meshtastic node, for alarms by radio, until SIGTERM or Ctrl-C.",
    "doctor": "Check settings, broker, database, schema, API, certificates, disk and clock, and say what to do.",
    "backup": "Backups that you make: run and note them, show when each succeeded. A missing one is an alarm.",
    "ledger": "Show what was received from each box and what became of it, and whether anything is missing.",
    "settings": "Show every setting and its value here and now; `*` marks what the environment sets.",
    "user": "Accounts of staff, on this node: KIEZBOX_CRISIS_FOLDER, or --folder.",
    "database": "The database's roles, one for each process, and the time zone of its days.",
    "node": "Nodes of the crisis part: which boxes belong to this hub, and this box's own membership.",
    "crisis": "Files of the crisis part: check an operation log that was exported.",
    "alarm": "Alarms of this node: what is open, who is told, who is on duty, whether the channels work.",
    "map": "Maps of this node: tiles, borders and streets that you add. Without any it shows a schematic of Berlin.",
    "dashboards": "Grafana dashboards, alert rules and the database behind them, as code.",
    "box": "Boxes: register, rename, move, publish and retire them, show them, give them credentials.",
    "district": "Districts: what people call the boxes whose ids begin alike; without a name, by where they stand.",
    "quantity": "Quantities: what boxes measure, in which unit and within which limits.",
    "inputs": "Devices of other makes: which names they send, what these mean, and who may send over HTTP.",
    "broker": "The broker: the users that it knows, and its certificate.",
    "rejects": "What was rejected: list it, look at its bytes, and try again after a fix.",
}

app = command_line.app(
    "kiezbox",
    cls=lazy_group.LazyGroup,
    no_args_is_help=True,
    epilog="Settings are KIEZBOX_* environment variables: docs/configuration.md, or: kiezbox settings",
)
for _name, _summary in COMMANDS.items():
    lazy_group.list_command(app, _name, _summary)


def main() -> None:
    """The console script. Every error that a person can act on is one sentence and a hint, never a stack trace."""
    try:
        app()
    except Exception as error:  # noqa: BLE001 -- the last resort of the process
        sys.exit(explain(error))


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"kiezbox {metadata.version('kiezbox')}")
        raise typer.Exit


@app.callback()
def kiezbox(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The open backend for neighbourhood boxes: readings from MQTT to PostgreSQL or TimescaleDB to people.

    To try it, start everything on this machine: kiezbox up
    """


def explain(error: BaseException) -> int:
    """Say on standard error what went wrong and what to do. Returns the exit code."""
    known = _understood(error)
    if isinstance(known, OperatorError):
        process.explain(known)
        return OPERATOR_EXIT
    if isinstance(known, Unavailable):
        process.explain(OperatorError(str(known), "kiezbox doctor checks everything and says what to do"))
        return FAILURE_EXIT
    if isinstance(error, OSError):  # a full disk, a folder of another user
        where = f": {error.filename}" if error.filename else ""
        process.explain(OperatorError(f"{error.strerror or error}{where}", "kiezbox doctor checks what it can"))
        return FAILURE_EXIT
    # A bug in Kiezbox. The stack trace goes to the log, for whoever repairs it.
    if logging.getLogger().handlers:
        logger.critical("unexpected error, please report it", exc_info=error)
    else:
        process.explain(OperatorError(f"unexpected error, please report it: {type(error).__name__}: {error}"))
    return FAILURE_EXIT


def _understood(error: BaseException) -> OperatorError | Unavailable | None:
    """The first error that a person can act on, also within the groups that task groups raise."""
    if isinstance(error, OperatorError | Unavailable):
        return error
    if isinstance(error, BaseExceptionGroup):
        found = [_understood(inner) for inner in error.exceptions]
        return next((inner for inner in found if inner is not None), None)
    return None


if __name__ == "__main__":
    main()
