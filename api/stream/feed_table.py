"""The feed table: what was committed, read in an order that no commit can slip past."""

import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from api.database import Row
from api.stream.batch import Batch, Line
from api.stream.position import Position
from devices import packed
from kiezbox import sql

log = logging.getLogger(__name__)

Fetch = Callable[..., Awaitable[Sequence[Row]]]

KEPT = timedelta(hours=1)  # ingest deletes what is older
_SURELY_KEPT_S = int((KEPT - timedelta(minutes=5)).total_seconds())
_LINES_SECONDS = 60.0  # so long a box may keep its old district here


@dataclass(frozen=True, slots=True)
class Found:
    """Some rows in order. Everything before `horizon` was there to be read."""

    batches: Sequence[Batch]
    horizon: Position


@dataclass(frozen=True, slots=True)
class Gap:
    """Readings that were committed between these times may be missing; `since` None: it is not known since when."""

    since: datetime | None
    until: datetime
    detail: str


class FeedRows:
    """Reads the feed with whichever connection it is given, and remembers what series are."""

    def __init__(self) -> None:
        self._lines: dict[int, Line] = {}
        self._lines_until = 0.0

    async def read(self, fetch: Fetch, since: Position, until: Position | None, limit: int) -> Found:
        """At most `limit` rows from one place to another; the first one may be known in part. Raises Unavailable.

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
        horizon = Position(rows[0]["horizon"], 0, 0, int(rows[0]["now"].timestamp()))
        full = [(row, packed.unpack(row["readings"])) for row in rows if row["id"] is not None]
        lines = await self._resolve(fetch, {reading.series for _, readings in full for reading in readings})
        now = datetime.now(UTC)
        return Found([Batch(row, readings, lines, now) for row, readings in full], horizon)

    async def gap(self, fetch: Fetch, place: Position) -> Gap | None:
        """What a client that stopped at this place cannot get here any more; None: nothing. Raises Unavailable."""
        (row,) = await fetch(sql.load("api.stream", "feed_kept"), str(place.tx), place.last_row)
        now: datetime = row["now"]
        if place.tx > row["horizon"]:
            return Gap(None, now, "This event id is from another database, or from before it was restored.")
        is_kept = row["kept"] if place.last_row else now.timestamp() - place.at < _SURELY_KEPT_S
        if is_kept:
            return None
        return Gap(
            place.time, row["oldest"] or now, "This event id is older than what the stream keeps, which is an hour."
        )

    async def _resolve(self, fetch: Fetch, wanted: Iterable[int]) -> Mapping[int, Line]:
        """What these series are, as far as the database knows them."""
        if time.monotonic() > self._lines_until:
            self._lines = {}
            self._lines_until = time.monotonic() + _LINES_SECONDS
        wanted = set(wanted)
        missing = wanted - self._lines.keys()
        if missing:
            rows = await fetch(sql.load("api.stream", "lines"), sorted(missing))
            self._lines |= {
                row["id"]: Line(row["box"], row["source"], row["quantity"], row["unit"], row["district"])
                for row in rows
            }
        unknown = wanted - self._lines.keys()
        if unknown:
            log.error("the feed names series that do not exist", extra={"series": sorted(unknown)})
        return self._lines
