"""A disk that takes nothing when a node starts: what is on it is read all the same, from a copy in memory.

SQLite writes even to read: it needs a file beside a write-ahead log. On a full or read-only disk the copy has it.
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
# No room, a quota, a disk that became read-only, one that is broken. Anything else is a mistake of set-up, to be said.
_TAKES_NOTHING = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


def is_needed(error: OSError) -> bool:
    """Whether the disk takes nothing now, where it could be used before."""
    return error.errno in _TAKES_NOTHING


def copy(files: Iterable[Path]) -> Path:
    """A new folder in memory with those of these files that there are. Raises OSError."""
    place = _MEMORY if _MEMORY.is_dir() else Path(tempfile.gettempdir())
    _sweep(place)
    made = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=place))
    try:
        for file in files:
            if file.exists():
                shutil.copyfile(file, made / file.name)
    except BaseException:
        leave(made)
        raise
    return made


def leave(made: Path) -> None:
    """Give the memory back."""
    shutil.rmtree(made, ignore_errors=True)


def _sweep(place: Path) -> None:
    """Take away what killed processes left: a node that starts again and again must not fill the memory."""
    for found in place.glob(f"{_PREFIX}*"):
        process = found.name.removeprefix(_PREFIX).partition("-")[0]
        if process.isdecimal() and not Path("/proc", process).exists():
            leave(found)  # somebody else's stays: we may not
