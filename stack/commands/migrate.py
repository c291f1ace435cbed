"""`kiezbox migrate`: brings the schema up to date, and can wait for a database that is starting."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Annotated

import typer

from kiezbox import db
from kiezbox.errors import OperatorError, Unavailable
from stack import command_line, configuration, startup
from storage import conversion, roles
from storage import migrate as schema

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.5

app = command_line.app("migrate")


@app.command(
    epilog=command_line.examples(
        "kiezbox migrate",
        "KIEZBOX_DATABASE_URL=postgresql://kiezbox:secret@db.example.org/kiezbox kiezbox migrate --wait 60",
    )
)
def migrate(
    *,
    wait: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="Wait this long for a database that does not answer yet.")
    ] = 0.0,
) -> None:
    """Bring the database's schema up to date. Safe to run twice, and by several at once.

    Then each database role is given what it needs, and nothing else. A database that is newer than this program is
    refused.
    """
    settings = startup.begin()
    outcome = asyncio.run(bring_up_to_date(settings.database, wait))
    left = asyncio.run(_left_to_convert(settings.database, outcome.tier))
    typer.echo(f"tier     {outcome.tier}")
    typer.echo(f"applied  {', '.join(outcome.applied) or 'nothing: it is up to date'}")
    if outcome.pending:
        typer.echo(f"pending  {', '.join(outcome.pending)} (run when the server has TimescaleDB)")
    if left:
        typer.echo(f"convert  {left}")


async def _left_to_convert(database: DatabaseSettings, tier: schema.Tier) -> str:
    """What maintenance has yet to convert, in words, and what that needs; nothing when all is converted."""
    async with db.connect(database, "kiezbox-migrate") as connection:
        progress = await conversion.read(connection)
    if progress is None:
        return ""
    return (
        f"kiezbox maintain converts {progress.bytes_before / 1e9:.1f} GB of readings day by day, and all goes on;"
        f" the database's disk needs {conversion.need_of(progress, tier)}"
    )


async def bring_up_to_date(database: DatabaseSettings, wait_seconds: float) -> schema.Outcome:
    """Run the migrations that have not run yet. Raises OperatorError when the database stays away or refuses."""
    where = configuration.masked(database.url)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_seconds
    is_said = False
    while True:
        try:
            async with db.connect(database, "kiezbox-migrate") as connection:
                outcome = await schema.apply(connection)
                await roles.apply(connection, outcome.tier)
                return outcome
        except Unavailable as error:
            if loop.time() >= deadline:
                raise OperatorError(
                    f"the database does not answer: {where}: {error.hint}",
                    "start it or set KIEZBOX_DATABASE_URL; --wait 60 waits for one that is starting",
                ) from None
            if not is_said:
                log.info("waiting for the database", extra={"database": where, "seconds": wait_seconds})
                is_said = True
        except db.Forbidden as error:
            raise OperatorError(
                f"this role may not change the schema: {db.describe(error)}",
                "migrate with the role that owns the database (KIEZBOX_DATABASE_URL); if it does, a superuser has to"
                f" run: {roles.COMMAND} --apply",
            ) from None
        await asyncio.sleep(_POLL_SECONDS)
