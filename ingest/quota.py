"""How much of its messages each box may have stored at once: a bucket for each, filled at a steady pace. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices import boxes

if TYPE_CHECKING:
    from kiezbox.settings import IngestSettings

_FORGET_EVERY = 100_000  # decisions; then buckets that are full again are forgotten, so that memory stays bounded
_OUT_PER_SECOND = 1_000  # what is let out of the waiting room where there is no quota any more
_PREFIX = "kb/v1/"


class Quota:
    """Tells which messages are beyond the share of their box. `now` is seconds of any steady clock."""

    def __init__(self, limits: IngestSettings) -> None:
        self.per_second = limits.box_messages_per_second
        self.out_per_second = self.per_second or _OUT_PER_SECOND
        self._burst = float(max(limits.box_burst_messages, 1))
        self._most = limits.deferred_messages
        self._buckets: dict[str, tuple[float, float]] = {}  # tokens, as of when
        self._decisions = 0
        self.waiting = 0  # messages in the waiting room, as far as known
        self.flooding: set[str] = set()  # boxes with messages there, as far as known

    def exceeded_by(self, topic: str, now: float) -> str | None:
        """The box whose share this message is beyond; None for one that is to be stored at once.

        Only what boxes send over their own topics has a quota. A LoRa gateway speaks for many, and carries calls for
        help. Where the waiting room is full, everything is stored at once: nothing is worth losing a reading.
        """
        if not self.per_second or not topic.startswith(_PREFIX):
            return None
        box = topic.split("/", 3)[2]
        if self._takes(box, now) or self.waiting >= self._most or not boxes.is_id(box):
            return None
        return box

    def _takes(self, box: str, now: float) -> bool:
        self._decisions += 1
        if self._decisions % _FORGET_EVERY == 0:
            self._forget(now)
        tokens, since = self._buckets.get(box, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self.per_second)
        self._buckets[box] = (tokens - 1 if tokens >= 1 else tokens, now)
        return tokens >= 1

    def _forget(self, now: float) -> None:
        self._buckets = {
            box: (tokens, since)
            for box, (tokens, since) in self._buckets.items()
            if tokens + (now - since) * self.per_second < self._burst
        }
