"""The years of all boxes, read once for all readers of some minutes: they change once a day."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from api.assembly import AppKey
from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.database import Database, Row
    from api.site.city.quantities import Shown

_KEPT_S = 600.0


@dataclass(frozen=True, slots=True)
class Year:
    """Rows of days.sql and, of temperatures, of nights.sql."""

    days: Sequence[Row]
    nights: Sequence[Row]


class Years:
    """The newest year of each quantity."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, Year]] = {}
        self._turn = asyncio.Lock()

    async def of(self, database: Database, shown: Shown, thresholds: Sequence[float]) -> Year:
        """What was measured in the last 365 days. Raises Unavailable."""
        async with self._turn:
            known = self._found.get(shown.key)
            if known is None or monotonic() - known[0] > _KEPT_S:
                known = monotonic(), await _read(database, shown, thresholds)
                self._found[shown.key] = known
            return known[1]


async def _read(database: Database, shown: Shown, thresholds: Sequence[float]) -> Year:
    names, load = list(shown.names), "api.site.quantities"
    days = await database.fetch(sql.load(load, "days"), names, list(thresholds), shown.quantity.decimals)
    is_warmth = shown.key == "temperature"
    return Year(days, await database.fetch(sql.load(load, "nights"), names) if is_warmth else ())


YEARS = AppKey[Years]("years")
