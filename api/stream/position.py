"""Places in the feed: the order of what was committed, and the id of each event of the stream."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

_ID = re.compile(r"(\d{1,19})-(\d{1,19})-(\d{1,9})-(\d{1,10})")
_BIGINT = 2**63


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Before reading `offset` (from 0) of the feed row `row` of transaction `tx`; everything ahead of that is done.

    So the place after row 17 of a transaction is its row 18, reading 0, and row 0 is before all of it. `at` is when it
    was so, in seconds of Unix time by the database's clock; it orders nothing.
    """

    tx: int
    row: int
    offset: int
    at: int = field(compare=False)

    def write(self) -> str:
        """As the id of an event."""
        return f"{self.tx}-{self.row}-{self.offset}-{self.at}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """From the id of an event; None when it is not one of ours."""
        match = _ID.fullmatch(text) if text.isascii() else None
        if match is None:
            return None
        tx, row, offset, at = (int(part) for part in match.groups())
        return cls(tx, row, offset, at) if tx < _BIGINT and row < _BIGINT else None

    @property
    def last_row(self) -> int:
        """The row that was done last, wholly or in part; 0: none of this transaction."""
        return self.row if self.offset or not self.row else self.row - 1

    @property
    def time(self) -> datetime:
        """When it was so."""
        return datetime.fromtimestamp(self.at, UTC)
