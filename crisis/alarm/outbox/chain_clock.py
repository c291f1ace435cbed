"""The clock of the chains: it goes on while the node runs and while it is down, and nobody can set it.

Within one start of the machine it counts by the clock that also counts while that sleeps. Over a start of the machine
nothing but the wall clock is there to ask: time that it says went by is believed, if it is not negative.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis import clock

if TYPE_CHECKING:
    from collections.abc import Callable

SAVE_SECONDS = 2.0
_OFF_MAX_MS = 7 * 24 * 3_600_000  # a longer time without the node says more about the clock than about the node


def steady_ms() -> int:
    """Milliseconds since the machine started, those in which it slept included."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


@dataclass(frozen=True, slots=True)
class Saved:
    """What the clock said, and the other clocks at that moment."""

    chain_ms: int
    boot: int
    steady_ms: int
    wall_ms: int

    def written(self) -> str:
        """As it is kept."""
        return json.dumps([self.chain_ms, self.boot, self.steady_ms, self.wall_ms])

    @classmethod
    def read(cls, text: str) -> Saved:
        """As it was kept. Raises ValueError, TypeError."""
        return cls(*map(int, json.loads(text)))


class ChainClock:
    """Milliseconds of the chain's clock. `saved`: what it said last before this process, None for a new one."""

    def __init__(
        self,
        saved: Saved | None,
        wall_ms: Callable[[], int],
        steady: Callable[[], int] = steady_ms,
        boot: int | None = None,
    ) -> None:
        self._steady = steady
        self._wall_ms = wall_ms
        self._boot = clock.boot() if boot is None else boot
        self._begun_steady = steady()
        self._begun_chain = 0 if saved is None else saved.chain_ms + self._since(saved)

    def _since(self, saved: Saved) -> int:
        if saved.boot == self._boot and self._boot and self._begun_steady >= saved.steady_ms:
            return self._begun_steady - saved.steady_ms
        return min(max(0, self._wall_ms() - saved.wall_ms), _OFF_MAX_MS)

    def now_ms(self) -> int:
        """What it says now."""
        return self._begun_chain + self._steady() - self._begun_steady

    def state(self) -> Saved:
        """What is to be kept."""
        return Saved(self.now_ms(), self._boot, self._steady(), self._wall_ms())
