"""The clock of a box. It can be set to jump, as real clocks do: an empty clock battery, a wrong time server."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

_JUMP = re.compile(r"(\d{1,9}(?:\.\d{1,3})?):([+-]?\d{1,12}(?:\.\d{1,3})?)")


@dataclass(frozen=True, slots=True)
class Jump:
    """`after_seconds` after the start the clock jumps by `by_seconds`, ahead or back."""

    after_seconds: float
    by_seconds: float


def jump(text: str) -> Jump:
    """A jump as written on the command line, `AFTER:BY` in seconds. Raises ValueError."""
    found = _JUMP.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is not AFTER:BY in seconds, such as 20:31536000 or 40:-31536000")
    return Jump(float(found[1]), float(found[2]))


class Clock:
    """The time of day, as far as the box knows it, in milliseconds since 1970 UTC."""

    def __init__(self, jumps: tuple[Jump, ...] = ()) -> None:
        self._jumps = jumps
        self._started_at = time.monotonic()
        self._started_ms = self.now_ms()

    def now_ms(self) -> int:
        """What the clock shows."""
        ran = time.monotonic() - self._started_at
        shift = sum(jump.by_seconds for jump in self._jumps if jump.after_seconds <= ran)
        return time.time_ns() // 1_000_000 + round(shift * 1000)

    def steady_ms(self, known_ms: int = 0) -> int:
        """A time that no jump moves ahead: the time known at the start, plus how long the box has run.

        `known_ms` is a time that had passed before the start; 0 when none is known. Never later than the clock.
        """
        base = min(self._started_ms, known_ms) if known_ms else self._started_ms
        return min(base + round((time.monotonic() - self._started_at) * 1000), self.now_ms())
