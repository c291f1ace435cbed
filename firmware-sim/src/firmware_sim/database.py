"""The only importer of sqlite3: a file that syncs every commit, survives a full disk, and is set aside when damaged."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING, Any

from firmware_sim.errors import OutboxWriteError, SimulatorError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_CHECKED_BYTES = 256 * 1024 * 1024  # larger files are not checked at the start: damage shows when it is read
_FREE_BYTES = 16 * 1024 * 1024  # reserved for deleting, which needs space too: nothing new is written into it
_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Database:
    """One file. Not thread-safe: one thread at a time uses it."""

    def __init__(self, file: Path, schema: str, version: int, warn: Callable[[str], None]) -> None:
        """Open or make the file with `schema`; `warn` hears when a corrupt one is set aside. Raises SimulatorError."""
        self._file = file
        self._schema = schema
        self._version = version
        self._warn = warn
        self.set_aside_count = 0  # how often the file had to be replaced since it was opened
        try:
            self._db = self._open()
        except sqlite3.DatabaseError as error:
            if not _is_corrupt(error):
                raise SimulatorError(f"cannot open the outbox {file}: {error}") from error
            self._db = self._set_aside(error)

    def close(self) -> None:
        """Close the file; everything committed is in it."""
        self._db.close()

    def execute(self, sql: str, parameters: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        """Run one statement, within a step of `transact`."""
        return self._db.execute(sql, parameters)

    def require_space(self) -> None:
        """Raise OutboxWriteError when the disk is almost full: the rest is for deleting what the hub has stored."""
        disk = os.statvfs(self._file.parent)
        if disk.f_bavail * disk.f_frsize < _FREE_BYTES:
            raise OutboxWriteError("the disk is full")

    def transact(self, steps: list[Callable[[], Any]]) -> list[Any]:
        """Run steps in one transaction and sync it to disk. Returns each step's result, or the exception it raised.

        When the transaction fails, each step runs again in a transaction of its own, so that only the bad ones fail.
        """
        problem: Exception
        try:
            try:
                return self._commit(steps)
            except sqlite3.DatabaseError as error:
                if not _is_corrupt(error):
                    raise
                self._db.close()
                self._db = self._set_aside(error)
                return self._commit(steps)
        except sqlite3.OperationalError as error:
            problem = OutboxWriteError(str(error))
        except Exception as error:  # noqa: BLE001 -- returned to the caller of the step
            problem = error
        return [problem] if len(steps) == 1 else [result for step in steps for result in self.transact([step])]

    def _commit(self, steps: list[Callable[[], Any]]) -> list[Any]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            results = [step() for step in steps]
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # SQLite has rolled some errors back already
                self._db.execute("ROLLBACK")
            raise
        return results

    def _set_aside(self, error: sqlite3.Error) -> sqlite3.Connection:
        """Rename a corrupt file and its write-ahead log, and start a new file."""
        self.set_aside_count += 1
        number = 1
        while (aside := self._file.with_name(f"{self._file.name}.corrupt-{number}")).exists():
            number += 1
        try:
            for ending in ("", "-wal", "-shm"):
                part = self._file.with_name(self._file.name + ending)
                if part.exists():
                    part.rename(aside.with_name(aside.name + ending))
        except OSError as problem:
            raise SimulatorError(f"cannot set the corrupt outbox {self._file} aside ({error}): {problem}") from problem
        self._warn(
            f"THE OUTBOX IS CORRUPT ({error}). It is set aside as {aside} and a new one is started;"
            " messages in it that the hub had not acknowledged will not be sent"
        )
        return self._open()

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._file, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")  # a commit is on disk when it returns
            db.execute("PRAGMA journal_size_limit = 16777216")
            self._prepare(db)
        except BaseException:
            db.close()
            raise
        return db

    def _prepare(self, db: sqlite3.Connection) -> None:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version > self._version:
            raise SimulatorError(
                f"{self._file} was made by a newer firmware-sim: use that one, or another --data folder"
            )
        if version == 0:
            db.executescript(f"BEGIN; {self._schema} PRAGMA user_version = {self._version}; COMMIT;")
        elif self._file.stat().st_size <= _CHECKED_BYTES:
            (result,) = db.execute("PRAGMA quick_check(1)").fetchone()
            if result != "ok":
                damage = sqlite3.DatabaseError(result)
                damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
                raise damage


def _is_corrupt(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _CORRUPT  # the low byte is the primary code
