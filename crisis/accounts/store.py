"""The file of a node's accounts: SQLite beside the log, shared by the API and the command line.

It needs no lock of ours: SQLite lets many read while one writes. It is not replicated: a password is good on the node
where it was set. While the disk takes nothing a copy in memory is read (refuge.py): who is signed in stays so.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from typing import TYPE_CHECKING

from crisis.log import memory_copy, sqlite
from crisis.log.errors import NotKept
from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Any

FILE = "accounts.sqlite"


class Book:
    """The open file. One thread uses it at a time. Every method raises Full, Unwritable, Damaged (errors.py)."""

    def __init__(self, connection: sqlite3.Connection, copy: Path | None = None) -> None:
        self._connection = connection
        self._copy = copy

    @property
    def is_copy(self) -> bool:
        """Whether this is a copy in memory, in which nothing can be changed."""
        return self._copy is not None

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """What a statement finds."""
        with sqlite.errors():
            return self._connection.execute(statement, values).fetchall()

    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Run a statement that changes something; how many rows it changed."""
        with sqlite.errors():
            return self._connection.execute(statement, values).rowcount

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """What happens in the block is on the disk as a whole, or not at all."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # a full disk has ended the transaction already
                self._connection.execute("ROLLBACK")
            raise
        self.run("COMMIT")

    def close(self) -> None:
        """Close the file, and give the memory of a copy back."""
        self._connection.close()
        if self._copy is not None:
            memory_copy.leave(self._copy)


def open_book(folder: Path) -> Book:
    """The accounts of the node whose folder this is; the file and the folder are made when missing.

    Raises OSError, Full, Unwritable, Damaged.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / FILE
    try:
        _make(path)
        return Book(_connected(path))
    except (OSError, NotKept) as error:
        if not path.exists() or (isinstance(error, OSError) and not memory_copy.is_needed(error)):
            raise
    return _copied(path)


def _make(path: Path) -> None:
    """The file, made when missing, for the node's own user. A link in its place is not followed: we may be root."""
    # Whoever may read it may guess passwords as fast as their machine allows.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if os.geteuid() == 0:  # an administrator makes the account, and the node's own user must read it
            owner = path.parent.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
    finally:
        os.close(descriptor)


def _connected(path: Path) -> sqlite3.Connection:
    with sqlite.errors():
        connection = sqlite.connect(path, read_only=False)
    try:
        with sqlite.errors():
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.executescript(sql.load("crisis.accounts", "schema"))
    except BaseException:
        connection.close()
        raise
    return connection


def _copied(path: Path) -> Book:
    made = memory_copy.copy([path, path.with_name(f"{FILE}-wal")])
    try:
        connection = _connected(made / FILE)
    except BaseException:
        memory_copy.leave(made)
        raise
    connection.execute("PRAGMA query_only = ON")
    return Book(connection, made)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Book]:
    """The accounts during the block. Raises as open_book does."""
    book = open_book(folder)
    try:
        yield book
    finally:
        book.close()
