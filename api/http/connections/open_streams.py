"""The streams that are open now: so many altogether, so many of one client, and a share kept for every address."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prometheus_client import Gauge

_STREAMS_OF_AN_ADDRESS = 10  # times as many as of one account: a school's phones share an address


@dataclass(frozen=True, slots=True)
class StreamClient:
    """Who has a stream: an account, or somebody of whom only the address is known."""

    address: str
    account: str = ""


@dataclass(eq=False, slots=True)
class _Stream:
    client: StreamClient
    end: Callable[[], None]


class OpenStreams:
    """The streams that are open now, `limit` at most; a metric shows their number.

    A client with more than `per_client` (an anonymous address: ten times as many) has its oldest one ended. When all
    are taken, the address that has most gives one up to one that has fewer.
    """

    def __init__(self, limit: int, gauge: Gauge, per_client: int | None = None) -> None:
        self.limit = limit
        self._per_client = per_client or limit
        self._gauge = gauge
        self._streams: dict[_Stream, None] = {}  # the oldest first

    @property
    def count(self) -> int:
        """Streams that are open now."""
        return len(self._streams)

    def admits(self, client: StreamClient) -> bool:
        """Whether this client may open a stream now: there is room, or another one can give way to it."""
        return self.count < self.limit or self._least_needed(client) is not None

    @contextlib.contextmanager
    def one(self, client: StreamClient, end: Callable[[], None]) -> Iterator[None]:
        """Count one more while the block runs. `end` is called when it must make room for a newer one.

        From then on it does not count, however long its end takes.
        """
        gives_way = self._least_needed(client)
        if gives_way is not None:
            del self._streams[gives_way]
            gives_way.end()
        stream = _Stream(client, end)
        self._streams[stream] = None
        self._gauge.set(self.count)
        try:
            yield
        finally:
            self._streams.pop(stream, None)
            self._gauge.set(self.count)

    def _least_needed(self, client: StreamClient) -> _Stream | None:
        """The stream that gives way to a new one of this client: its own oldest one beyond its share, or a larger's."""
        own = [each for each in self._streams if _is_same(each.client, client)]
        if len(own) >= self._per_client * (1 if client.account else _STREAMS_OF_AN_ADDRESS):
            return own[0]
        if self.count < self.limit:
            return None
        counts = Counter(each.client.address for each in self._streams)
        largest, most = counts.most_common(1)[0]
        if most <= counts[client.address] + 1:
            return None
        return next(each for each in self._streams if each.client.address == largest)


def _is_same(one: StreamClient, other: StreamClient) -> bool:
    return one.account == other.account and (bool(one.account) or one.address == other.address)
