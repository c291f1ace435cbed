"""The whole of a range in bounded pieces: short statements, one after the other, each from where the last one ended.

No cursor stays open on the server: a phone that takes an hour for a download would hold a connection of the pool, and
keep the database from cleaning up, for that hour.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

from api.database import Database, Row
from api.readings import filters
from kiezbox import sql

PIECE_ROWS = 5_000


async def pieces(
    database: Database, places: asyncio.Semaphore, query: filters.Readings
) -> AsyncIterator[Sequence[Row]]:
    """Readings in the order of (measured_at, series), at most PIECE_ROWS at a time, each stored one exactly once.

    Asks only when the next piece is wanted, and only while it has one of `places`. Raises Unavailable.
    """
    after: tuple[object, object] = (None, None)
    while True:
        async with places:
            rows = await database.fetch(
                sql.load("api.readings", "readings"),
                *(query.box, query.quantity, query.source, query.districts),
                *(query.from_, query.to),
                *after,
                PIECE_ROWS,
                PIECE_ROWS,
            )
        if not rows:
            return
        yield rows
        last = rows[-1]
        if len(rows) < PIECE_ROWS and not last["cut"]:
            return
        after = (last["measured_at"], last["series"])
