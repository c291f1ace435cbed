"""Readings from before 0028_stored_reading become integers: day by day, the oldest first; `reading` has all meanwhile.

How far it came is a row of the table `conversion`, which moves in the transaction that writes the readings: whatever
ends this process, the next round goes on from there. Nobody writes to `reading_before` any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from kiezbox import db, metrics, sql
from kiezbox.errors import Unavailable
from storage import policies
from storage.migrate import Tier

if TYPE_CHECKING:
    from kiezbox.db import Connection

log = logging.getLogger(__name__)

_DAY = timedelta(days=1)
_SLICE_FIRST, _SLICE_MIN = timedelta(hours=1), timedelta(minutes=5)
# About so long a transaction is to take: it holds nobody up, but what it did is lost when the process is killed.
_SECONDS_SHORT, _SECONDS_LONG = 2.0, 10.0
_LOCK_TIMEOUT = "2s"  # for what waits for all readers, and whom all new readers wait for
_AGAIN_SECONDS = 10.0
_SAID_EVERY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Progress:
    """What is left to convert."""

    since: datetime | None  # of what was measured before, all is converted; None: nothing is yet
    closed_until: datetime | None  # days before are whole: their rollups are made of what was converted
    newest_at: datetime | None
    began_at: datetime
    readings: int  # converted so far
    bytes_before: int  # of all of them, when it began

    @property
    def is_to_close(self) -> bool:
        """Whether a day is converted, and what follows from that is still to be done."""
        return self.since is not None and self.since == _midnight(self.since) and self.since != self.closed_until

    def days_left(self, oldest: datetime | None = None) -> int | None:
        """Days between what is converted and the newest of them; None while nobody knows where it begins."""
        since = self.since or oldest
        if since is None or self.newest_at is None:
            return None
        return max(0, (self.newest_at - since) // _DAY + 1)


async def read(connection: Connection) -> Progress | None:
    """How far it is; None when nothing is left to convert."""
    row = await connection.fetchrow(_sql("conversion_state"))
    if row is None:
        return None
    return Progress(
        row["since"], row["closed_until"], row["newest_at"], row["began_at"], row["converted"], row["bytes_before"]
    )


def need_of(progress: Progress, tier: Tier) -> str:
    """What the conversion needs of the database's disk, in words, before it begins."""
    if tier is Tier.PLAIN:
        return f"up to {progress.bytes_before / 1e9:.1f} GB more until it is done, which come free then"
    if tier is Tier.APACHE:
        return "as much more as the largest day takes: each day's old rows go as soon as it is converted"
    return "as much more as the largest day takes uncompressed; afterwards readings take half of what they take now"


async def converted_before(connection: Connection, before: datetime) -> datetime | None:
    """The same moment, or the earlier one until which readings are converted; None: none are yet."""
    found: datetime | None = await connection.fetchval(_sql("converted_before"), before)
    return found


class Conversion:
    """Converts over one connection, which holds the lock of maintenance.py. As of `now` old days become columns."""

    def __init__(self, connection: Connection, tier: Tier, now: datetime, stop: asyncio.Event) -> None:
        self._connection = connection
        self._tier = tier
        self._now = now
        self._stop = stop
        self._slice = _SLICE_FIRST
        self._is_hypertable = False

    async def run(self, seconds: float) -> None:
        """Convert a part, and more for that long or until all is done. Safe to end anywhere and to run again."""
        until, said_at = time.monotonic() + seconds, time.monotonic()
        progress = await read(self._connection)
        if progress is not None and self._tier is not Tier.PLAIN:
            self._is_hypertable = await self._connection.fetchval(_sql("conversion_is_chunked"))
        while progress is not None and not self._stop.is_set():
            since = await self._oldest(progress)
            metrics.CONVERSION_DAYS_LEFT.set(progress.days_left(since) or 0)
            if progress.since is not None and progress.is_to_close:
                await self._close(progress.since)
            elif since is None:
                await self._finish()
            else:
                await self._convert(since)
            progress = await read(self._connection)
            if time.monotonic() >= until:
                break
            if progress is not None and time.monotonic() - said_at > _SAID_EVERY_SECONDS:
                said_at = time.monotonic()
                log.info(
                    "readings are being converted",
                    extra={"until": progress.since, "readings": progress.readings, "days_left": progress.days_left()},
                )
        if progress is None:
            metrics.CONVERSION_DAYS_LEFT.set(0)

    async def _oldest(self, progress: Progress) -> datetime | None:
        """Where to go on: nothing that is not converted is older. None when nothing is left."""
        name = "conversion_oldest_chunk" if self._is_hypertable else "conversion_oldest"
        oldest: datetime | None = await self._connection.fetchval(_sql(name), progress.since)
        if oldest is None:
            return None
        return max(_midnight(oldest), progress.since or _midnight(oldest))

    async def _convert(self, since: datetime) -> None:
        """A part of a day, as large as a transaction should be."""
        end = min(since + self._slice, _midnight(since) + _DAY)
        started = time.monotonic()
        source = "convert_chunk" if self._is_hypertable else "convert_rows"
        row = await self._connection.fetchrow(_sql("convert").replace("{old}", _sql(source)), since, end)
        assert row is not None
        if row["moved"] != row["found"]:
            # Ingest finds what lies in reading_before, so that is what a second writer without that did.
            log.warning(
                "some readings were stored again before they were converted: the later ones stay",
                extra={"readings": row["found"] - row["moved"], "since": since, "until": end},
            )
        self._adapt(time.monotonic() - started, is_whole=end - since == self._slice)

    def _adapt(self, seconds: float, *, is_whole: bool) -> None:
        if seconds > _SECONDS_LONG:
            self._slice = max(self._slice / 2, _SLICE_MIN)
        elif seconds < _SECONDS_SHORT and is_whole:
            self._slice = min(self._slice * 2, _DAY)

    async def _close(self, end: datetime) -> None:
        """The day until then is converted: it becomes columns, rollups are made of it, and its old chunk goes."""
        start = end - _DAY
        if self._tier is Tier.COMMUNITY:
            if end <= self._now - policies.COMPRESS_AFTER:
                await self._connection.execute(_sql("compress_day"), start, end)
            await policies.refresh(self._connection, start, end)
        await self._connection.execute(_sql("close_day"), end)
        if self._is_hypertable:
            await self._locking(_sql("drop_converted"), end)  # if somebody reads it still, it goes after the next day

    async def _finish(self) -> None:
        await self._connection.execute("UPDATE conversion SET converted_until = 'infinity'")
        if await self._locking("SELECT finish_conversion()"):
            log.info("all readings are converted")
        else:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN_SECONDS):
                    await self._stop.wait()

    async def _locking(self, statement: str, *args: datetime) -> bool:
        """Run what waits for all readers, unless one of them takes long: new ones would have to wait as well."""
        try:
            with db.errors():
                async with self._connection.transaction():
                    await self._connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
                    await self._connection.execute(statement, *args)
        except Unavailable as error:
            if self._connection.is_closed():
                raise
            log.info("somebody reads what was converted, it goes later", extra={"error": error})
            return False
        return True


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _sql(name: str) -> str:
    return sql.load("storage", name)
