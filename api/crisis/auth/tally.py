"""Refused sign-ins, or other things that an attacker can repeat, counted by account and written down together.

An attack must be seen, and must not fill the log.

The first ones are written after a few seconds. Each further entry comes after twice the time, at most an hour, until
there was none for an hour. Names that no account has are counted together: one of them may be a password.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

FIRST_SECONDS, LAST_SECONDS = 10.0, 3_600.0
ACCOUNTS_MAX = 1_000  # counted apart at once; the rest counts as unknown
UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Tallied:
    """It happened so often to an account within so many seconds."""

    account: str
    count: int
    seconds: int


@dataclass(slots=True)
class _Count:
    count: int
    since: float  # of the clock
    seconds: float  # until it is written


class Tally:
    """What happened to accounts, and is not written down yet."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._counts: dict[str, _Count] = {}

    def add(self, account: str) -> None:
        """It happened to an account that exists, or to none (UNKNOWN)."""
        if account not in self._counts and len(self._counts) >= ACCOUNTS_MAX:
            account = UNKNOWN
        count = self._counts.setdefault(account, _Count(0, self._clock(), FIRST_SECONDS))
        count.count += 1

    def due(self, *, everything: bool = False) -> list[Tallied]:
        """What is to be written down now; `everything`: also what could wait."""
        now, found = self._clock(), []
        for account, count in list(self._counts.items()):
            if now - count.since < count.seconds and not everything:
                continue
            if count.count:
                found.append(Tallied(account, count.count, round(now - count.since)))
                self._counts[account] = _Count(0, now, min(count.seconds * 2, LAST_SECONDS))
            elif now - count.since >= LAST_SECONDS:  # over; sooner, an attack with pauses would be written down often
                del self._counts[account]
        return found
