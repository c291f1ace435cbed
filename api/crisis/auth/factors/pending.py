"""People whose password or badge was right, and who still have to show a second factor. In memory, for ten minutes."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from crisis.accounts.factors import totp

_SECONDS = 600.0
_PENDING_MAX = 1_000
_WRONG_MAX = 5  # then the password has to be typed again


@dataclass(slots=True)
class PendingSignIn:
    """Somebody who is half signed in.

    `totp_secret` and `challenge` are what the page offers to them: for an app that is being set up, for a passkey.
    """

    account: str
    page: str  # where they go afterwards
    mark: str  # of a browser that has signed in before; else empty
    by_badge: bool  # a badge came first, so that it cannot be the second factor as well
    ended: int  # crisis.accounts.accounts.ended when it began: a password changed or a badge revoked since then ends it
    until: float  # seconds of the clock of PendingSignIns
    totp_secret: str = field(default_factory=totp.new_secret, repr=False)
    challenge: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    wrong: int = 0


class PendingSignIns:
    """Everybody who is half signed in, by the secret of their cookie; at most `pending_max`, the oldest go."""

    def __init__(self, clock: Callable[[], float] = monotonic, pending_max: int = _PENDING_MAX) -> None:
        self._clock = clock
        self._max = pending_max
        self._pending: OrderedDict[str, PendingSignIn] = OrderedDict()

    def begin(self, account: str, page: str, mark: str, *, ended: int, by_badge: bool = False) -> str:
        """Remember somebody. Returns the secret for the cookie."""
        secret = secrets.token_urlsafe(32)
        self._pending[secret] = PendingSignIn(account, page, mark, by_badge, ended, self._clock() + _SECONDS)
        while len(self._pending) > self._max:
            self._pending.popitem(last=False)
        return secret

    def find(self, secret: str) -> PendingSignIn | None:
        """Whose cookie this is; None when it is unknown, took too long, or was wrong too often."""
        found = self._pending.get(secret)
        if found is None or found.until <= self._clock() or found.wrong >= _WRONG_MAX:
            self._pending.pop(secret, None)
            return None
        return found

    def end(self, secret: str) -> None:
        """Forget somebody: they are in, or gave up."""
        self._pending.pop(secret, None)


@dataclass(slots=True)
class Offer:
    """What the page of a signed-in person offers to set up: a secret for an app, a challenge for a passkey."""

    totp_secret: str = field(default_factory=totp.new_secret, repr=False)
    challenge: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)


class Offers:
    """The offers of the last sessions that opened that page; at most `offers_max`, the oldest go."""

    def __init__(self, offers_max: int = _PENDING_MAX) -> None:
        self._max = offers_max
        self._offers: OrderedDict[str, Offer] = OrderedDict()

    def of(self, session: str) -> Offer:
        """The offer of this session: the same one until it is taken, so that every window shows it."""
        offer = self._offers.setdefault(session, Offer())
        while len(self._offers) > self._max:
            self._offers.popitem(last=False)
        return offer

    def end(self, session: str) -> None:
        """The offer was taken: the next one is another."""
        self._offers.pop(session, None)
