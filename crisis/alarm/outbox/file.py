"""The outbox's file, and its copy in memory while the disk takes nothing: a full disk keeps nobody from being told.

When the disk takes something again, the copy is written back as a whole: nothing that happened meanwhile is lost, and
nobody is told again. Only a process that ends before that goes on from what the disk had.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from crisis.log import memory_copy, sqlite
from crisis.log.errors import DamagedFileError, NotKept, Unwritable
from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeVar

    T = TypeVar("T")

log = logging.getLogger(__name__)

RETURN_SECONDS, RETURN_MAX_SECONDS = 30.0, 600.0  # how long the disk is left alone; longer after each failure
_sql = partial(sql.load, "crisis.alarm.outbox")


class OutboxFile:
    """The open file, or its copy in memory. One thread at a time uses it. `seconds`: a steady clock."""

    def __init__(self, path: Path, seconds: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._seconds = seconds
        self._using = threading.Lock()
        self._is_closed = False
        self.is_in_memory = False
        self._is_whole = True  # the copy in memory began with what the disk has
        self._pause = RETURN_SECONDS
        self._back_at = 0.0  # when the disk is tried again
        self._left_at: float | None = None
        self._connection = self._opened()

    # -- opening -----------------------------------------------------------------------------------------------------

    def _opened(self) -> sqlite3.Connection:
        try:
            sqlite.make_private(self._path)
            return self._begun(self._connected())
        except DamagedFileError as error:
            self._set_aside("damaged", error)
            with contextlib.suppress(OSError, NotKept, DamagedFileError):
                sqlite.make_private(self._path)
                return self._begun(self._connected())
        except (OSError, NotKept) as error:
            self._say(error)
        return self._begun(self._in_memory(self._readable()))

    def _connected(self) -> sqlite3.Connection:
        with sqlite.errors():
            connection = sqlite.connect(self._path, read_only=False)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA cache_size = -256")  # KiB: a box has no memory to spare, and this is small
                connection.executescript(_sql("schema"))
            except BaseException:
                connection.close()
                raise
        return connection

    @staticmethod
    def _begun(connection: sqlite3.Connection) -> sqlite3.Connection:
        """What the process before this one was sending when it ended is sent once more, or is unsure."""
        with sqlite.errors():
            try:
                connection.execute(_sql("update_unsure"))
                connection.execute(_sql("update_counted_unsure"))
            except BaseException:
                connection.close()
                raise
        return connection

    def _readable(self) -> sqlite3.Connection | None:
        """What is on a disk that takes nothing: SQLite writes even to read, so it reads a copy."""
        wal = self._path.with_name(f"{self._path.name}-wal")
        try:
            folder = memory_copy.copy((self._path, wal))
        except OSError as error:
            log.error("the outbox of alarms cannot be read", extra={"file": self._path, "error": error})  # noqa: TRY400 -- for the operator: no bug, so no stack trace
            return None
        try:
            connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            with sqlite.errors(), contextlib.closing(sqlite.connect(folder / self._path.name, read_only=False)) as copy:
                copy.backup(connection)
        except (NotKept, DamagedFileError) as error:
            connection.close()
            log.error("the outbox of alarms cannot be read", extra={"file": self._path, "error": error})  # noqa: TRY400 -- for the operator: no bug, so no stack trace
            return None
        finally:
            memory_copy.remove(folder)
        return connection

    def _set_aside(self, why: str, error: Exception | None = None) -> None:
        aside = self._path.with_name(f"{self._path.name}.{why}-{int(time.time())}")
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                self._path.with_name(f"{self._path.name}{end}").rename(aside.with_name(f"{aside.name}{end}"))
        text = "is damaged" if error is not None else "could not be read when it was needed"
        log.error(f"the outbox of alarms {text}, it is set aside", extra={"aside": aside, "error": error})

    def _say(self, error: Exception) -> None:
        log.error(
            "the outbox of alarms cannot be written: people are told all the same, and after a restart perhaps again",
            extra={"file": self._path, "error": error},
        )

    # -- into memory, and back ---------------------------------------------------------------------------------------

    def _in_memory(self, source: sqlite3.Connection | None) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._is_whole = False
        if source is not None:
            with contextlib.suppress(sqlite3.Error):
                source.backup(connection)
                self._is_whole = True
            source.close()
        connection.executescript(_sql("schema"))
        now = self._seconds()
        # A disk that is full again at once is left alone for longer.
        is_again = self._left_at is not None and now - self._left_at < RETURN_MAX_SECONDS
        self._pause = min(self._pause * 2, RETURN_MAX_SECONDS) if is_again else RETURN_SECONDS
        self._left_at = now
        self._back_at = now + self._pause
        self.is_in_memory = True
        return connection

    def _return(self) -> None:
        """Write the copy in memory to the disk, and use that again. A disk that takes nothing still is tried later."""
        try:
            if not self._is_whole and self._path.exists() and self._path.stat().st_size:
                self._set_aside("before")
            sqlite.make_private(self._path)
            disk = self._connected()
            try:
                self._put_back()
            except BaseException:
                disk.close()
                raise
        except (OSError, NotKept, DamagedFileError) as error:
            if isinstance(error, DamagedFileError):
                self._set_aside("damaged", error)
            self._pause = min(self._pause * 2, RETURN_MAX_SECONDS)
            self._back_at = self._seconds() + self._pause
            return
        self._connection.close()
        lost = "nothing is lost" if self._is_whole else "what it held before lies aside"
        self._connection, self.is_in_memory, self._is_whole = disk, False, True
        log.warning(f"the outbox of alarms is on the disk again: {lost}", extra={"file": self._path})

    def _put_back(self) -> None:
        with sqlite.errors():
            self._connection.execute("ATTACH DATABASE ? AS disk", (str(self._path.absolute()),))
            try:
                self._connection.execute("PRAGMA disk.synchronous = FULL")
                self._connection.executescript(_sql("put_back"))
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                self._connection.execute("DETACH DATABASE disk")

    # -- using it ----------------------------------------------------------------------------------------------------

    def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do this in one transaction. Raises Unwritable once it is closed."""
        with self._using:  # work that was cancelled goes on in its thread, and must not find the file closed under it
            if self._is_closed:
                raise Unwritable("the outbox of alarms is closed")
            if self.is_in_memory and self._seconds() >= self._back_at:
                self._return()
            try:
                return self._attempt(work)
            except (NotKept, DamagedFileError) as error:
                if self.is_in_memory:
                    raise
                self._say(error)
                self._connection = self._in_memory(self._connection)
                return self._attempt(work)

    def _attempt(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with sqlite.errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(self._connection)
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # a full disk has ended the transaction already
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
        return result

    def close(self, last: Callable[[sqlite3.Connection], object]) -> None:
        """Do one thing more, if that can be, and close the file; what is in memory alone is written if it can be."""
        with self._using:
            if self.is_in_memory:
                self._return()
            self._is_closed = True
            with contextlib.suppress(sqlite3.Error):
                last(self._connection)
            self._connection.close()
