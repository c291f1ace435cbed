"""The queue of one client of the live stream, with a bound."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from api.stream.batch import Batch, Selection

# Readings that may wait for one client. A larger batch is accepted when nothing else waits.
PENDING_MAX = 20_000


class FeedState(StrEnum):
    """Whether the feed can be read; clients are notified when that changes."""

    DOWN = "down"
    UP = "up"


class EndReason(StrEnum):
    """Why the server ends a stream; the text is for the client."""

    STOPPING = "the server is stopping; reconnect with Last-Event-ID and nothing is missed"
    SLOW = "you read too slowly; reconnect with Last-Event-ID and nothing is missed"
    RESET = "the database was replaced by an older one; reconnect"


class StreamEndedError(Exception):
    """The server ended the stream."""

    def __init__(self, reason: EndReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SelectedReadings:
    """The readings of a batch that a client follows, as indexes into it."""

    batch: Batch
    indexes: Sequence[int]


class Subscription:
    """The queue of one client. `offer` never blocks: the stream of a client that falls behind is ended instead."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._waiting: deque[SelectedReadings | FeedState] = deque()
        self._pending = 0
        self._end_reason: EndReason | None = None
        self._wake = asyncio.Event()

    @property
    def is_over(self) -> bool:
        """Whether the stream was ended."""
        return self._end_reason is not None

    def offer(self, batch: Batch) -> None:
        """Queue what the client follows of this batch; end the stream when too much waits already."""
        indexes = batch.select(self._selection)
        if not indexes or self.is_over:
            return
        if self._pending and self._pending + len(indexes) > PENDING_MAX:
            self.end(EndReason.SLOW)
            return
        self._pending += len(indexes)
        self._put(SelectedReadings(batch, indexes))

    def notify(self, state: FeedState) -> None:
        """Queue a change of the feed's state."""
        self._put(state)

    def end(self, reason: EndReason) -> None:
        """Make `take` raise StreamEndedError at once. What waits is dropped; the client gets it when it resumes."""
        self._end_reason = self._end_reason or reason
        self._waiting.clear()
        self._pending = 0
        self._wake.set()

    async def take(self) -> SelectedReadings | FeedState:
        """The next item of the queue, as soon as there is one. Raises StreamEndedError."""
        while True:
            if self._end_reason is not None:
                raise StreamEndedError(self._end_reason)
            if self._waiting:
                item = self._waiting.popleft()
                self._pending -= len(item.indexes) if isinstance(item, SelectedReadings) else 0
                return item
            self._wake.clear()
            await self._wake.wait()

    def _put(self, item: SelectedReadings | FeedState) -> None:
        self._waiting.append(item)
        self._wake.set()
