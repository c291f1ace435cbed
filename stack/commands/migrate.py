"""`kiezbox migrate`: the schema brought up to date, with patience for a database that is only starting."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from kiezbox import db
from kiezbox.errors import OperatorError, Unavailable
from stack.commands import settings
from storage import migrate

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.5


async def bring_up_to_date(database: DatabaseSettings, wait_seconds: float) -> migrate.Outcome:
    """Run what has not run yet. Raises OperatorError when the database stays away or refuses."""
    where = settings.masked(database.url)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_seconds
    is_said = False
    while True:
        try:
            async with db.connect(database, "kiezbox-migrate") as connection:
                return await migrate.apply(connection)
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
                "migrate with the role that owns the database (KIEZBOX_DATABASE_URL)",
            ) from None
        await asyncio.sleep(_POLL_SECONDS)
