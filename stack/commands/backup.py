"""`kiezbox backup`: makes backups by your own programs, or notes that they were made; who misses one is told."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiezbox import db, process
from kiezbox.errors import OperatorError, Unavailable
from stack import command_line, moments, startup
from stack.command_line import JsonOption, RunningUpDataOption  # noqa: TC001 -- typer reads the annotations
from storage import backups, migrate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from kiezbox.settings import DatabaseSettings
    from storage.backups import BackupState

_NOT_STARTED_EXIT = 127  # as a shell says it
_TAIL_BYTES = 4096
_SPAN = re.compile(r"([0-9]{1,4})([hd])")
_HOURS = {"h": 1, "d": 24}
_PASSWORD = re.compile(r"(?<=:)[^@/\s]+(?=@)")  # of an address that a program repeats
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="What is backed up: database, crisis.")]
EveryOption = Annotated[
    str,
    typer.Option(
        "--every", metavar="TIME", help="How often it should succeed: 24h, 7d.", show_default="as before, else 24h"
    ),
]

app = command_line.app(
    "backup",
    no_args_is_help=True,
    help="Backups that you make: run and note them, show when each succeeded. A missing one is an alarm.",
    epilog=command_line.examples(
        "kiezbox backup run database --every 24h -- pg_dump -Fc -f /backup/kiezbox.dump kiezbox", "kiezbox backup list"
    ),
)


@app.command(
    epilog=command_line.examples(
        "kiezbox backup run database -- pg_dump --format custom --file /backup/kiezbox.dump --dbname kiezbox",
        "kiezbox backup run crisis --every 7d -- tar czf /backup/crisis.tgz /var/lib/kiezbox/crisis",
    )
)
def run(
    name: NameArgument,
    command: Annotated[list[str], typer.Argument(metavar="-- COMMAND", help="The program that makes the backup.")],
    *,
    every: EveryOption = "",
    data: RunningUpDataOption = Path("data"),
) -> None:
    """Run the program that makes a backup, and note whether it succeeded. Ends with the program's own exit code."""
    backups.checked(name)
    span = _span(every)
    settings = startup.begin_beside(data)
    code, failure = _ended(command)
    if not _is_noted(settings.database, name, span, failure):
        code = code or command_line.FAILURE_EXIT
    if code:
        raise typer.Exit(code)


@app.command(
    epilog=command_line.examples(
        "kiezbox backup note database --every 24h", "kiezbox backup note database --failed 'disk full'"
    )
)
def note(
    name: NameArgument,
    *,
    every: EveryOption = "",
    failed: Annotated[
        str | None, typer.Option("--failed", metavar="TEXT", help="It failed, and why.", show_default="it succeeded")
    ] = None,
    data: RunningUpDataOption = Path("data"),
) -> None:
    """Note that a backup was made just now by something else, or that it failed."""
    backups.checked(name)
    asyncio.run(_note(startup.begin_beside(data).database, name, _span(every), failed))
    typer.echo(f"Noted: the backup {name} {'succeeded' if failed is None else 'failed'}.")


@app.command("list", epilog=command_line.examples("kiezbox backup list", "kiezbox backup list --json"))
def list_(*, as_json: JsonOption = False, data: RunningUpDataOption = Path("data")) -> None:
    """Show when each backup succeeded last, and whether it fails or is overdue."""
    found = asyncio.run(_read(startup.begin_beside(data).database))
    if as_json:
        typer.echo(json.dumps([_as_json(each) for each in found], indent=2))
        return
    for each in found:
        last = "never" if each.succeeded_at is None else moments.written(each.succeeded_at)
        state = f"FAILS: {each.failure}" if each.is_failing else "well"
        typer.echo(f"{each.name}: last success {last}, every {_written(each.every)}; {state}")
    if not found:
        typer.echo("No backup was ever noted: kiezbox backup run --help")


@app.command(epilog=command_line.examples("kiezbox backup forget weekly"))
def forget(name: NameArgument, *, data: RunningUpDataOption = Path("data")) -> None:
    """Forget a backup that is not made any more: nobody misses it from now on."""
    if not asyncio.run(_forget(startup.begin_beside(data).database, name)):
        raise OperatorError(f"no backup {name} was ever noted", "kiezbox backup list shows those that were")
    typer.echo(f"The backup {name} is forgotten.")


# -- the program -------------------------------------------------------------------------------------------------------


def _ended(command: Sequence[str]) -> tuple[int, str | None]:
    """The program's exit code, and why it failed; what it writes goes where ours goes."""
    program = Path(command[0]).name
    try:
        running = subprocess.Popen(command, stderr=subprocess.PIPE)  # noqa: S603 -- the operator's own command
    except OSError as error:
        text = f"{program} cannot be started: {error.strerror}"
        process.explain(OperatorError(text, "name the program with its whole path: cron has a short PATH"))
        return _NOT_STARTED_EXIT, text

    def end(number: int, _frame: FrameType | None) -> None:
        running.send_signal(number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        said = _passed_on(running)
        code = running.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if code == 0:
        return 0, None
    how = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
    return (128 - code if code < 0 else code), f"{program} {how}{f': {said}' if said else ''}"


def _passed_on(running: subprocess.Popen[bytes]) -> str:
    """Pass on what the program says on standard error. Returns the last line of it, without passwords."""
    assert running.stderr is not None  # as it is started
    tail = b""
    with running.stderr as said:
        while data := said.read1(_TAIL_BYTES):  # type: ignore[attr-defined]  # it is a BufferedReader
            sys.stderr.buffer.write(data)
            sys.stderr.buffer.flush()
            tail = (tail + data)[-_TAIL_BYTES:]
    lines = [line for line in tail.decode(errors="replace").splitlines() if line.strip()]
    return _PASSWORD.sub("***", lines[-1].strip()) if lines else ""


def _span(text: str) -> timedelta | None:
    if not text:
        return None
    found = _SPAN.fullmatch(text)
    if found is None or int(found[1]) == 0:
        raise OperatorError(f"--every {text!r} is no time", "write 24h or 7d")
    return timedelta(hours=int(found[1]) * _HOURS[found[2]])


def _written(every: timedelta) -> str:
    hours = round(every.total_seconds() / 3600)
    return f"{hours // 24}d" if hours > 24 and hours % 24 == 0 else f"{hours}h"  # noqa: PLR2004 -- hours of a day


def _as_json(found: BackupState) -> dict[str, Any]:
    return {
        "name": found.name,
        "every_seconds": found.every.total_seconds(),
        "succeeded_at": None if found.succeeded_at is None else moments.written(found.succeeded_at),
        "failed_at": None if found.failed_at is None else moments.written(found.failed_at),
        "failures": found.failures,
        "failure": found.failure,
        "failing": found.is_failing,
    }


# -- the database ------------------------------------------------------------------------------------------------------


def _is_noted(database: DatabaseSettings, name: str, every: timedelta | None, failure: str | None) -> bool:
    """Note how a backup ended; False, and said why, when that cannot be. The backup is what counts: it is made."""
    try:
        asyncio.run(_note(database, name, every, failure))
    except (Unavailable, OperatorError) as error:  # the second: before `kiezbox migrate`, or of another version
        process.explain(OperatorError(f"how the backup ended cannot be noted: {error}", "kiezbox doctor"))
        return False
    return True


async def _note(database: DatabaseSettings, name: str, every: timedelta | None, failure: str | None) -> None:
    async with db.connect(database, "kiezbox-backup") as connection:
        await migrate.verify(connection)
        await backups.note(connection, name, every, failure)


async def _read(database: DatabaseSettings) -> list[BackupState]:
    async with db.connect(database, "kiezbox-backup") as connection:
        await migrate.verify(connection)
        return await backups.read(connection)


async def _forget(database: DatabaseSettings, name: str) -> bool:
    async with db.connect(database, "kiezbox-backup") as connection:
        await migrate.verify(connection)
        return await backups.forget(connection, name)
