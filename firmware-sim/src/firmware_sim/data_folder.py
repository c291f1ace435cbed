"""The data folder: one process at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import TYPE_CHECKING

from firmware_sim.errors import SimulatorError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK = "lock"


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[Path]:
    """Make the folder if it is missing, and lock it for this process during the block.

    Raises SimulatorError when another process has it, or when it cannot be made. The lock ends with the process.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SimulatorError(f"cannot use the data folder {folder}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(lock, 20, 0).decode(errors="replace").strip()
            raise SimulatorError(
                f"the data folder {folder} is in use by another firmware-sim (process {owner or 'unknown'}):"
                " stop that one, or choose another folder with --data"
            ) from error
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield folder
    finally:
        os.close(lock)
