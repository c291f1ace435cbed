"""Token buckets: so many at once, and then so many a second. Pure: `now` is seconds of any steady clock."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

_CANDIDATES = 8  # that are looked at for one that may be forgotten


@dataclass(frozen=True, slots=True)
class Rate:
    """How many tokens a bucket holds, and how many come back a second."""

    burst: float
    per_second: float


class TokenBucket:
    """One bucket. It is full when it is made."""

    __slots__ = ("_at", "_burst", "_per_second", "_tokens")

    def __init__(self, rate: Rate, now: float) -> None:
        self._burst = self._tokens = rate.burst
        self._per_second = rate.per_second
        self._at = now  # never goes back

    def peek(self, now: float, cost: float = 1.0) -> float:
        """Seconds until `cost` tokens are there; 0 when they are. Takes nothing. A cost is capped at the burst."""
        missing = min(cost, self._burst) - self.tokens(now)
        if missing <= 0:
            return 0.0
        return missing / self._per_second if self._per_second else math.inf

    def admit(self, now: float, cost: float = 1.0) -> float:
        """Take `cost` tokens and return 0; or take nothing and return the seconds until they are there."""
        if now > self._at:  # most calls of a burst come at the same time
            self._tokens, self._at = self.tokens(now), now
        tokens = self._tokens
        if tokens >= cost:
            self._tokens = tokens - cost
            return 0.0
        if tokens >= self._burst:  # a cost beyond the burst
            self._tokens = 0.0
            return 0.0
        return self.peek(now, cost)

    def refill(self, now: float) -> None:
        """Give back all that was taken: what it was taken for did not happen."""
        self._tokens, self._at = self._burst, max(now, self._at)

    def tokens(self, now: float) -> float:
        """How many tokens are in it. A clock that goes back adds none."""
        passed = now - self._at
        return min(self._burst, self._tokens + passed * self._per_second) if passed > 0 else self._tokens

    def is_full(self, now: float) -> bool:
        """Whether it is like a new bucket, so that it need not be remembered."""
        return self.tokens(now) >= self._burst


class TokenBuckets:
    """Buckets by name, at most `names_max` of them. When one more is needed, an old one that is full is forgotten."""

    def __init__(self, rate: Rate, names_max: int) -> None:
        self._rate = rate
        self._max = names_max
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def peek(self, name: str, now: float, cost: float = 1.0) -> float:
        """As TokenBucket.peek, of the bucket of this name."""
        bucket = self._buckets.get(name) or TokenBucket(self._rate, now)
        return bucket.peek(now, cost)

    def admit(self, name: str, now: float, cost: float = 1.0) -> float:
        """As TokenBucket.admit, of the bucket of this name."""
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._add(name, now)
        return bucket.admit(now, cost)

    def _add(self, name: str, now: float) -> TokenBucket:
        if len(self._buckets) >= self._max:
            self._forget_one(now)
        bucket = self._buckets[name] = TokenBucket(self._rate, now)
        return bucket

    def _forget_one(self, now: float) -> None:
        """Forget a bucket: a full one among the oldest few, else the oldest."""
        for _ in range(min(_CANDIDATES, len(self._buckets))):
            name, bucket = self._buckets.popitem(last=False)
            if bucket.is_full(now):
                return
            self._buckets[name] = bucket  # it is remembered: to the end of the queue
        self._buckets.popitem(last=False)

    def __len__(self) -> int:
        return len(self._buckets)
