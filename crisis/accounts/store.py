"""The file of a node's accounts: SQLite beside the log, shared by the API and the command line.

It needs no lock of ours: SQLite lets many read while one writes. At a hub it is the truth about the accounts that the
hub issues; at a box it holds what the hub has granted there (crisis/sync/accounts.py), and the box's own accounts.
While the disk is unwritable a copy in memory is read (crisis/log/memory_copy.py), so that whoever is signed in stays
so.
"""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

from crisis.log import memory_copy, sqlite
from crisis.log.errors import NotKept
from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import Any

FILE = "accounts.sqlite"
# Columns that tables got later: SQLite has no `ADD COLUMN IF NOT EXISTS`.
_ADDED_COLUMNS = (
    ("account", "origin", "TEXT NOT NULL DEFAULT 'local'"),  # `hub`: at a box, an account that the hub issued
    ("account", "granted_ms", "INTEGER"),  # at a box: since when the hub lets it be used here; NULL: not any more
    ("account", "credential", "BLOB"),  # at a box: the event that brought the password
    ("account", "is_blocked", "INTEGER NOT NULL DEFAULT 0"),  # at a box: an account of the hub, disabled here alone
    ("session", "device", "TEXT NOT NULL DEFAULT ''"),  # devices.py
)


class AccountStore:
    """The open file. One thread at a time uses it. Every method raises Full, Unwritable, DamagedFileError."""

    def __init__(self, connection: sqlite3.Connection, copy: Path | None = None) -> None:
        self._connection = connection
        self._copy = copy

    @property
    def is_copy(self) -> bool:
        """Whether this is a copy in memory, in which nothing can be changed."""
        return self._copy is not None

    def rows(self, statement: str, parameters: Mapping[str, Any] | None = None) -> list[Any]:
        """The rows that a statement finds."""
        with sqlite.errors():
            return self._connection.execute(statement, parameters or {}).fetchall()

    def run(self, statement: str, parameters: Mapping[str, Any] | None = None) -> int:
        """Run a statement that changes something. The number of rows that it changed."""
        with sqlite.errors():
            return self._connection.execute(statement, parameters or {}).rowcount

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """The changes of the block are on the disk as a whole, or not at all."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # a full disk has ended the transaction already
                self._connection.execute("ROLLBACK")
            raise
        self.run("COMMIT")

    def meta(self, name: str) -> str | None:
        """What is noted about this node under a name."""
        rows = self.rows(sql.load("crisis.accounts", "select_meta"), {"name": name})
        return rows[0][0] if rows else None

    def set_meta(self, name: str, value: str) -> None:
        """Note something about this node."""
        self.run(sql.load("crisis.accounts", "upsert_meta"), {"name": name, "value": value})

    def close(self) -> None:
        """Close the file, and free the memory of a copy."""
        self._connection.close()
        if self._copy is not None:
            memory_copy.remove(self._copy)


def open_store(folder: Path) -> AccountStore:
    """The accounts of the node whose folder this is; the file and the folder are made when missing.

    Raises OSError, Full, Unwritable, DamagedFileError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / FILE
    try:
        sqlite.make_private(path)  # whoever can read it can try passwords as fast as their machine allows
        return AccountStore(_connected(path))
    except (OSError, NotKept) as error:
        if not path.exists() or (isinstance(error, OSError) and not memory_copy.is_needed(error)):
            raise
    return _copied(path)


def _connected(path: Path) -> sqlite3.Connection:
    with sqlite.errors():
        connection = sqlite.connect(path, read_only=False)
    try:
        with sqlite.errors():
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA foreign_keys = ON")
            for package in ("crisis.accounts", "crisis.accounts.factors"):
                connection.executescript(sql.load(package, "schema"))
            _add_columns(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _add_columns(connection: sqlite3.Connection) -> None:
    def missing() -> list[tuple[str, str, str]]:
        tables = {table for table, _, _ in _ADDED_COLUMNS}
        has = {(table, row[1]) for table in tables for row in connection.execute(f"PRAGMA table_info({table})")}
        return [added for added in _ADDED_COLUMNS if added[:2] not in has]

    if not missing():
        return
    connection.execute("BEGIN IMMEDIATE")  # another process may do the same now
    try:
        for table, column, definition in missing():
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {definition}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _copied(path: Path) -> AccountStore:
    made = memory_copy.copy([path, path.with_name(f"{FILE}-wal")])
    try:
        connection = _connected(made / FILE)
    except BaseException:
        memory_copy.remove(made)
        raise
    connection.execute("PRAGMA query_only = ON")
    return AccountStore(connection, made)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[AccountStore]:
    """The accounts during the block. Raises as open_store does."""
    store = open_store(folder)
    try:
        yield store
    finally:
        store.close()
