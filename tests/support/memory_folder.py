"""Where the tests of this run write: in memory if there is room, because most of their time went by waiting for a disk.

Nothing is lost by it: a process that is killed leaves its files in either place, and no test cuts the power.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")
_FREE_BYTES = 3 * 2**30  # all tests at once take less than one of these


def use() -> None:
    """Let folders for tests be made in memory, in this process and its children, unless TMPDIR says where."""
    if "TMPDIR" not in os.environ and _fits():
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None


def _fits() -> bool:
    """Whether Linux has such a folder, with room, and programs in it may be run (in a container that is seldom so)."""
    if not os.access(_MEMORY, os.W_OK | os.X_OK):
        return False
    return shutil.disk_usage(_MEMORY).free >= _FREE_BYTES and not os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC
