"""`kiezbox database`: the roles with which processes log in, and the time zone of daily values."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote, urlsplit

import typer

from kiezbox import db
from kiezbox.errors import OperatorError
from stack import command_line, reader_role, startup
from storage import migrate, roles, rollups
from storage.rights import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiezbox.settings import DatabaseSettings
    from storage.roles import Standing

_PASSWORD_BYTES = 24
# The setting that takes a role's URL, and of which processes.
_SETTINGS = {
    Role.INGEST: ("KIEZBOX_DATABASE_URL", "kiezbox ingest"),
    Role.API: ("KIEZBOX_DATABASE_URL", "kiezbox api"),
    Role.WRITER: ("KIEZBOX_DATABASE_WRITE_URL", "kiezbox api, as well"),
    Role.MAINTAIN: ("KIEZBOX_DATABASE_URL", "kiezbox maintain"),
}

app = command_line.app(
    "database",
    no_args_is_help=True,
    help="The database's roles, one for each process, and the time zone of its days.",
)


@app.callback()
def database() -> None:
    """The database's roles, one for each process, and the time zone of its days."""


@app.command(epilog=command_line.examples("kiezbox database zone", "kiezbox database zone Europe/Lisbon"))
def zone(
    name: Annotated[
        str | None, typer.Argument(help="A time zone of the IANA database; without it the present one is shown.")
    ] = None,
) -> None:
    """Show or change the time zone whose days reading_1d has: daily means, limits and exceedances go by it.

    After a change all daily values are made anew of the hours, which takes seconds for a year of a few boxes and some
    minutes for hundreds. Answers are right at once, and as fast as before when it is done. It can be ended and run
    again at any time.
    """
    found = startup.begin().database
    if name is None:
        typer.echo(asyncio.run(present_zone(found)))
    else:
        typer.echo(asyncio.run(change_zone(found, name)))


async def present_zone(settings: DatabaseSettings) -> str:
    """The zone of daily values. Raises OperatorError, Unavailable."""
    async with db.connect(settings, "kiezbox-database") as connection:
        await migrate.verify(connection)
        found: str = await connection.fetchval("SELECT name FROM civil_zone")
        return found


async def change_zone(settings: DatabaseSettings, name: str) -> str:
    """Let the days be those of another zone; what happened, in words. Raises OperatorError, Unavailable."""
    async with db.connect(settings, "kiezbox-database") as connection:
        await migrate.verify(connection)
        try:
            before = await rollups.set_zone(
                connection, name, lambda until: typer.echo(f"days are made until {until:%Y-%m-%d}", err=True)
            )
        except db.Forbidden as error:
            raise OperatorError(
                f"this role may not change the time zone: {db.describe(error)}",
                "use the KIEZBOX_DATABASE_URL of the tables' owner",
            ) from None
    if before == name:
        return f"days were those of {name} already"
    return f"days are those of {name} now; they were those of {before}"


@app.command(
    name="roles",
    epilog=command_line.examples(
        "kiezbox database roles",
        "KIEZBOX_DATABASE_URL=postgresql://postgres@db/kiezbox kiezbox database roles --apply",
    ),
)
def roles_(
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Run it, with a superuser's KIEZBOX_DATABASE_URL, instead of printing it.")
    ] = False,
) -> None:
    """Print the SQL that splits an installation with one role, or run it. Safe to run again.

    With --apply each new role gets a password, which is shown this once with the settings for its process. Processes
    that are not given their role go on with the one that they have. kiezbox migrate grants what later versions need.
    """
    found = startup.begin().database
    if apply:
        made = asyncio.run(split(found))
        typer.echo(describe(made))
    else:
        typer.echo(asyncio.run(script(found)))


@dataclass(frozen=True, slots=True)
class Split:
    """What a run did: the URL of each new role, and the number of rights that changed."""

    urls: Mapping[Role, str]
    changes: int


async def script(settings: DatabaseSettings) -> str:
    """The SQL for psql that makes what is missing. Raises OperatorError, Unavailable."""
    async with db.connect(settings, "kiezbox-database") as connection:
        state = await _standing(connection)
    lines = [
        "-- As superuser, in Kiezbox's database: psql -X -v ON_ERROR_STOP=1 --single-transaction -f FILE kiezbox",
        *(f"{statement};" for statement in roles.creation(state.missing, state.owner)),
        "-- Then as the owner of the tables, which grants each role what it needs: kiezbox migrate",
        *(f"-- A password for {role}, in psql: \\password {role}" for role in state.missing if role in _SETTINGS),
    ]
    return "\n".join(lines)


async def split(settings: DatabaseSettings) -> Split:
    """Make the roles that are missing, with passwords, and grant what each needs. Raises OperatorError, Unavailable."""
    async with db.connect(settings, "kiezbox-database") as connection:
        try:
            state = await _standing(connection)
            async with connection.transaction():
                made = await roles.make(connection, state.owner)
                passwords = {role: secrets.token_urlsafe(_PASSWORD_BYTES) for role in made if role in _SETTINGS}
                for role, password in passwords.items():
                    # A verifier instead of the password: this statement may end up in the server's log.
                    await connection.execute(f"ALTER ROLE {role} PASSWORD '{reader_role.verifier(password)}'")
                changes = await roles.apply(connection, await migrate.detect_tier(connection))
        except db.Forbidden as error:
            raise OperatorError(
                f"this role may not make roles: {db.describe(error)}",
                f"run it with a superuser's KIEZBOX_DATABASE_URL, or let one run what this prints: {roles.COMMAND}",
            ) from None
    url = settings.url.get_secret_value()
    return Split({role: with_role(url, role, password) for role, password in passwords.items()}, len(changes))


async def _standing(connection: db.Connection) -> Standing:
    if await connection.fetchval("SELECT to_regclass('schema_migration') IS NULL OR to_regclass('box') IS NULL"):
        raise OperatorError("the database has no Kiezbox schema yet", f"run: {migrate.COMMAND}")
    return await roles.standing(connection, await migrate.detect_tier(connection))


def with_role(url: str, role: str, password: str) -> str:
    """A database URL with another user and password."""
    parts = urlsplit(url)
    where = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{role}:{quote(password, safe='')}@{where}").geturl()


def describe(made: Split) -> str:
    """What was done, and the settings of the processes whose roles are new. Shows their passwords."""
    lines = [f"{made.changes} changes of rights" if made.changes else "every role may what it needs, and nothing else"]
    if not made.urls:
        return "\n".join([*lines, "no role is new: passwords stay as they are"])
    lines += ["", "New roles. Their passwords are shown this once; set them where the process reads its settings:"]
    for role, url in made.urls.items():
        name, process = _SETTINGS[role]
        lines += [f"  # {process}", f"  {name}={url}"]
    return "\n".join([*lines, "", "kiezbox migrate and operators' commands keep the URL of the owner."])
