"""The newest value of each series, in the memory of a hub: as new as the database last told."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI

from api.assembly import AppKey
from kiezbox import metrics, sql
from kiezbox.errors import Unavailable
from kiezbox.process import Backoff

log = logging.getLogger(__name__)

Fetch = Callable[..., Awaitable[Sequence[Any]]]

READ_SECONDS = 10.0  # how often the database is asked
STALE_SECONDS = 60.0  # without an answer for so long the values are said to be stale
_WHOLE_SECONDS = 300.0  # a batch that waited out an outage is committed with old times: now and then all is read
_OVERLAP = timedelta(minutes=1)  # commits end in any order
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_AGAIN_MAX_SECONDS = 30.0


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


class Values:
    """What the boxes measured last, by box. Nothing waits for it; it goes on with what it has."""

    def __init__(self) -> None:
        self._values: dict[str, dict[tuple[str, str], Value]] = {}
        self._newest = _EVER
        self.read_at: datetime | None = None  # when the database answered last
        self._whole_at = -_WHOLE_SECONDS

    async def run(self, fetch: Fetch) -> None:
        """Read for as long as the process runs, through every outage of the database."""
        never = asyncio.Event()
        pauses = Backoff(1.0, _AGAIN_MAX_SECONDS, random.random)
        while True:
            try:
                await self._read(fetch)
            except Unavailable:  # said by the feed already
                self._whole_at = -_WHOLE_SECONDS
                await pauses.wait(never)
            except Exception:  # a bug; the picture goes on without new values
                metrics.CRISIS_FAILURES.inc()
                log.exception("the newest values cannot be read")
                await pauses.wait(never)
            else:
                pauses.reset()
                await asyncio.sleep(READ_SECONDS)

    async def _read(self, fetch: Fetch) -> None:
        is_whole = time.monotonic() - self._whole_at >= _WHOLE_SECONDS
        since = _EVER if is_whole else self._newest - _OVERLAP
        rows = await fetch(sql.load("api.crisis.staff_api", "newest"), since)
        if is_whole:
            self._whole_at = time.monotonic()
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

    def is_stale(self, now: datetime) -> bool:
        """Whether the database has not answered lately."""
        return self.read_at is None or now - self.read_at > timedelta(seconds=STALE_SECONDS)


VALUES = AppKey[Values]("values")


def of(app: FastAPI) -> Values | None:
    """The values of an application; None on a box, which has no database."""
    return VALUES.find(app)
