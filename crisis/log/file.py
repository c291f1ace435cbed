"""The log's file: SQLite with a write-ahead log, synced on every commit. Blocking; log.py calls it from threads."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import uuid
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from crisis.log import records, sqlite
from crisis.log.errors import DamagedFileError, NotKept, Unwritable
from crisis.log.records import AppendResult, HeldEvent, LogRecord, PeerPosition
from kiezbox import sql
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import Any
    from uuid import UUID

    from crisis.model.events import EncodedEvent

log = logging.getLogger(__name__)

FILE = "events.db"
FILES = (FILE, f"{FILE}-wal")  # SQLite makes its third file, the index of the write-ahead log, anew
_APPLICATION_ID = 1801807226  # sql/schema.sql
_SCHEMA = 2
UNCHECKED = "unchecked"  # the mark that says up to where nobody checked events when they arrived (sql/upgrade_2.sql)
# The mark that says from where on kinds of events count as lines of the operation log that had none in its first
# version (crisis/state/book.py).
BOOK_GREW = "book_grew"
_SCHEMA_MAX = 999  # a higher number is not a newer version but a damaged header
_UUID_BYTES = 16
_sql = partial(sql.load, "crisis.log")


@dataclass(frozen=True, slots=True)
class Item:
    """An event to be kept. `via`: the peer and its log that it came from, "" when it was written here."""

    encoded: EncodedEvent
    received_ms: int
    via: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Events of which all are kept or none, and the position in a peer's log that they reach."""

    items: tuple[Item, ...]
    position: PeerPosition | None = None
    is_urgent: bool = True  # may use the room that is reserved for calls for help
    held: tuple[HeldEvent, ...] = ()  # kept beside the log
    released: tuple[UUID, ...] = ()  # not held back any longer
    replaced: tuple[LogRecord, ...] = ()  # events that are there: with a signature, or without the words of a resident
    marks: tuple[tuple[str, int], ...] = ()  # what the log remembers about itself


