"""What boxes measured in the last 24 full hours. It is dear to read and changes seldom, so it is read by itself."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from kiezbox import process, sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.database import Database, Row
    from api.site.city.quantities import Shown

KEPT = timedelta(seconds=5)
KEPT_MEANWHILE = timedelta(seconds=10)  # while it is read anew; what is late is on the pages within 15 s

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Rows of hours.sql by series, and when they were asked for."""

    rows: Mapping[int, Row]
    asked_at: datetime

    def is_good(self, now: datetime, within: timedelta) -> bool:
        """Whether they are of the same 24 hours, and not older than that."""
        return _hour(self.asked_at) == _hour(now) and timedelta() <= now - self.asked_at < within


class HourMeans:
    """The rows of hours.sql for each quantity, for some seconds."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._reading: dict[str, asyncio.Task[_Kept]] = {}

    async def of(self, database: Database, shown: Shown, boxes: Sequence[str]) -> Mapping[int, Row]:
        """The rows of these boxes by series; none for a quantity of which the newest value counts. Raises Unavailable.

        A box that came since they were read is missing. Nobody waits for them again whose page may still show the ones
        before.
        """
        if shown.statistic == "newest":
            return {}
        now, kept = datetime.now(UTC), self._kept.get(shown.key)
        if kept is not None and kept.is_good(now, KEPT):
            return kept.rows
        task = self._reading.get(shown.key)
        if task is None:
            task = asyncio.create_task(self._read(database, shown, boxes, now), name=f"hours {shown.key}")
            self._reading[shown.key] = task
            task.add_done_callback(lambda done: self._finish(shown.key, done))
        if kept is not None and kept.is_good(now, KEPT_MEANWHILE):
            return kept.rows
        return (await asyncio.shield(task)).rows

    async def _read(self, database: Database, shown: Shown, boxes: Sequence[str], now: datetime) -> _Kept:
        rows = await database.fetch(sql.load("api.site.city", "hours"), boxes, list(shown.names))
        self._kept[shown.key] = _Kept({row["series"]: row for row in rows}, now)
        return self._kept[shown.key]

    def _finish(self, key: str, done: asyncio.Task[_Kept]) -> None:
        self._reading.pop(key, None)
        error = None if done.cancelled() else done.exception()
        if isinstance(error, Exception):  # who waits for it, or asks next, gets it too
            _log.debug("the means of %s were not read: %s", key, process.describe(error))


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
