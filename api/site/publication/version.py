"""A number that grows with each change of what everybody may see of boxes; what is kept is kept with it.

Each request asks the database for it, a few dozen times a second at most for all of them: one row is quicker to read
than anything that is kept is to make. A message from the database would come late, or where it is a standby or behind a
pooler, never.
"""

from __future__ import annotations

import asyncio
import logging
from time import monotonic
from typing import TYPE_CHECKING

from api.assembly import AppKey
from kiezbox import sql
from kiezbox.errors import Unavailable

if TYPE_CHECKING:
    from api.database import Database

APART_S = 0.02  # between two questions to the database, however many ask
WAIT_S = 1.0  # a database that hangs is as good as away
_log = logging.getLogger(__name__)


class PublicVersion:
    """The number as one application knows it."""

    def __init__(self) -> None:
        self._known: int | None = None
        self._next: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._asked_at = float("-inf")

    async def now(self, database: Database) -> int | None:
        """The number as of after this call; that of before while the database is away, None where it never answered.

        Pages then show what was public before, and say that it is away: nobody can hide a box in a database that does
        not answer, unless it is we alone who do not reach it.
        """
        task = self._next
        if task is None:  # one that waits for its turn will be asked after this call; one that is being asked may not
            task = self._next = asyncio.create_task(self._read(database), name="version of what is public")
        done, _ = await asyncio.wait((task,), timeout=WAIT_S)
        for each in done:
            each.result()  # what nobody expects is no outage, and must not let that of before count for ever
        return self._known

    async def _read(self, database: Database) -> None:
        async with self._turn:
            await asyncio.sleep(max(0.0, self._asked_at + APART_S - monotonic()))
            self._next = None
            self._asked_at = monotonic()
            try:
                rows = await database.fetch(sql.load("api.site.publication", "version"))
            except Unavailable:
                _log.debug("whether other boxes are public now is not known", exc_info=True)
            else:
                self._known = rows[0]["version"] if rows else 0


PUBLIC_VERSION = AppKey[PublicVersion]("public_version")
