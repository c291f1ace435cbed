"""How often a code may be tried. Whoever tries one knows the password already, so it is slower than for passwords.

A code of six digits is right with a probability of three in a million: five tries, then one in five minutes, find it
within a day with less than one in a thousand. Nobody is locked out, and a browser that has signed in to the account
before is counted by itself. Passkeys, recovery codes and badges are not counted: nobody guesses those.
"""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

_FREE = 5
_DELAY_SECONDS = 300.0
_FORGOTTEN_SECONDS = 3_600.0  # after so long without an attempt
_NAMES_MAX = 10_000


class CodeThrottle:
    """The attempts of the last hour by account and known browser, in memory, for at most `names_max` of them."""

    def __init__(self, clock: Callable[[], float] = monotonic, names_max: int = _NAMES_MAX) -> None:
        self._clock = clock
        self._max = names_max
        self._attempts: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()

    def admit(self, account: str, mark: str) -> float:
        """Count an attempt and return 0; or count nothing and return the seconds to wait."""
        now = self._clock()
        count, last_at = self._attempts.get((account, mark), (0, now))
        if now - last_at >= _FORGOTTEN_SECONDS:
            count = 0
        wait_seconds = last_at + _DELAY_SECONDS - now if count >= _FREE else 0.0
        if wait_seconds > 0:
            return wait_seconds
        self._attempts[account, mark] = (count + 1, now)
        self._attempts.move_to_end((account, mark))
        while len(self._attempts) > self._max:
            self._attempts.popitem(last=False)
        return 0.0

    def succeeded(self, account: str, mark: str) -> None:
        """The code was right: the attempts before it do not count."""
        self._attempts.pop((account, mark), None)
