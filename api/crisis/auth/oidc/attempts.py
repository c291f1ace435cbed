"""Sign-ins through the provider that browsers have begun, in memory, for ten minutes."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

from api.crisis.auth.oidc.provider import Attempt

_SECONDS = 600.0
_ATTEMPTS_MAX = 1_000


class Attempts:
    """The attempts by the secret of their browser's cookie; at most `attempts_max`, the oldest go."""

    def __init__(self, clock: Callable[[], float] = monotonic, attempts_max: int = _ATTEMPTS_MAX) -> None:
        self._clock = clock
        self._max = attempts_max
        self._attempts: OrderedDict[str, tuple[Attempt, float]] = OrderedDict()

    def begin(self, attempt: Attempt) -> str:
        """Remember an attempt. Returns the secret for the cookie."""
        secret = secrets.token_urlsafe(32)
        self._attempts[secret] = (attempt, self._clock() + _SECONDS)
        while len(self._attempts) > self._max:
            self._attempts.popitem(last=False)
        return secret

    def take(self, secret: str) -> Attempt | None:
        """The attempt of this cookie, once; None when it is unknown or took too long."""
        found = self._attempts.pop(secret, None)
        return None if found is None or found[1] <= self._clock() else found[0]
