"""How many messages of each box are stored at once: a token bucket for each. Pure."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from devices import boxes
from kiezbox.token_bucket import Rate, TokenBuckets

if TYPE_CHECKING:
    from kiezbox.settings import IngestSettings

_BOXES_MAX = 50_000  # whose buckets are remembered (15 MB): more than one worker serves
_DEFERRED_PER_SECOND = 1_000  # deferred messages of a box stored a second where there is no quota any more
_PREFIX = "kb/v1/"
_TOPIC_KEPT = 100  # characters: only short topics are cached, so that nobody can fill the memory with them


class Quota:
    """Tells which messages are beyond the share of their box. `now` is seconds of any steady clock."""

    def __init__(self, limits: IngestSettings) -> None:
        self.per_second = limits.box_messages_per_second
        self.deferred_per_second = self.per_second or _DEFERRED_PER_SECOND
        self._deferred_max = limits.deferred_messages
        self._buckets = TokenBuckets(Rate(max(limits.box_burst_messages, 1), self.per_second), _BOXES_MAX)
        self.deferred = 0  # messages that are deferred now, as far as known
        self.flooding: set[str] = set()  # boxes with deferred messages, as far as known

    def exceeded_by(self, topic: str, now: float) -> str | None:
        """The box whose share this message exceeds; None for a message that is to be stored at once.

        Only what boxes send over their own topics has a quota: a LoRa gateway speaks for many boxes, and carries calls
        for help. When no more messages can be deferred, all are stored at once: no reading is lost for a quota.
        """
        if not self.per_second:
            return None
        box = _sender(topic) if len(topic) <= _TOPIC_KEPT else _sender.__wrapped__(topic)
        if box is None or not self._buckets.admit(box, now) or self.deferred >= self._deferred_max:
            return None
        return box


@functools.lru_cache(maxsize=10_000)  # asked for every message
def _sender(topic: str) -> str | None:
    """The box whose own topic this is."""
    box = topic.split("/", 3)[2] if topic.startswith(_PREFIX) else ""
    return box if boxes.is_id(box) else None
