"""A whole range of readings in pages: short statements, one after the other, each continues where the one before ended.

No cursor stays open in the database. A phone that takes an hour for a download would otherwise hold a connection of the
pool for that hour, and keep the database from vacuuming.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

from api.database import Database, Row
from api.readings import filters
from kiezbox import sql

PAGE_ROWS = 5_000


async def pages(
    database: Database, download_slots: asyncio.Semaphore, query: filters.Readings
) -> AsyncIterator[Sequence[Row]]:
    """Readings in the order of (measured_at, series), at most PAGE_ROWS at a time, each stored reading exactly once.

    A page is read when it is asked for, with one of `download_slots`. Raises Unavailable.
    """
    after: tuple[object, object] = (None, None)
    while True:
        async with download_slots:
            rows = await database.fetch(
                sql.load("api.readings", "readings"),
                *(query.box, query.quantity, query.source, query.districts),
                *(query.from_, query.to),
                *after,
                PAGE_ROWS,
                PAGE_ROWS,
            )
        if not rows:
            return
        yield rows
        last = rows[-1]
        if len(rows) < PAGE_ROWS and not last["cut"]:
            return
        after = (last["measured_at"], last["series"])
