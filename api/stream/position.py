"""Positions in the feed: the order of what was committed, and the ids of the events of the stream."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

_ID = re.compile(r"(\d{1,19})-(\d{1,19})-(\d{1,9})-(\d{1,10})")
_BIGINT = 2**63


@dataclass(frozen=True, slots=True, order=True)
class FeedPosition:
    """The position before reading `offset` (from 0) of the feed row `row` of transaction `tx`.

    So the position after row 17 of a transaction is its row 18, reading 0; row 0 is before the whole transaction. `at`
    is the time at which the feed had reached it, in seconds of Unix time by the database's clock; it orders nothing.
    """

    tx: int
    row: int
    offset: int
    at: int = field(compare=False)

    def write(self) -> str:
        """The position as the id of an event."""
        return f"{self.tx}-{self.row}-{self.offset}-{self.at}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The position that the id of an event names; None when the id is not one of ours."""
        match = _ID.fullmatch(text) if text.isascii() else None
        if match is None:
            return None
        tx, row, offset, at = (int(part) for part in match.groups())
        return cls(tx, row, offset, at) if tx < _BIGINT and row < _BIGINT else None

    @property
    def last_row(self) -> int:
        """The last row before this position, whole or in part; 0: no row of this transaction."""
        return self.row if self.offset or not self.row else self.row - 1

    @property
    def time(self) -> datetime:
        """`at` as a time in UTC."""
        return datetime.fromtimestamp(self.at, UTC)
