"""Reading the log's file while another thread writes it. Blocking; log.py calls it from a thread."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

from crisis.log import file, records, sqlite

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from uuid import UUID

    from crisis.log.records import Kept


class Reader:
    """A second connection, for reading while the first one writes. `log` is the log that it reads, in `folder`."""

    def __init__(self, folder: Path, log: UUID) -> None:
        self.log = log
        self.folder = folder
        with sqlite.errors():
            self._connection = sqlite.connect(folder / file.FILE, read_only=True)

    def close(self) -> None:
        """Close it."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def after(self, seq: int, limit: int) -> list[Kept]:
        """The next events of the log, at most `limit`."""
        return self._select("WHERE seq > ? ORDER BY seq LIMIT ?", seq, limit)

    def before(self, seq: int, limit: int, kind: str | None, actor: str | None) -> list[Kept]:
        """The events before one, the newest first; of one kind or by one person, if asked for."""
        return self._select(
            "WHERE seq < ? AND (?2 IS NULL OR kind = ?2) AND (?3 IS NULL OR actor = ?3) ORDER BY seq DESC LIMIT ?4",
            seq,
            kind,
            actor,
            limit,
        )

    def of_kinds(self, kinds: Sequence[str], after: int, limit: int) -> list[Kept]:
        """The events of some kinds that were written here, after a place in the log."""
        marks = ", ".join("?" * len(kinds))
        return self._select(
            f"WHERE seq > ? AND via = '' AND kind IN ({marks}) ORDER BY seq LIMIT ?", after, *kinds, limit
        )

    def known(self, names: Sequence[UUID]) -> dict[UUID, Kept]:
        """Which of these events are in the log."""
        found = [kept for name in names for kept in self._select("WHERE id = ?", name.bytes)]
        return {kept.sealed.id: kept for kept in found}

    def at(self, seq: int) -> Kept | None:
        """The event at a place in the log."""
        return next(iter(self._select("WHERE seq = ?", seq)), None)

    def _select(self, rest: str, *values: object) -> list[Kept]:
        with sqlite.errors():
            return [records.intact(row) for row in self._connection.execute(f"{records.SELECT} {rest}", values)]
