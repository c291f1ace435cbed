"""What SQLite's errors mean to us, and how its files are opened."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from crisis.log import sqlite
from crisis.log.errors import DamagedFileError, Full, NotKept, Unwritable

if TYPE_CHECKING:
    from pathlib import Path


def error_of(code: int, text: str = "disk I/O error") -> sqlite3.Error:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (error_of(sqlite3.SQLITE_FULL), Full),
        (error_of(sqlite3.SQLITE_IOERR_WRITE), Full),
        (error_of(sqlite3.SQLITE_IOERR_READ), DamagedFileError),
        (error_of(sqlite3.SQLITE_CORRUPT_VTAB), DamagedFileError),
        (error_of(sqlite3.SQLITE_ERROR, "no such table: event"), DamagedFileError),
        (error_of(sqlite3.SQLITE_ERROR, "Could not decode to UTF-8 column 'body'"), DamagedFileError),
        (error_of(sqlite3.SQLITE_IOERR_FSYNC), Unwritable),
        (error_of(sqlite3.SQLITE_READONLY), Unwritable),
        (error_of(sqlite3.SQLITE_BUSY, "database is locked"), Unwritable),
        (error_of(sqlite3.SQLITE_ERROR, "something new"), Unwritable),
    ],
)
def test_an_error_of_sqlite_says_what_can_be_done(error: sqlite3.Error, meaning: type[Exception]) -> None:
    with pytest.raises(meaning) as raised, sqlite.errors():
        raise error

    assert raised.value.__cause__ is error
    assert str(error) in f"{raised.value} {getattr(raised.value, 'hint', '')}"


def test_a_wrong_use_of_sqlite_stays_a_bug() -> None:
    with pytest.raises(sqlite3.ProgrammingError), sqlite.errors():
        raise sqlite3.ProgrammingError("incorrect number of bindings")


def test_damage_is_no_refusal_to_write() -> None:
    assert not issubclass(DamagedFileError, NotKept)


def test_a_connection_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        sqlite.connect(tmp_path / "missing.db", read_only=False)

    assert list(tmp_path.iterdir()) == []


def test_a_reading_connection_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "file with spaces #1.db"
    with contextlib.closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE event (seq INTEGER)")

    with contextlib.closing(sqlite.connect(path, read_only=True)) as connection:
        assert connection.execute("SELECT count(*) FROM event").fetchone() == (0,)
        with pytest.raises(Unwritable), sqlite.errors():
            connection.execute("INSERT INTO event VALUES (1)")


def test_a_file_that_is_there_keeps_the_locks_of_this_process_when_it_is_opened_once_more(tmp_path: Path) -> None:
    path = tmp_path / "nodes.sqlite"
    sqlite.make_private(path)
    write = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"

    with contextlib.closing(sqlite.connect(path, read_only=False)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN IMMEDIATE")
        sqlite.make_private(path)
        other = subprocess.run([sys.executable, "-c", write, str(path)], capture_output=True, text=True, check=False)

    assert "database is locked" in other.stderr
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_symbolic_link_is_not_followed_when_a_private_file_is_made(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="symbolic link"):
        sqlite.make_private(tmp_path / "link")

    assert not (tmp_path / "elsewhere").exists()
