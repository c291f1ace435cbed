"""How many messages go into one transaction after a batch has outlasted the database's time limit. Pure."""

from __future__ import annotations

from dataclasses import dataclass

UNLIMITED = 2**31  # then a batch is as large as ingest.batch makes it
_EASY = 4  # after a transaction that took a quarter of that time the next may be twice as large


@dataclass(slots=True)
class PartSize:
    """The most messages of one transaction: halved after one that takes too long, doubled after a quick one."""

    messages_max: int = UNLIMITED
    limit_seconds: float = 0.0  # how long the last transaction took that took too long

    def halve(self, messages: int, seconds: float) -> None:
        """A transaction of so many messages was given up after these seconds."""
        self.messages_max = max(1, messages // 2)
        self.limit_seconds = seconds

    def grow(self, messages: int, seconds: float) -> None:
        """A transaction of so many messages was committed after these seconds."""
        if messages == self.messages_max and seconds * _EASY < self.limit_seconds:
            self.messages_max = min(UNLIMITED, 2 * messages)
