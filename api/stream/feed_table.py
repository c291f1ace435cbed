"""The feed table: committed batches, read in an order in which no later commit can be missed."""

import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from api.database import Row, of_public_boxes
from api.stream.batch import Batch, Series
from api.stream.position import FeedPosition
from devices import packed
from kiezbox import sql
from kiezbox.settings.http import PublicBoxes

log = logging.getLogger(__name__)

Fetch = Callable[..., Awaitable[Sequence[Row]]]

KEPT = timedelta(hours=1)  # ingest deletes what is older
_SURELY_KEPT_S = int((KEPT - timedelta(minutes=5)).total_seconds())
_SERIES_SECONDS = 15.0  # series are read again after this time: a box may get another district


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Some rows in order. Whatever was committed before `horizon` could be read."""

    batches: Sequence[Batch]
    horizon: FeedPosition


@dataclass(frozen=True, slots=True)
class Gap:
    """Readings that were committed between these times may be missing; `since` None: the begin is not known."""

    since: datetime | None
    until: datetime
    detail: str


class FeedTable:
    """Reads the feed table with the `fetch` that the caller passes, and caches series: those of public boxes."""

    def __init__(self, public_boxes: PublicBoxes | None = None) -> None:
        self._series_sql = of_public_boxes(sql.load("api.stream", "series"), public_boxes)
        self._series: dict[int, Series | None] = {}  # None: nobody may see its box
        self._series_until = 0.0
        self._version: int | None = None  # of what was public when they were read

    async def read(self, fetch: Fetch, since: FeedPosition, until: FeedPosition | None, limit: int) -> FeedPage:
        """At most `limit` rows between two positions. `since` may lie inside the first row. Raises Unavailable.

        Concurrent writers commit in any order, so neither the id nor the time of a row says that none will appear
        before it. Rows are read by (transaction, id), and only those of transactions older than every running one. A
        writing transaction that stays open, in any database of the server, therefore holds the stream back until it
        ends.
        """
        rows = await fetch(
            sql.load("api.stream", "feed"),
            str(since.tx),
            since.row,
            None if until is None else str(until.tx),
            None if until is None else until.row,
            limit,
        )
        horizon = FeedPosition(rows[0]["horizon"], 0, 0, int(rows[0]["now"].timestamp()))
        full = [(row, packed.unpack(row["readings"])) for row in rows if row["id"] is not None]
        self._forget_hidden(rows[0]["version"])
        series = await self._resolve(fetch, {reading.series for _, readings in full for reading in readings})
        now = datetime.now(UTC)
        return FeedPage([Batch(row, readings, series, now) for row, readings in full], horizon)

    async def gap(self, fetch: Fetch, position: FeedPosition) -> Gap | None:
        """What came after this position and is no longer in the feed; None: everything is there. Raises Unavailable."""
        (row,) = await fetch(sql.load("api.stream", "feed_retention"), str(position.tx), position.last_row)
        now: datetime = row["now"]
        if position.tx > row["horizon"]:
            return Gap(None, now, "This event id is from another database, or from before it was restored.")
        is_kept = row["kept"] if position.last_row else now.timestamp() - position.at < _SURELY_KEPT_S
        if is_kept:
            return None
        return Gap(
            position.time, row["oldest"] or now, "This event id is older than what the stream keeps, which is an hour."
        )

    def _forget_hidden(self, version: int | None) -> None:
        """Have series read again when other boxes are public now than when they were read."""
        if version != self._version:
            self._version, self._series_until = version, 0.0

    async def _resolve(self, fetch: Fetch, wanted: Iterable[int]) -> Mapping[int, Series]:
        """These series, as far as the database knows them and their boxes are public, and perhaps others."""
        if time.monotonic() > self._series_until:
            self._series = {}
            self._series_until = time.monotonic() + _SERIES_SECONDS
        known = self._series  # another one may stand there once these are read: what was public goes with this one
        wanted = set(wanted)
        missing = wanted - known.keys()
        if missing:
            known |= {row["id"]: _series(row) for row in await fetch(self._series_sql, sorted(missing))}
        unknown = wanted - known.keys()
        if unknown:
            log.error("the feed names series that do not exist", extra={"series": sorted(unknown)})
        return {number: series for number, series in known.items() if series is not None}


def _series(row: Row) -> Series | None:
    """A series; None when its box is not public."""
    if row["box"] is None:
        return None
    return Series(row["box"], row["source"], row["quantity"], row["unit"], row["district"])