def make(folder: Path, made_ms: int, found: Iterable[LogRecord] = ()) -> None:
    """Make a new log in a new folder, on disk when this returns. Records of an older log keep their order."""
    folder.mkdir(mode=0o700)
    path = folder / FILE
    with sqlite.errors(), contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(_sql("schema"))
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN")
        connection.execute(_sql("insert_log"), {"id": uuid.uuid4().bytes, "made": made_ms})
        connection.execute(_sql("upsert_mark"), {"name": BOOK_GREW, "value": 0})
        last = 0
        for record in found:
            last = max(record.seq, last + 1)
            connection.execute(_sql("insert_event"), records.to_row(record) | {"seq": last})
        if last:
            connection.execute(_sql("upsert_mark"), {"name": UNCHECKED, "value": last})
        connection.execute("COMMIT")
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder as durable as the files."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class LogFile:
    """An open log. One writes, any number read (`LogReader`).

    Raises DamagedFileError, Full, Unwritable; OperatorError for a newer version.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / FILE
        with sqlite.errors():
            self._connection = sqlite.connect(self._path, read_only=False)
        self._is_open = True
        try:
            with sqlite.errors():
                version = _check_version(self._connection, self._path)
                self._check_journal()
                if version < _SCHEMA:
                    self._upgrade()
                self._mark_book()
                self.log = self._read_log()
                self.head = int(self._connection.execute(_sql("select_head")).fetchone()[0])
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file. What is valid in its write-ahead log moves into it; the rest of that is deleted."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def verify(self) -> None:
        """Raise DamagedFileError unless every page is in its place. `replay` compares each event with its checksum."""
        with sqlite.errors():
            found = self._connection.execute("PRAGMA integrity_check(1)").fetchone()
        if found is None or found[0] != "ok":
            raise DamagedFileError(str(found and found[0]))

    def replay(self) -> Iterator[LogRecord]:
        """Every record in the order of arrival. Raises DamagedFileError at one that is not what was written."""
        with sqlite.errors():
            for row in self._connection.execute(_sql("select_events")):
                yield records.intact(row)

    def positions(self) -> list[PeerPosition]:
        """How far we and each peer know each other's logs."""
        with sqlite.errors():
            rows = self._connection.execute(_sql("select_peers")).fetchall()
        return [
            PeerPosition(
                node, uuid.UUID(bytes=log), taken, None if last is None else uuid.UUID(bytes=last), given, heard
            )
            for node, log, taken, last, given, heard in rows
        ]

    def held(self) -> list[HeldEvent]:
        """What is kept beside the log, the oldest first."""
        with sqlite.errors():
            rows = self._connection.execute(_sql("select_held")).fetchall()
        return [held for row in rows if (held := records.from_held_row(row)) is not None]

    def marks(self) -> dict[str, int]:
        """What the log remembers about itself."""
        with sqlite.errors():
            return dict(self._connection.execute(_sql("select_marks")).fetchall())

    def scrub(self) -> None:
        """Empty the write-ahead log into the file, where SQLite has zeroed what was replaced (`secure_delete`)."""
        with sqlite.errors():
            self._reopen()
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def write(self, jobs: Sequence[Job]) -> list[list[AppendResult]]:
        """Keep all jobs in one transaction, which is on the disk when this returns; or keep none of them."""
        head = self.head
        try:
            with sqlite.errors():
                self._reopen()
                if len(jobs) == 1 and _is_one_event(jobs[0]):
                    return [[self._insert(jobs[0].items[0])]]
                self._connection.execute("BEGIN IMMEDIATE")
                results = [self._write(job) for job in jobs]
                self._connection.execute("COMMIT")
        except BaseException as error:  # whatever it is: in a transaction left open the next event would not be kept
            self.head = head
            self._recover(error)
            raise
        return results

    def rename(self) -> UUID:
        """Give the log a new name: its peers then compare everything again, which adds no event twice."""
        name = uuid.uuid4()
        with sqlite.errors():
            self._reopen()
            self._connection.execute(_sql("update_log_id"), {"id": name.bytes})
        self.log = name
        return name

    def free_bytes(self) -> int:
        """Room on the disk. Raises Unwritable."""
        try:
            found = os.statvfs(self.folder)
        except OSError as error:
            raise Unwritable("the log's folder cannot be reached", str(error)) from error
        return found.f_bavail * found.f_frsize

    def _write(self, job: Job) -> list[AppendResult]:
        results = [self._insert(item) for item in job.items]
        if job.position is not None:
            row = _peer_row(job.position)
            self._connection.execute(_sql("upsert_peer"), row)
            self._connection.execute(_sql("trim_peers"), row | {"kept": records.LOGS_OF_A_PEER - 1})
        self._connection.executemany(_sql("upsert_held"), map(records.to_held_row, job.held))
        self._connection.executemany(_sql("delete_held"), [{"id": event.bytes} for event in job.released])
        self._connection.executemany(_sql("update_event"), map(_update_row, job.replaced))
        self._connection.executemany(_sql("upsert_mark"), [{"name": name, "value": value} for name, value in job.marks])
        return results

    def _insert(self, item: Item) -> AppendResult:
        row = records.to_row(LogRecord(self.head + 1, item.encoded, item.received_ms, item.via))
        is_new = self._connection.execute(_sql("insert_event"), row).rowcount == 1
        self.head += is_new
        seq = self.head if is_new else self._seq_of(item.encoded.id)
        return AppendResult(item.encoded.id, seq, is_new)

    def _seq_of(self, event: UUID) -> int:
        return int(self._connection.execute(_sql("select_seq"), {"id": event.bytes}).fetchone()[0])

    def _reopen(self) -> None:
        if not self._is_open:
            self._connection = sqlite.connect(self._path, read_only=False)
            self._is_open = True

    def _recover(self, error: BaseException) -> None:
        """Go back to what is on the disk. After a full disk a rollback suffices; other errors need a new connection.

        The connection of a damaged file stays open: closing it would delete the write-ahead log (folder.py).
        """
        with contextlib.suppress(sqlite3.Error):
            self._connection.rollback()
            if getattr(error.__cause__, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
                return
        if isinstance(error, DamagedFileError):
            return
        self.close()
        self._is_open = False

    def _upgrade(self) -> None:
        """Make room for signatures in a log of the version before: as a whole, or not at all."""
        self._connection.executescript(f"BEGIN IMMEDIATE;\n{_sql('upgrade_2')}\nCOMMIT;")

    def _mark_book(self) -> None:
        """In a log of before: remember up to where it had only the lines of the first version."""
        try:
            with sqlite.errors():
                self._connection.execute(_sql("insert_mark_at_head"), {"name": BOOK_GREW})
        except NotKept as error:  # a full disk must not stop the node: until its next start it has the lines of before
            log.warning("the log cannot remember from where on it has new kinds of lines", extra={"error": error})

    def _check_journal(self) -> None:
        mode = self._connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode is None or mode[0] != "wal":
            raise Unwritable("the log's disk does not allow a write-ahead log", f"journal mode {mode and mode[0]}")
        # SQLite opens a read-only file without an error, and then for every connection of this process.
        if not os.access(self._path, os.W_OK):
            raise Unwritable("the log's file is read-only")

    def _read_log(self) -> UUID:
        row = self._connection.execute(_sql("select_log_id")).fetchone()
        if row is None or not isinstance(row[0], bytes) or len(row[0]) != _UUID_BYTES:
            raise DamagedFileError("the log has no name")
        return uuid.UUID(bytes=row[0])


def _is_one_event(job: Job) -> bool:
    """Whether it is a single event, as calls are: one statement is a transaction of its own.

    After each statement this thread waits until the event loop lets it run, so a call waits once instead of thrice.
    """
    return len(job.items) == 1 and job == Job(job.items, is_urgent=job.is_urgent)


def _update_row(record: LogRecord) -> dict[str, Any]:
    """The values of statement `update_event`."""
    row = records.to_row(record)
    names = ("id", "body", "received_at", "via", "checksum", "serial", "signature")
    return {name: row[name] for name in names}


def _peer_row(position: PeerPosition) -> dict[str, Any]:
    """The values of table `peer` by column."""
    return {
        "node": position.node,
        "log": position.log.bytes,
        "taken": position.taken,
        "taken_id": None if position.taken_id is None else position.taken_id.bytes,
        "given": position.given,
        "heard_at": position.heard_ms,
    }


def _check_version(connection: sqlite3.Connection, path: Path) -> int:
    """The version of the file. Raises DamagedFileError, OperatorError."""
    ours = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if ours != _APPLICATION_ID or not 0 < version <= _SCHEMA_MAX:
        raise DamagedFileError("the file's header is not that of a log")
    if version > _SCHEMA:
        raise OperatorError(
            f"{path} was written by a newer Kiezbox (log format {version}, this one reads {_SCHEMA})",
            "install the version of Kiezbox that wrote it, or a newer one",
        )
    return int(version)
