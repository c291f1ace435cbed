"""How fast somebody whom we know may try passwords: a growing delay, which never locks anybody out.

An attempt counts when it begins, so that many at once gain nothing; a successful one is taken back. A browser that has
signed in to the account before sends a signed cookie (crisis/accounts/devices.py) and is counted by itself: whoever
guesses the password of an account, or is behind the same address, cannot keep its owner out. Attempts on unknown
browsers are held instead (holds.py).
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic

_NAMES_MAX = 10_000
_FORGOTTEN_SECONDS = 900.0  # after so long without an attempt
_DELAY_MAX_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Key:
    """What is counted, and how many attempts are free before each waits twice as long as the last."""

    name: str
    free: int


@dataclass(slots=True)
class _Count:
    attempts: int
    last_at: float  # seconds of the throttle's clock, as `open_at`
    open_at: float


def of_address(address: str) -> Key:
    """All attempts from one address: a whole staff may share it."""
    return Key(f"address {address}", 30)


def of_device(mark: str) -> Key:
    """The attempts of one browser on the account that it has signed in to before."""
    return Key(f"device {mark}", 5)


class LoginThrottle:
    """The attempts of the last minutes, in memory, for at most `names_max` keys; the least recently used go."""

    def __init__(self, clock: Callable[[], float] = monotonic, names_max: int = _NAMES_MAX) -> None:
        self._clock = clock
        self._max = names_max
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def admit(self, keys: Iterable[Key]) -> float:
        """Count an attempt and return 0; or count nothing and return the seconds to wait."""
        now = self._clock()
        found = [(key, self._count(key.name, now)) for key in keys]
        wait_seconds = max(count.open_at - now for _, count in found)
        if wait_seconds > 0:
            return wait_seconds
        for key, count in found:
            count.attempts += 1
            count.last_at = now
            over = count.attempts - key.free
            count.open_at = now + (min(2.0**over, _DELAY_MAX_SECONDS) if over >= 0 else 0.0)
            self._counts[key.name] = count
            self._counts.move_to_end(key.name)
        while len(self._counts) > self._max:
            self._counts.popitem(last=False)
        return 0.0

    def succeeded(self, keys: Iterable[Key]) -> None:
        """The password was right: the attempt does not count."""
        for key in keys:
            count = self._counts.get(key.name)
            if count is not None:
                count.attempts = max(0, count.attempts - 1)
                count.open_at = min(count.open_at, self._clock())

    def _count(self, name: str, now: float) -> _Count:
        count = self._counts.get(name)
        if count is None or now - count.last_at >= _FORGOTTEN_SECONDS:
            return _Count(0, now, now)
        return count

    def __len__(self) -> int:
        return len(self._counts)
