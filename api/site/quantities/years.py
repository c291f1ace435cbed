"""The years of all boxes, read once for all readers of some minutes: they change once a day."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from api.assembly import AppKey
from kiezbox import sql
from kiezbox.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.database import Database, Row
    from api.site.city.quantities import Shown

_KEPT_S = 600.0
_REMEMBERED_S = 86_400.0  # while the database is away


@dataclass(frozen=True, slots=True)
class Year:
    """Rows of days.sql and, of temperatures, of nights.sql."""

    days: Sequence[Row]
    nights: Sequence[Row]


class Years:
    """The newest year of each quantity."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, Year]] = {}
        self._reading: dict[str, asyncio.Task[Year]] = {}
        self._turn = asyncio.Lock()

    async def of(self, database: Database, shown: Shown, thresholds: Sequence[float]) -> Year:
        """What was measured in the last 365 days; as of before, while the database is away. Raises Unavailable."""
        known = self._found.get(shown.key)
        age_s = 0.0 if known is None else monotonic() - known[0]
        if known is not None and age_s <= _KEPT_S:
            return known[1]
        task = self._reading.get(shown.key)
        if task is None:
            task = asyncio.create_task(self._read(database, shown, thresholds), name=f"year of {shown.key}")
            self._reading[shown.key] = task
            task.add_done_callback(lambda _: self._reading.pop(shown.key, None))
        try:
            return await asyncio.shield(task)
        except Unavailable:
            if known is None or age_s > _REMEMBERED_S:
                raise
            return known[1]

    async def soon(self, database: Database, shown: Shown, thresholds: Sequence[float], wait_s: float) -> Year | None:
        """The same; None where it takes longer to read: whoever asks later has it. Raises Unavailable."""
        try:
            async with asyncio.timeout(wait_s):
                return await self.of(database, shown, thresholds)
        except TimeoutError:
            return None

    async def _read(self, database: Database, shown: Shown, thresholds: Sequence[float]) -> Year:
        async with self._turn:  # one at a time: each is large
            year = await _read(database, shown, thresholds)
        self._found[shown.key] = monotonic(), year
        return year


async def _read(database: Database, shown: Shown, thresholds: Sequence[float]) -> Year:
    names, load = list(shown.names), "api.site.quantities"
    days = await database.fetch(sql.load(load, "days"), names, list(thresholds), shown.quantity.decimals)
    is_warmth = shown.key == "temperature"
    return Year(days, await database.fetch(sql.load(load, "nights"), names) if is_warmth else ())


YEARS = AppKey[Years]("years")
