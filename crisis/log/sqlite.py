"""How we open SQLite, and what its errors mean to us."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from typing import TYPE_CHECKING

from crisis.log.errors import DamagedFileError, Full, Unwritable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BUSY_SECONDS = 5.0
_PRIMARY = 0xFF  # the lower byte of SQLite's extended error codes
# What a full disk, a quota and a limit on the size of files look like.
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_TRUNCATE}
# What broken pages look like, and a memory card that can no longer read them.
_DAMAGED = {
    *(sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB),
    *(sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS),
}
# A broken schema, and a text that is not UTF-8. Neither SQLite nor Python has error codes for them.
_DAMAGED_MESSAGES = ("no such table", "no such column", "Could not decode", "malformed")
# Of each connection. Usual are 2,000, which several of them fill at a box that has little memory; the system keeps the
# file in its own cache, and gives that up when memory is short.
_CACHE_KIB = 512


@contextlib.contextmanager
def errors() -> Iterator[None]:
    """Map SQLite's errors to Full, Unwritable and DamagedFileError. A wrong use of SQLite is a bug and stays one."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.Error as error:
        code, text = getattr(error, "sqlite_errorcode", 0), str(error)
        if code in _FULL or code & _PRIMARY in _FULL:
            raise Full("the disk takes no more", text) from error
        if code in _DAMAGED or code & _PRIMARY in _DAMAGED or text.startswith(_DAMAGED_MESSAGES):
            raise DamagedFileError(text) from error
        raise Unwritable("the log cannot be used", text) from error


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection to an existing file. Raises sqlite3.Error."""
    mode = "ro" if read_only else "rw"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,  # each connection is used by one thread at a time: log.py
    )
    try:
        if not read_only:
            connection.execute("PRAGMA synchronous = FULL")  # a commit is on the disk, not in its cache
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is blanked is gone (crisis/trust/words.py)
    except BaseException:
        connection.close()
        raise
    return connection


def make_private(path: Path) -> None:
    """Make a file that only the node's own user may read, when it is missing. Raises OSError.

    A symbolic link is not followed: we may be root. A file that is there is not opened here: closing it again would
    drop the locks (POSIX) that SQLite holds on it for other connections of this process, and the next process to close
    it would delete the write-ahead log under them.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        _check(path)
        return
    try:
        if os.geteuid() == 0:  # an administrator's command made it, and the node's own user must read it
            owner = path.parent.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
    finally:
        os.close(descriptor)


def _check(path: Path) -> None:
    """Raise the OSError that opening this file for writing would raise."""
    if path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    if not os.access(path, os.R_OK | os.W_OK):
        is_read_only = os.statvfs(path).f_flag & os.ST_RDONLY
        code = errno.EROFS if is_read_only else errno.EACCES
        raise OSError(code, os.strerror(code), str(path))
