"""Attempts to sign in on unknown browsers are held while somebody guesses; none is refused for others' guesses.

The more attempts on an account, or from a source, have failed lately, the longer each new one is held before its
password is checked: up to HOLD_MAX_SECONDS, each by itself. A source is an address, or behind it a browser with a mark
that counts (device_marks.py), so that a neighbour's guesses hold nobody who has waited on the page for a moment. So a
guesser gets a few guesses a minute for each open connection, and a right password costs half a minute of patience at
worst. When more are held than there is room for, those go first whose source has failed most often. A browser that has
signed in to the account before is never held here (login_throttle.py).
"""

import asyncio
import contextlib
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from time import monotonic

HOLD_MAX_SECONDS = 40.0
HELD_MAX = 1_000  # at once
HELD_BY_SOURCE_MAX = 320  # more than an address may have connections (KIEZBOX_API_CONNECTIONS_PER_ADDRESS)
_FREE_BY_ACCOUNT, _FREE_BY_SOURCE = 5, 10  # failures before anybody is held
# Whose source has not failed is held for this long at most, however often others fail on the account.
_HOLD_OF_INNOCENTS_SECONDS = 5.0
_FORGOTTEN_SECONDS = 900.0  # after so long without an attempt
_NAMES_MAX = 10_000
_RANDOM = secrets.SystemRandom()


class NoRoomError(Exception):
    """Too many attempts are held, and this one is not among those that may stay."""


@dataclass(slots=True)
class _Count:
    attempts: int
    last_at: float  # seconds of the clock


@dataclass(eq=False, slots=True)
class Attempt:
    """An attempt that is under way. `failures`: how often others from its source have failed lately."""

    account: str
    source: str
    failures: int
    is_right: bool = False  # set by whoever finds that the password was right
    over: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Holds:
    """The failures of the last minutes, in memory, for at most `names_max` accounts and sources; and who is held."""

    def __init__(
        self,
        clock: Callable[[], float] = monotonic,
        names_max: int = _NAMES_MAX,
        hold_max_seconds: float | None = None,
    ) -> None:
        self._clock = clock
        self._max = names_max
        self._hold_max_seconds = HOLD_MAX_SECONDS if hold_max_seconds is None else hold_max_seconds
        self._counts: OrderedDict[str, _Count] = OrderedDict()
        self._held: list[Attempt] = []
        self._is_over = False

    @contextlib.asynccontextmanager
    async def attempt(self, account: str, source: str) -> AsyncIterator[Attempt]:
        """An attempt, which begins when it was held for as long as it must be. Raises NoRoomError.

        It counts as a failure from its beginning, so that many at once gain nothing, until `is_right` is set.
        """
        account, source = f"account {account[:64]}", f"source {source}"
        attempt = Attempt(account, source, self.failures(source))
        # Not all for as long: those who came together must not come to the check together.
        seconds = self.hold_seconds(account, source) * _RANDOM.uniform(0.5, 1.0)
        for name in (account, source):
            self._add(name, 1)
        try:
            self._make_room(attempt)
            self._held.append(attempt)
            try:
                await self._hold(attempt, seconds)
                yield attempt
            finally:
                self._held.remove(attempt)
        finally:
            if attempt.is_right:
                for name in (account, source):
                    self._add(name, -1)

    def hold_seconds(self, account: str, source: str) -> float:
        """How long the next attempt on this account from there is held."""
        on_account = _growing(self.failures(account) - _FREE_BY_ACCOUNT)
        from_source = _growing(self.failures(source) - _FREE_BY_SOURCE)
        if not self.failures(source):
            on_account = min(on_account, _HOLD_OF_INNOCENTS_SECONDS)
        return min(max(on_account, from_source), self._hold_max_seconds)

    def failures(self, name: str) -> int:
        """How many attempts on an account or from a source have failed lately, or are under way."""
        count = self._counts.get(name)
        is_old = count is None or self._clock() - count.last_at >= _FORGOTTEN_SECONDS
        return 0 if count is None or is_old else count.attempts

    def end(self) -> None:
        """The server stops: nobody is held any longer, and nobody else signs in."""
        self._is_over = True
        for held in self._held:
            _let_go(held)

    async def _hold(self, attempt: Attempt, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await asyncio.shield(attempt.over)
        except TimeoutError:
            return
        raise NoRoomError

    def _make_room(self, attempt: Attempt) -> None:
        """Let somebody else go when there is no room. Raises NoRoomError when this one has failed as often as any."""
        if self._is_over:
            raise NoRoomError
        if sum(held.source == attempt.source for held in self._held) >= HELD_BY_SOURCE_MAX:
            raise NoRoomError
        if len(self._held) >= HELD_MAX:
            worst = max(self._held, key=lambda held: held.failures)
            if worst.failures <= attempt.failures:
                raise NoRoomError
            _let_go(worst)

    def _add(self, name: str, number: int) -> None:
        count = _Count(max(0, self.failures(name) + number), self._clock())
        self._counts[name] = count
        self._counts.move_to_end(name)
        while len(self._counts) > self._max:
            self._counts.popitem(last=False)

    def __len__(self) -> int:
        return len(self._counts)


def _growing(over: int) -> float:
    return 0.0 if over < 0 else min(2.0 ** min(over, 30), HOLD_MAX_SECONDS)


def _let_go(held: Attempt) -> None:
    if not held.over.done():
        held.over.set_result(None)
