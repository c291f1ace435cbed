"""The log's file: SQLite with a write-ahead log, synced on every commit. Blocking; log.py calls it from threads."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.log import records, sqlite
from crisis.log.errors import Damaged, NotKept, Unwritable
from crisis.log.records import Kept, Position, Receipt
from kiezbox import sql
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from uuid import UUID

    from crisis.model.events import Sealed

FILE = "events.db"
FILES = (FILE, f"{FILE}-wal")  # without the third, which SQLite makes anew from these
_APPLICATION_ID = 1801807226  # statements/schema.sql
_SCHEMA = 1
_SCHEMA_MAX = 999  # more is no newer version, but a broken head
_COLUMNS = ", ".join(records.COLUMNS)


@dataclass(frozen=True, slots=True)
class Item:
    """An event to be kept, and the peer and its log that brought it ("" when it was written here)."""

    sealed: Sealed
    received_ms: int
    via: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Events that are kept all or none, and how far that brings us in a peer's log."""

    items: tuple[Item, ...]
    position: Position | None = None
    is_urgent: bool = True  # may use the room that is reserved for calls for help


def make(folder: Path, made_ms: int, kept: Iterable[Kept] = ()) -> None:
    """A new log in a new folder, on disk when this returns. Events of an older one keep their order."""
    folder.mkdir(mode=0o700)
    path = folder / FILE
    with sqlite.errors(), contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(sql.load("crisis.log", "schema"))
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN")
        connection.execute("INSERT INTO log (id, made) VALUES (?, ?)", (uuid.uuid4().bytes, made_ms))
        last = 0
        for entry in kept:
            last = max(entry.seq, last + 1)
            row = records.to_row(entry)
            connection.execute(_INSERT, (last, *row[1:]))
        connection.execute("COMMIT")
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make names in a folder as durable as the files."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_INSERT = (
    f"INSERT INTO event ({_COLUMNS}) VALUES ({', '.join('?' * len(records.COLUMNS))})"  # noqa: S608 -- our own names
    " ON CONFLICT (id) DO NOTHING"
)
_UPSERT_PEER = (
    "INSERT INTO peer (node, log, taken, taken_id, given, heard_at) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (node, log) DO UPDATE SET (taken, taken_id, given, heard_at)"
    " = (excluded.taken, excluded.taken_id, excluded.given, excluded.heard_at)"
)


class Disk:
    """An open log. One writes, and any number read (`Reader`). Raises Damaged, Full, Unwritable; OperatorError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / FILE
        with sqlite.errors():
            self._connection = sqlite.connect(self._path, read_only=False)
        self._is_open = True
        try:
            with sqlite.errors():
                _check_version(self._connection, self._path)
                self._check_journal()
                self.log = self._read_log()
                self.head = self._read_head()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; what is in its write-ahead log moves into it."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def verify(self) -> None:
        """Raise Damaged unless every page is in its place. `replay` compares each event with its checksum."""
        with sqlite.errors():
            found = self._connection.execute("PRAGMA integrity_check(1)").fetchone()
        if found is None or found[0] != "ok":
            raise Damaged(str(found and found[0]))

    def replay(self) -> Iterator[Kept]:
        """Every event, in the order of arrival. Raises Damaged at one that is not what was written."""
        with sqlite.errors():
            for row in self._connection.execute(f"{records.SELECT} ORDER BY seq"):
                yield records.intact(row)

    def positions(self) -> list[Position]:
        """How far we and each peer know each other's logs."""
        with sqlite.errors():
            rows = self._connection.execute("SELECT node, log, taken, taken_id, given, heard_at FROM peer").fetchall()
        return [
            Position(node, uuid.UUID(bytes=log), taken, None if last is None else uuid.UUID(bytes=last), given, heard)
            for node, log, taken, last, given, heard in rows
        ]

    def write(self, jobs: Sequence[Job]) -> list[list[Receipt]]:
        """Keep all jobs in one transaction that is on the disk when this returns; or none of them."""
        head = self.head
        try:
            with sqlite.errors():
                self._reopen()
                self._connection.execute("BEGIN IMMEDIATE")
                receipts = [self._write(job) for job in jobs]
                self._connection.execute("COMMIT")
        except (NotKept, Damaged) as error:
            self.head = head
            self._recover(error)
            raise
        return receipts

    def rename(self) -> UUID:
        """Give the log a new name: its peers then compare everything again, and nothing is doubled by that."""
        name = uuid.uuid4()
        with sqlite.errors():
            self._reopen()
            self._connection.execute("UPDATE log SET id = ?", (name.bytes,))
        self.log = name
        return name

    def free_bytes(self) -> int:
        """Room on the disk. Raises Unwritable."""
        try:
            found = os.statvfs(self.folder)
        except OSError as error:
            raise Unwritable("the log's folder cannot be reached", str(error)) from error
        return found.f_bavail * found.f_frsize

    def _write(self, job: Job) -> list[Receipt]:
        receipts = []
        for item in job.items:
            row = records.to_row(Kept(self.head + 1, item.sealed, item.received_ms, item.via))
            is_new = self._connection.execute(_INSERT, row).rowcount == 1
            self.head += is_new
            seq = self.head if is_new else self._seq_of(item.sealed.id)
            receipts.append(Receipt(item.sealed.id, seq, is_new))
        if job.position is not None:
            at = job.position
            last = None if at.taken_id is None else at.taken_id.bytes
            self._connection.execute(_UPSERT_PEER, (at.node, at.log.bytes, at.taken, last, at.given, at.heard_ms))
        return receipts

    def _seq_of(self, name: UUID) -> int:
        row = self._connection.execute("SELECT seq FROM event WHERE id = ?", (name.bytes,)).fetchone()
        return int(row[0])

    def _reopen(self) -> None:
        if not self._is_open:
            self._connection = sqlite.connect(self._path, read_only=False)
            self._is_open = True

    def _recover(self, error: Exception) -> None:
        """Back to what is on the disk. SQLite knows how after a full disk; after other errors only a new connection."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.rollback()
            if getattr(error.__cause__, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
                return
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()
        self._is_open = False

    def _check_journal(self) -> None:
        mode = self._connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode is None or mode[0] != "wal":
            raise Unwritable("the log's disk does not allow a write-ahead log", f"journal mode {mode and mode[0]}")
        # SQLite opens a read-only file without a word, and then so for every connection of this process.
        if not os.access(self._path, os.W_OK):
            raise Unwritable("the log's file is read-only")

    def _read_log(self) -> UUID:
        row = self._connection.execute("SELECT id FROM log").fetchone()
        if row is None or not isinstance(row[0], bytes) or len(row[0]) != 16:  # noqa: PLR2004 -- bytes of a UUID
            raise Damaged("the log has no name")
        return uuid.UUID(bytes=row[0])

    def _read_head(self) -> int:
        row = self._connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
        return int(row[0])


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    ours = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if ours != _APPLICATION_ID or not 0 < version <= _SCHEMA_MAX:
        raise Damaged("the file's head is not that of a log")
    if version > _SCHEMA:
        raise OperatorError(
            f"{path} was written by a newer Kiezbox (log format {version}, this one reads {_SCHEMA})",
            "install the version of Kiezbox that wrote it, or a newer one",
        )
