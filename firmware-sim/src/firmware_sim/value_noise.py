"""Value noise: smooth random curves, the same for the same names and time, without any state."""

from __future__ import annotations

import functools
import hashlib
import struct

_SCALE = 2.0 / 2**64


@functools.lru_cache(maxsize=65_536)  # for a whole period a curve uses the same two values
def fixed(*names: str | int) -> float:
    """A random number in -1..1, always the same for the same names."""
    digest = hashlib.blake2b("/".join(map(str, names)).encode(), digest_size=8).digest()
    return float(struct.unpack("<Q", digest)[0]) * _SCALE - 1.0


def smooth(at_seconds: float, period_seconds: float, *names: str | int) -> float:
    """A curve over time in -1..1 that changes direction about once a period; continuous, and so is its slope."""
    index, fraction = divmod(at_seconds / period_seconds, 1.0)
    here, there = fixed(*names, int(index)), fixed(*names, int(index) + 1)
    return here + (there - here) * fraction * fraction * (3.0 - 2.0 * fraction)
