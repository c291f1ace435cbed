"""How many messages wait because the hub's clock is behind (ingest/hub_clock.py), asked every few seconds."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from api.database import Row
from kiezbox import process, sql
from kiezbox.errors import Unavailable

log = logging.getLogger(__name__)

READ_SECONDS = 5.0  # how often the database is asked

Fetch = Callable[[str], Awaitable[Sequence[Row]]]


class ClockWatch:
    """The database's last answer, from memory. While the database is away, that stays as it is."""

    def __init__(self, fetch: Fetch, read_seconds: float = READ_SECONDS) -> None:
        self._fetch = fetch
        self._read_seconds = read_seconds
        self.waiting = 0  # messages

    async def run(self) -> None:
        """Read for as long as the process runs, through every outage of the database."""

        async def read_repeatedly(recovered: Callable[[], None]) -> None:
            while True:
                (row,) = await self._fetch(sql.load("api.health", "clock_waiting"))
                self.waiting = row["messages"]
                recovered()
                await asyncio.sleep(self._read_seconds)

        await process.retry_forever(read_repeatedly, on=Exception, say=_say)


def _say(error: Exception) -> None:
    if not isinstance(error, Unavailable):  # the feed says that the database is away; anything else is a bug
        log.error("it cannot be read how many messages wait for the clock", exc_info=error)
