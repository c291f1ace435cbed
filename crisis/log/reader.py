"""Reading the log's file while another thread writes it. Blocking; log.py calls it from a thread."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import TYPE_CHECKING

from crisis.log import file, records, sqlite
from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from uuid import UUID

    from crisis.log.records import LogRecord


class LogReader:
    """A second connection, for reading while the first one writes. `log` is the name of the log in `folder`.

    Every method raises DamagedFileError, Unwritable.
    """

    def __init__(self, folder: Path, log: UUID) -> None:
        self.log = log
        self.folder = folder
        with sqlite.errors():
            self._connection = sqlite.connect(folder / file.FILE, read_only=True)

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def after(self, seq: int, limit: int) -> list[LogRecord]:
        """The next records of the log, at most `limit`."""
        return self._select("select_events_after", seq=seq, limit=limit)

    def before(self, seq: int, limit: int, kind: str | None, actor: str | None) -> list[LogRecord]:
        """The records before a place in the log, the newest first; of one kind or by one person, if asked for."""
        return self._select("select_events_before", seq=seq, limit=limit, kind=kind, actor=actor)

    def written_here(self, kinds: Sequence[str], after: int, limit: int) -> list[LogRecord]:
        """The records of events of some kinds that were written here, after a place in the log."""
        return self._select("select_written_here", kinds=json.dumps(list(kinds)), seq=after, limit=limit)

    def arrivals(self, after: int, limit: int) -> list[tuple[int, bytes, int, int]]:
        """Of the next events their places, their ids, and in ms when they happened and arrived; at most `limit`."""
        with sqlite.errors():
            return self._connection.execute(
                sql.load("crisis.log", "select_arrivals"), {"seq": after, "limit": limit}
            ).fetchall()

    def known(self, events: Sequence[UUID]) -> dict[UUID, LogRecord]:
        """The records of these events, by the event's id; an event that is not in the log is left out."""
        found = [record for event in events for record in self._select("select_event_by_id", id=event.bytes)]
        return {record.encoded.id: record for record in found}

    def at(self, seq: int) -> LogRecord | None:
        """The record at a place in the log."""
        return next(iter(self._select("select_event_at", seq=seq)), None)

    def places(self, seqs: Sequence[int]) -> list[LogRecord]:
        """The records in these places of the log, in its order."""
        return self._select("select_events_at", seqs=json.dumps(list(seqs)))

    def _select(self, statement: str, **parameters: object) -> list[LogRecord]:
        with sqlite.errors():
            rows = self._connection.execute(sql.load("crisis.log", statement), parameters)
            return [records.intact(row) for row in rows]
