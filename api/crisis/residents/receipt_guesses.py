"""Wrong receipt numbers are counted, so that nobody finds other people's by trying (limits.py says what is fair)."""

from collections.abc import Callable
from time import monotonic

from fastapi import Request

from api.crisis import limits
from api.crisis.limits import Buckets, Rate

# A number has 40 bits. A phone may mistype it often; a network of phones may try once a second, which in a year finds
# one of 10,000 receipts with a probability of a quarter.
_DEVICE, _ADDRESS = Rate(12, 1 / 30), Rate(120, 1 / 5)


class Guesses:
    """How many wrong numbers came from where, in one application."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._devices = Buckets(_DEVICE)
        self._addresses = Buckets(_ADDRESS)

    def wait_seconds(self, client: limits.Client) -> float:
        """How long until this client may try again; 0 when it may."""
        now = self._clock()
        return max(
            self._devices.wait_seconds(client.device, 1, now), self._addresses.wait_seconds(client.address, 1, now)
        )

    def count(self, client: limits.Client) -> None:
        """Count a wrong one."""
        now = self._clock()
        self._devices.take(client.device, 1, now)
        self._addresses.take(client.address, 1, now)


def wait_seconds(request: Request) -> float:
    """How long whoever asks has to wait before another number."""
    return _of(request).wait_seconds(limits.client_of(request))


def count(request: Request) -> None:
    """A number was wrong."""
    _of(request).count(limits.client_of(request))


def _of(request: Request) -> Guesses:
    state = request.app.state
    if not hasattr(state, "guesses"):
        state.guesses = Guesses()
    found: Guesses = state.guesses
    return found
