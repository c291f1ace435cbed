"""Hours and days, stored once they are over: made of five minutes and of hours, and made anew when readings come late.

Until an hour or a day is stored, the views compute it. So what is stored only saves time, and may be missing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from kiezbox import sql
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kiezbox.db import Connection

_sql = partial(sql.load, "storage")
log = logging.getLogger(__name__)

_SETTLED = timedelta(minutes=15)  # after an hour: most of what a box sends late has come by then
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_DAYS_AT_ONCE = 7
_LATE_AT_ONCE = 500
_WAIT_SECONDS = 10.0
_LOOK_SECONDS = 0.05
_SAY_SECONDS = 30.0


class RollupMaker:
    """Makes hours and days over one connection, which holds the lock of maintenance.py."""

    def __init__(self, connection: Connection, stop: asyncio.Event) -> None:
        self._connection = connection
        self._stop = stop
        self._said_at = time.monotonic()
        self._is_gap = True  # whether the last day that was looked at had no hours

    async def run(self, now: datetime) -> None:
        """Store every hour and day that is over at `now`, and make those anew that got readings since."""
        until = await self._begin_late(hour_of(now - _SETTLED))
        if until is not None:
            while not self._stop.is_set() and await self._store_hours(until):
                pass
        await self.remake_late()
        for is_utc in (False, True):
            while not self._stop.is_set() and await self.store_days(is_utc=is_utc):
                pass

    async def remake_late(self) -> None:
        """Make the hours anew that got readings since they were stored, with their days."""
        while not self._stop.is_set() and await self._remake_late():
            pass

    async def _begin_late(self, until: datetime) -> datetime | None:
        """Until when hours may be stored: from then on every writer notes what is late for them. None: they wait.

        Who began to write before could not know that its readings would be late, so nothing is stored until all of
        those have ended.
        """
        await self._connection.execute(_sql("begin_late"), until)
        transaction = await self._connection.fetchval(_sql("next_transaction"))
        started = time.monotonic()
        while not await self._connection.fetchval(_sql("is_seen_by_all"), transaction):
            if time.monotonic() - started > _WAIT_SECONDS or self._stop.is_set():
                log.warning("hours wait to be stored until an older transaction has ended")
                return None
            await asyncio.sleep(_LOOK_SECONDS)
        async with self._connection.transaction():
            late_before: datetime = (await self._progress())["late_before"]
        return late_before

    async def _progress(self) -> Mapping[str, Any]:
        """How far everything is stored; nobody else changes it before this transaction ends."""
        progress = await self._connection.fetchrow(_sql("select_progress"))
        assert progress is not None
        return dict(progress)

    async def _store_hours(self, until: datetime) -> bool:
        """The next day of hours, to the next midnight of UTC at most; whether there may be more."""
        async with self._connection.transaction():
            since: datetime = (await self._progress())["hours_until"]
            if since >= until:
                return False
            if self._is_gap:  # also at the beginning, when it is long ago
                first = await self._connection.fetchval(_sql("first_hour"), since)
                since = until if first is None else min(max(first, since), until)
            end = min(_day_after(since), until)
            hours = await self._connection.fetchval(_sql("make_hours"), since, end)
            await self._connection.execute(_sql("set_hours"), end)
        self._is_gap = not hours
        if time.monotonic() - self._said_at > _SAY_SECONDS:
            self._said_at = time.monotonic()
            log.info("hours are being stored", extra={"until": end, "hours": hours})
        return end < until

    async def _remake_late(self) -> bool:
        """Some of the hours that got readings since they were stored, with their days; whether there may be more."""
        async with self._connection.transaction():
            await self._progress()
            late = await self._connection.fetch(_sql("take_late_hours"), _LATE_AT_ONCE)
            if not late:
                return False
            series, hours = [row["series"] for row in late], [row["bucket"] for row in late]
            await self._connection.execute(_sql("remake_hours"), series, hours)
            await self._remake_days(series, hours)
        return len(late) == _LATE_AT_ONCE

    async def fold_hours(self, before: datetime, limit: int) -> int:
        """Late readings from before, of which not even five minutes are left, go into their hours. How many they were.

        At most `limit` at once; call it until it returns less.
        """
        async with self._connection.transaction():
            rows = await self._connection.fetch(_sql("fold_hours"), before, limit)
            if rows:
                await self._remake_days([row["series"] for row in rows], [row["bucket"] for row in rows])
        return sum(row["rows"] for row in rows)

    async def _remake_days(self, series: Sequence[int], hours: Sequence[datetime]) -> None:
        progress = await self._progress()
        for is_utc, zone, until in (
            (False, progress["zone"], progress["days_until"]),
            (True, "UTC", progress["utc_days_until"]),
        ):
            await self._connection.execute(_sql("remake_days"), series, hours, zone, is_utc, until)

    async def store_days(self, *, is_utc: bool) -> bool:
        """The next few days of the civil zone or of UTC, of the hours that are stored; whether there may be more."""
        async with self._connection.transaction():
            progress = await self._progress()
            zone = "UTC" if is_utc else progress["zone"]
            known, until = progress["utc_days_until" if is_utc else "days_until"], progress["hours_until"]
            since = await self._connection.fetchval(_sql("first_day"), zone, known)
            end = await self._connection.fetchval(_sql("whole_days"), zone, since or until, until, _DAYS_AT_ONCE)
            if end <= known:
                return False
            if since is not None:
                await self._connection.execute(_sql("make_days"), max(since, known), end, zone, is_utc)
            await self._connection.execute(_sql("set_days"), end, is_utc)
        return since is not None


async def set_zone(connection: Connection, name: str, say: Callable[[datetime], None]) -> str:
    """Make the days of another time zone the daily rollup, and store them anew; returns the zone of before.

    `say` is told until when days are stored. Until all are, they are computed while reading. Raises OperatorError for
    a name that is none.
    """
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = $1)", name):
        raise OperatorError(
            f"{name!r} is no time zone", "name one of the IANA database, as Europe/Berlin or UTC, in this spelling"
        )
    async with connection.transaction():
        progress = await connection.fetchrow(_sql("select_progress"))
        assert progress is not None
        before: str = progress["zone"]
        if before != name:
            await connection.execute(_sql("set_zone"), name)
    maker = RollupMaker(connection, asyncio.Event())
    while await maker.store_days(is_utc=False):
        say(await connection.fetchval("SELECT days_until FROM rollup_progress"))
    return before


def hour_of(moment: datetime) -> datetime:
    """The whole hour (UTC) at or before a moment."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _day_after(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
