"""A disk that is unwritable when a node starts: what is on it is read all the same, from a copy in memory.

SQLite writes even to read: beside a write-ahead log it makes an index file. On a full or read-only disk only a copy can
have that.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MEMORY = Path("/dev/shm")  # noqa: S108 -- Linux's file system in memory; the folder in it is made for us alone
_PREFIX = "kiezbox-crisis-"
# No room, a quota, a disk that became read-only or broke. Any other error is a mistake in the set-up, to be reported.
_UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


def is_needed(error: OSError) -> bool:
    """Whether the error says that a disk which could be used before is unwritable now."""
    return error.errno in _UNWRITABLE


def copy(files: Iterable[Path]) -> Path:
    """A new folder in memory with copies of these files; a missing file is left out. Raises OSError."""
    place = _MEMORY if _MEMORY.is_dir() else Path(tempfile.gettempdir())
    _sweep(place)
    made = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=place))
    try:
        for file in files:
            if file.exists():
                shutil.copyfile(file, made / file.name)
    except BaseException:
        remove(made)
        raise
    return made


def remove(copy: Path) -> None:
    """Free the memory of a copy."""
    shutil.rmtree(copy, ignore_errors=True)


def _sweep(place: Path) -> None:
    """Remove what killed processes left: a node that starts again and again must not fill the memory."""
    for found in place.glob(f"{_PREFIX}*"):
        process = found.name.removeprefix(_PREFIX).partition("-")[0]
        if process.isdecimal() and not Path("/proc", process).exists():
            remove(found)  # another user's copy stays: errors are ignored
