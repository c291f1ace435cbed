"""The live feed of one process: reads what is committed, and gives it to every open stream."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends

from api.assembly import AppKey
from api.stream.batch import Selection
from api.stream.feed_table import FeedTable, Fetch
from api.stream.position import FeedPosition
from api.stream.subscription import EndReason, FeedState, StreamEndedError, Subscription
from kiezbox import db, process
from kiezbox.errors import Unavailable
from kiezbox.settings import DatabaseSettings
from storage import migrate

if TYPE_CHECKING:
    from kiezbox.db import Connection

log = logging.getLogger(__name__)

CHANNEL = "kiezbox_feed"
APPLICATION = "kiezbox-api-feed"  # in pg_stat_activity
ROWS = 8  # rows of one read; a row is a batch of up to some thousand readings
POLL_SECONDS = 1.0  # a NOTIFY may come before the row can be read safely, or not at all
READ_SECONDS = 10.0
LIVE_SECONDS = 10.0  # it is read every second, whether something was committed or not
RECONNECT_FIRST_SECONDS = 0.25
RECONNECT_MAX_SECONDS = 5.0


class Feed:
    """Reads the feed once for all streams of a process. They stay open while the database is away, and say so."""

    def __init__(self, settings: DatabaseSettings, table: FeedTable, on_down: Callable[[], None]) -> None:
        self._settings = settings
        self.table = table
        self._on_down = on_down
        self._position: FeedPosition | None = None
        self._subscriptions: set[Subscription] = set()
        self._read_at: float | None = None
        self._wake = asyncio.Event()
        self._up = asyncio.Event()
        self._closing = asyncio.Event()

    @property
    def position(self) -> FeedPosition:
        """Everything before it was given to the subscriptions. Only once the feed has been up."""
        assert self._position is not None
        return self._position

    @property
    def is_up(self) -> bool:
        """Whether the database can be read, as far as is known."""
        return self._up.is_set()

    @property
    def is_live(self) -> bool:
        """Whether the feed was read to its end just now: a database that hangs counts as away before it is down."""
        age_s = self.read_age_s
        return self.is_up and age_s is not None and age_s < LIVE_SECONDS

    @property
    def read_age_s(self) -> float | None:
        """Seconds since the feed was last read to its end; None: never."""
        return None if self._read_at is None else time.monotonic() - self._read_at

    @contextlib.contextmanager
    def subscription(self, selection: Selection) -> Iterator[Subscription]:
        """What is committed after `position`, from now on, with nothing in between."""
        subscription = Subscription(selection)
        self._subscriptions.add(subscription)
        if self._closing.is_set():
            subscription.end(EndReason.STOPPING)
        if not self._up.is_set():
            subscription.notify(FeedState.DOWN)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    async def wait_up(self) -> None:
        """Return when the database can be read. Raises StreamEndedError when the process stops."""
        await self._up.wait()
        self.check_open()

    def check_open(self) -> None:
        """Raise StreamEndedError when the process stops."""
        if self._closing.is_set():
            raise StreamEndedError(EndReason.STOPPING)

    def close(self) -> None:
        """End every stream and `run`."""
        self._closing.set()
        self._up.set()
        self._wake.set()
        self._end_all(EndReason.STOPPING)

    async def run(self) -> None:
        """Follow the feed until `close`, through every outage of the database."""
        pauses = process.Backoff(RECONNECT_FIRST_SECONDS, RECONNECT_MAX_SECONDS, random.random)
        await process.retry_forever(self._follow, on=Unavailable, say=_log_outage, pauses=pauses, stop=self._closing)

    async def _follow(self, recovered: Callable[[], None]) -> None:
        """Read the feed until `close`. Raises Unavailable, after every stream was notified."""
        try:
            await self._follow_connection(recovered)
        except Unavailable:
            self._go_down()
            if not self._closing.is_set():
                raise

    async def _follow_connection(self, recovered: Callable[[], None]) -> None:
        """Read on every notification, and once a second besides. Raises Unavailable."""

        def wake(_payload: str = "") -> None:
            self._wake.set()

        async with db.listening(self._settings, APPLICATION, CHANNEL, wake, wake) as connection:
            fetch = _bounded(connection)
            async with asyncio.timeout(READ_SECONDS):
                await _verify(connection)
            if self._position is None:
                self._position = (await self.table.read(fetch, FeedPosition(0, 0, 0, 0), None, 0)).horizon
            self._go_up()
            recovered()
            while not self._closing.is_set():
                self._wake.clear()
                await self._read(fetch)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._wake.wait()

    async def _read(self, fetch: Fetch) -> None:
        """Give everything that can be read now to the subscriptions. With no subscription the rows are skipped."""
        while not self._closing.is_set():
            is_followed = bool(self._subscriptions)
            page = await self.table.read(fetch, self.position, None, ROWS if is_followed else 0)
            if page.horizon.tx < self.position.tx:
                log.warning("the database was replaced by an older one; streams begin anew")
                self._position = page.horizon
                self._end_all(EndReason.RESET)
                return
            for batch in page.batches:
                for subscription in tuple(self._subscriptions):
                    subscription.offer(batch)
                self._position = batch.end
                await asyncio.sleep(0)  # lets requests run between batches
            if self._subscriptions and not is_followed:
                continue  # a client subscribed while rows were being skipped: it begins at `position`, so read them
            if len(page.batches) < ROWS:
                self._position = max(self.position, page.horizon)
                self._read_at = time.monotonic()
                return

    def _go_up(self) -> None:
        if not self._up.is_set():
            self._up.set()
            log.info("following the feed")
            self._notify_all(FeedState.UP)

    def _go_down(self) -> None:
        self._on_down()
        if self._up.is_set() and not self._closing.is_set():
            self._up.clear()
            self._notify_all(FeedState.DOWN)

    def _notify_all(self, state: FeedState) -> None:
        for subscription in self._subscriptions:
            subscription.notify(state)

    def _end_all(self, reason: EndReason) -> None:
        for subscription in self._subscriptions:
            subscription.end(reason)


def _log_outage(error: Exception) -> None:
    extra = {"what": error.what, "hint": error.hint} if isinstance(error, Unavailable) else {"what": str(error)}
    log.warning("the feed cannot be read, trying again", extra=extra)


def _bounded(connection: "Connection") -> Callable[..., Awaitable[Any]]:
    async def fetch(query: str, *args: Any) -> Any:
        return await connection.fetch(query, *args, timeout=READ_SECONDS)

    return fetch


async def _verify(connection: "Connection") -> None:
    try:
        await migrate.verify(connection)
    except migrate.SchemaMismatchError as error:
        raise Unavailable(f"schema: {error.message}", error.hint) from error


FEED = AppKey[Feed]("feed")
LiveFeed = Annotated[Feed, Depends(FEED.served)]
