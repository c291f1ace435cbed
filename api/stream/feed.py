"""The live feed of one process: follows what is committed, and hands it to every open stream."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

from api.stream.batch import Selection
from api.stream.feed_table import FeedRows, Fetch
from api.stream.position import Position
from api.stream.subscription import End, Ended, News, Subscription
from kiezbox import db, metrics, process
from kiezbox.errors import Unavailable
from kiezbox.settings import DatabaseSettings
from storage import migrate

if TYPE_CHECKING:
    from kiezbox.db import Connection

log = logging.getLogger(__name__)

CHANNEL = "kiezbox_feed"
APPLICATION = "kiezbox-api-feed"  # in pg_stat_activity
ROWS = 8  # rows of one read: a row is a batch of up to some thousand readings
POLL_SECONDS = 1.0  # a NOTIFY may come before the row can be read safely, or not at all
READ_SECONDS = 10.0
RECONNECT_FIRST_SECONDS = 0.25
RECONNECT_MAX_SECONDS = 5.0


class Feed:
    """One reader for all streams of a process. While the database is away the streams stay, and are told."""

    def __init__(self, settings: DatabaseSettings, rows: FeedRows, on_down: Callable[[], None]) -> None:
        self._settings = settings
        self._rows = rows
        self._on_down = on_down
        self._position: Position | None = None
        self._subscriptions: set[Subscription] = set()
        self._clients = 0
        self._is_outage_said = False
        self._read_at: float | None = None
        self._wake = asyncio.Event()
        self._up = asyncio.Event()
        self._closing = asyncio.Event()

    @property
    def position(self) -> Position:
        """Everything before it was handed out. Only once the feed was up."""
        assert self._position is not None
        return self._position

    @property
    def is_up(self) -> bool:
        """Whether the database can be read, as far as is known."""
        return self._up.is_set()

    @property
    def read_age_s(self) -> float | None:
        """Seconds since the feed was read to its end; None: never."""
        return None if self._read_at is None else time.monotonic() - self._read_at

    @property
    def clients(self) -> int:
        """Streams that are open now."""
        return self._clients

    @contextlib.contextmanager
    def seat(self) -> Iterator[None]:
        """Count one open stream."""
        self._clients += 1
        metrics.STREAM_CLIENTS.inc()
        try:
            yield
        finally:
            self._clients -= 1
            metrics.STREAM_CLIENTS.dec()

    @contextlib.contextmanager
    def subscription(self, selection: Selection) -> Iterator[Subscription]:
        """What is committed after `position`, from now on, with nothing in between."""
        subscription = Subscription(selection)
        self._subscriptions.add(subscription)
        if self._closing.is_set():
            subscription.end(End.STOPPING)
        if not self._up.is_set():
            subscription.tell(News.AWAY)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    async def wait_up(self) -> None:
        """Return when the database can be read. Raises Ended when the process stops."""
        await self._up.wait()
        self.check_open()

    def check_open(self) -> None:
        """Raise Ended when the process stops."""
        if self._closing.is_set():
            raise Ended(End.STOPPING)

    def close(self) -> None:
        """End every stream and the reader."""
        self._closing.set()
        self._up.set()
        self._wake.set()
        self._end_all(End.STOPPING)

    async def run(self) -> None:
        """Follow the feed until `close`, through every outage of the database."""
        backoff = process.Backoff(RECONNECT_FIRST_SECONDS, RECONNECT_MAX_SECONDS, random.random)
        while not self._closing.is_set():
            try:
                await self._follow(backoff)
            except Unavailable as error:
                self._go_down(error)
                await backoff.wait(self._closing)

    async def _follow(self, backoff: process.Backoff) -> None:
        """Read on every notification, and once a second besides. Raises Unavailable."""

        def wake(_payload: str = "") -> None:
            self._wake.set()

        async with db.listening(self._settings, APPLICATION, CHANNEL, wake, wake) as connection:
            fetch = _bounded(connection)
            async with asyncio.timeout(READ_SECONDS):
                await _verify(connection)
            if self._position is None:
                self._position = (await self._rows.read(fetch, Position(0, 0, 0, 0), None, 0)).horizon
            self._go_up()
            backoff.reset()
            while not self._closing.is_set():
                self._wake.clear()
                await self._read(fetch)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._wake.wait()

    async def _read(self, fetch: Fetch) -> None:
        """Hand out everything that can be read now. With nobody there the rows are skipped."""
        while not self._closing.is_set():
            is_followed = bool(self._subscriptions)
            found = await self._rows.read(fetch, self.position, None, ROWS if is_followed else 0)
            if found.horizon.tx < self.position.tx:
                log.warning("the database went back in time; streams begin anew")
                self._position = found.horizon
                self._end_all(End.RESET)
                return
            for batch in found.batches:
                for subscription in tuple(self._subscriptions):
                    subscription.offer(batch)
                self._position = batch.end
                await asyncio.sleep(0)  # requests get their turn between batches
            if self._subscriptions and not is_followed:
                continue  # somebody came while the rows were being skipped: they begin at `position`, so read them
            if len(found.batches) < ROWS:
                self._position = max(self.position, found.horizon)
                self._read_at = time.monotonic()
                return

    def _go_up(self) -> None:
        if not self._up.is_set():
            self._up.set()
            self._is_outage_said = False
            log.info("following the feed")
            for subscription in self._subscriptions:
                subscription.tell(News.BACK)

    def _go_down(self, error: Unavailable) -> None:
        self._on_down()
        if self._closing.is_set():
            return
        if not self._is_outage_said:
            self._is_outage_said = True
            log.warning("the feed cannot be read, trying again", extra={"what": error.what, "hint": error.hint})
        if self._up.is_set():
            self._up.clear()
            for subscription in self._subscriptions:
                subscription.tell(News.AWAY)

    def _end_all(self, end: End) -> None:
        for subscription in self._subscriptions:
            subscription.end(end)


def _bounded(connection: "Connection") -> Callable[..., Awaitable[Any]]:
    async def fetch(query: str, *args: Any) -> Any:
        return await connection.fetch(query, *args, timeout=READ_SECONDS)

    return fetch


async def _verify(connection: "Connection") -> None:
    try:
        await migrate.verify(connection)
    except migrate.SchemaMismatchError as error:
        raise Unavailable(f"schema: {error.message}", error.hint) from error
