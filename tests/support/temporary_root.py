"""A folder of this run's own, in which pytest makes those of tests (tmp_path).

All runs of a user share one otherwise. Whenever a run begins, pytest closes it to other users: PostgreSQL, which is
another user where tests run as root, would lose its data in the tests of a run that is on its way.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

import psutil

VARIABLE = "PYTEST_DEBUG_TEMPROOT"  # pytest's own name for it
_PREFIX = "kb"  # short: the path of a socket has 107 bytes
_KEPT_SECONDS = 3600.0  # how long what a failed run has left can be looked at


def make() -> Path:
    """The folder of this process. What runs of before have left is removed after an hour."""
    parent = Path(tempfile.gettempdir())
    for old in parent.glob(f"{_PREFIX}[0-9]*"):
        if _is_left(old):
            shutil.rmtree(old, ignore_errors=True)
    root = parent / f"{_PREFIX}{os.getpid()}"
    shutil.rmtree(root, ignore_errors=True)  # of an earlier process with our number
    root.mkdir(mode=0o700)
    return root


def _is_left(folder: Path) -> bool:
    number = folder.name.removeprefix(_PREFIX)
    if not number.isdecimal() or psutil.pid_exists(int(number)):
        return False
    try:
        status = folder.stat()
    except FileNotFoundError:  # another run was faster
        return False
    return status.st_uid == os.geteuid() and time.time() - status.st_mtime > _KEPT_SECONDS


def tidy(root: Path) -> None:
    """Remove it, unless pytest has kept what tests that failed have left."""
    if not any(each.is_dir() and not each.is_symlink() for each in root.glob("pytest-of-*/pytest-*")):
        shutil.rmtree(root, ignore_errors=True)
