"""Token buckets: so many at once, and then so many a second. Pure: `now` is seconds of any steady clock."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass


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
        if self._tokens < cost < self._burst or self._tokens < self._burst <= cost:
            return self.peek(now, cost)
        self._tokens = max(self._tokens - cost, 0.0)
        return 0.0

    def tokens(self, now: float) -> float:
        """How many tokens are in it. A clock that goes back adds none."""
        passed = now - self._at
        return min(self._burst, self._tokens + passed * self._per_second) if passed > 0 else self._tokens


class TokenBuckets:
    """Buckets by name, at most `names_max` of them: the one used least recently is forgotten."""

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
            if len(self._buckets) >= self._max:
                self._buckets.popitem(last=False)
            bucket = self._buckets[name] = TokenBucket(self._rate, now)
        else:
            self._buckets.move_to_end(name)
        return bucket.admit(now, cost)

    def __len__(self) -> int:
        return len(self._buckets)
