"""The newest value of each series, in the memory of a hub: as new as the database's last answer."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kiezbox import metrics, process, sql
from kiezbox.errors import Unavailable

log = logging.getLogger(__name__)

Fetch = Callable[..., Awaitable[Sequence[Any]]]

READ_SECONDS = 10.0  # how often the database is asked
STALE_SECONDS = 60.0  # without an answer for so long the values are said to be stale
_FULL_READ_SECONDS = 300.0  # a batch that waited out an outage is committed with old times: this finds it
_OVERLAP = timedelta(minutes=1)  # commits end in any order
_EVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Value:
    """The newest value of a series."""

    box: str
    source: str
    quantity: str
    unit: str
    value: float
    measured_at: datetime
    received_at: datetime


class NewestValues:
    """What the boxes measured last, by box. Nobody waits for it: during an outage it keeps the values that it has."""

    def __init__(self) -> None:
        self._values: dict[str, dict[tuple[str, str], Value]] = {}
        self._newest = _EVER
        self.read_at: datetime | None = None  # when the database answered last
        self._full_read_at = -_FULL_READ_SECONDS

    async def run(self, fetch: Fetch) -> None:
        """Read for as long as the process runs, through every outage of the database."""

        async def read_repeatedly(recovered: Callable[[], None]) -> None:
            self._full_read_at = -_FULL_READ_SECONDS  # what was committed during an outage may have old times
            try:
                while True:
                    await self._read(fetch)
                    recovered()
                    await asyncio.sleep(READ_SECONDS)
            except Unavailable:
                raise
            except Exception:
                metrics.CRISIS_FAILURES.inc()
                raise

        await process.retry_forever(read_repeatedly, on=Exception, say=_say)

    async def _read(self, fetch: Fetch) -> None:
        is_full = time.monotonic() - self._full_read_at >= _FULL_READ_SECONDS
        since = _EVER if is_full else self._newest - _OVERLAP
        rows = await fetch(sql.load("api.crisis.memory", "newest"), since)
        if is_full:
            self._full_read_at = time.monotonic()
        for row in rows:
            self._learn(Value(**dict(row)))
        self.read_at = datetime.now(UTC)

    def _learn(self, value: Value) -> None:
        self._newest = max(self._newest, value.received_at)
        self._values.setdefault(value.box, {})[value.source, value.quantity] = value

    def boxes(self) -> tuple[str, ...]:
        """Every box that has measured something."""
        return tuple(sorted(self._values))

    def of(self, box: str) -> tuple[Value, ...]:
        """The newest values of a box, by source and quantity."""
        found = self._values.get(box, {})
        return tuple(found[key] for key in sorted(found))

    def heard_at(self, box: str) -> datetime | None:
        """When something of this box arrived last."""
        return max((value.received_at for value in self._values.get(box, {}).values()), default=None)

    def lived_at(self, box: str) -> datetime | None:
        """When this box measured last. A clock that is ahead counts only up to when its reading arrived."""
        values = self._values.get(box, {}).values()
        return max((min(value.measured_at, value.received_at) for value in values), default=None)

    def is_stale(self, now: datetime) -> bool:
        """Whether the database has not answered lately."""
        return self.read_at is None or now - self.read_at > timedelta(seconds=STALE_SECONDS)


def _say(error: Exception) -> None:
    if not isinstance(error, Unavailable):  # the feed says that the database is away; anything else is a bug
        log.error("the newest values cannot be read", exc_info=error)
