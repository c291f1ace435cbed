"""One client of the live stream: what waits for it, bounded."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from api.stream.batch import Batch, Selection

PENDING_MAX = 20_000  # readings that wait for one client; a single larger batch is let through when nothing else waits


class News(StrEnum):
    """What a client is told about the feed itself."""

    AWAY = "away"
    BACK = "back"


class End(StrEnum):
    """Why a stream ends from our side; the text is for the client."""

    STOPPING = "the server is stopping; reconnect with Last-Event-ID and nothing is missed"
    SLOW = "you read too slowly; reconnect with Last-Event-ID and nothing is missed"
    RESET = "the database was replaced by an older one; reconnect"


class Ended(Exception):  # noqa: N818 -- not an error: the stream is over
    """The stream is over."""

    def __init__(self, end: End) -> None:
        super().__init__(end.value)
        self.end = end


@dataclass(frozen=True, slots=True)
class Piece:
    """What of a batch a client follows, as indexes."""

    batch: Batch
    chosen: Sequence[int]


class Subscription:
    """What waits for one client. It never blocks who offers: a client that falls behind is ended instead."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._waiting: deque[Piece | News] = deque()
        self._pending = 0
        self._end: End | None = None
        self._wake = asyncio.Event()

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be taken."""
        return self._end is not None

    def offer(self, batch: Batch) -> None:
        """Queue what the client follows of this batch; end a client for whom too much waits already."""
        chosen = batch.chosen(self._selection)
        if not chosen or self.is_over:
            return
        if self._pending and self._pending + len(chosen) > PENDING_MAX:
            self.end(End.SLOW)
            return
        self._pending += len(chosen)
        self._put(Piece(batch, chosen))

    def tell(self, news: News) -> None:
        """Queue news."""
        self._put(news)

    def end(self, end: End) -> None:
        """Make `take` raise Ended at once; what waits is dropped, the client gets it when it resumes."""
        self._end = self._end or end
        self._waiting.clear()
        self._pending = 0
        self._wake.set()

    async def take(self) -> Piece | News:
        """The next thing, when there is one. Raises Ended."""
        while True:
            if self._end is not None:
                raise Ended(self._end)
            if self._waiting:
                item = self._waiting.popleft()
                self._pending -= len(item.chosen) if isinstance(item, Piece) else 0
                return item
            self._wake.clear()
            await self._wake.wait()

    def _put(self, item: Piece | News) -> None:
        self._waiting.append(item)
        self._wake.set()
