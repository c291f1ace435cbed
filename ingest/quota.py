"""How much of its messages each box may have stored at once: a bucket for each, filled at a steady pace. Pure."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from devices import boxes

if TYPE_CHECKING:
    from kiezbox.settings import IngestSettings

_BUCKETS = 10_000  # beyond so many those that are full again are forgotten, so that memory stays bounded
_OUT_PER_SECOND = 1_000  # what is let out of the waiting room where there is no quota any more
_PREFIX = "kb/v1/"
_TOPIC_KEPT = 100  # characters: what is kept is short, so that nobody can fill the memory with it


class Quota:
    """Tells which messages are beyond the share of their box. `now` is seconds of any steady clock."""

    def __init__(self, limits: IngestSettings) -> None:
        self.per_second = limits.box_messages_per_second
        self.out_per_second = self.per_second or _OUT_PER_SECOND
        self._burst = float(max(limits.box_burst_messages, 1))
        self._most = limits.deferred_messages
        self._buckets: dict[str, list[float]] = {}  # tokens, as of when
        self._buckets_most = _BUCKETS
        self.waiting = 0  # messages in the waiting room, as far as known
        self.flooding: set[str] = set()  # boxes with messages there, as far as known

    def exceeded_by(self, topic: str, now: float) -> str | None:
        """The box whose share this message is beyond; None for one that is to be stored at once.

        Only what boxes send over their own topics has a quota. A LoRa gateway speaks for many, and carries calls for
        help. Where the waiting room is full, everything is stored at once: nothing is worth losing a reading.
        """
        if not self.per_second:
            return None
        box = _sender(topic) if len(topic) <= _TOPIC_KEPT else _sender.__wrapped__(topic)
        if box is None or self._takes(box, now) or self.waiting >= self._most:
            return None
        return box

    def _takes(self, box: str, now: float) -> bool:
        bucket = self._buckets.get(box)
        if bucket is None:
            if len(self._buckets) >= self._buckets_most:
                self._forget(now)
            bucket = self._buckets[box] = [self._burst, now]
        elif bucket[1] != now:
            bucket[:] = self._tokens(bucket, now), now
        if bucket[0] < 1:
            return False
        bucket[0] -= 1
        return True

    def _tokens(self, bucket: list[float], now: float) -> float:
        tokens, since = bucket
        return min(self._burst, tokens + (now - since) * self.per_second)

    def _forget(self, now: float) -> None:
        kept = {box: bucket for box, bucket in self._buckets.items() if self._tokens(bucket, now) < self._burst}
        self._buckets, self._buckets_most = kept, max(_BUCKETS, 2 * len(kept))


@functools.lru_cache(maxsize=10_000)  # asked for every message
def _sender(topic: str) -> str | None:
    """The box whose own topic this is."""
    box = topic.split("/", 3)[2] if topic.startswith(_PREFIX) else ""
    return box if boxes.is_id(box) else None
