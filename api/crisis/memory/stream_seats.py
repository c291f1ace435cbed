"""How many live streams an application has open."""

import contextlib
from collections.abc import Iterator

from kiezbox import metrics


class StreamSeats:
    """At most `seats` streams at once; the metric `kiezbox_crisis_stream_clients` follows."""

    def __init__(self, seats: int) -> None:
        self.seats = seats
        self._taken = 0

    @property
    def is_full(self) -> bool:
        """Whether no further stream may open."""
        return self._taken >= self.seats

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """One seat while the block runs."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        self._taken += change
        metrics.CRISIS_STREAM_CLIENTS.set(self._taken)
