"""The folder of a log: one process at a time, made when missing, and set aside and recovered when damaged."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import logging
import os
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.log import file as disk
from crisis.log import memory_copy, page_salvage
from crisis.log.errors import Damaged, Full, NotKept, TakesNothing, Unwritable
from crisis.log.file import Disk
from kiezbox import metrics
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crisis.log.records import Kept

log = logging.getLogger(__name__)

LOG = "log"
_LOCK = "lock"
_NEW, _DAMAGED = "log.new", "log.damaged-"


@dataclass(frozen=True, slots=True)
class Rescue:
    """What became of a damaged log."""

    set_aside: Path
    recovered: int


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder, made when missing, ours alone during the block. Raises OperatorError when it cannot be.

    What is locked is the folder itself: a disk that takes nothing has no room for a file that says whose it is.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise _unusable(folder, error) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OperatorError(
                f"another process (id {_holder(folder)}) already writes the crisis log in {folder}",
                "stop that one, or leave the crisis part to it (KIEZBOX_CRISIS_SERVED=false), or give this node a"
                " folder of its own (KIEZBOX_CRISIS_FOLDER)",
            ) from None
        _sign(folder)
        yield
    finally:
        os.close(descriptor)


def _holder(folder: Path) -> str:
    try:
        return (folder / _LOCK).read_text(encoding="utf-8").strip() or "unknown"
    except OSError:
        return "unknown"


def _sign(folder: Path) -> None:
    """Say whose the folder is, for whoever finds it locked. Raises OperatorError where we may not write at all."""
    try:
        (folder / _LOCK).write_text(f"{os.getpid()}\n", encoding="utf-8")
    except OSError as error:
        if not memory_copy.is_needed(error):
            raise _unusable(folder, error) from None


def _unusable(folder: Path, error: OSError) -> OperatorError:
    return OperatorError(
        f"the crisis log's folder {folder} cannot be used: {error.strerror}", "set KIEZBOX_CRISIS_FOLDER"
    )


def open_log(folder: Path) -> tuple[Disk, Rescue | None]:
    """The log in a locked folder, its pages checked; a damaged one is set aside first, and recovered from.

    Raises TakesNothing when the disk does not let us now, and OperatorError when it is not ours to use.
    """
    try:
        shutil.rmtree(folder / _NEW, ignore_errors=True)  # of a start that was cut short
        if not (folder / LOG).exists():
            aside = _set_aside_before(folder)
            if aside is not None:
                return _opened(folder, _recover(aside, folder))
            _make(folder)
            return _opened(folder, None)
        try:
            return _checked(folder), None
        except Damaged as damage:
            return _opened(folder, set_aside(folder, damage))
    except NotKept as error:
        raise _takes_nothing(folder, error) from error
    except OSError as error:
        if not memory_copy.is_needed(error):
            raise OperatorError(f"the crisis log in {folder} cannot be opened: {error.strerror}") from error
        kind = Unwritable if error.errno in {errno.EROFS, errno.EIO} else Full
        raise _takes_nothing(folder, kind("the disk takes nothing", str(error.strerror))) from error


def _takes_nothing(folder: Path, why: NotKept) -> TakesNothing:
    return TakesNothing(
        f"the crisis log in {folder} cannot be opened: {why}",
        "make room on the disk, or look whether it has become read-only",
        why,
    )


def copied(folder: Path) -> Path:
    """A folder in memory with a copy of the log, or of the newest that was set aside. Raises OSError."""
    found = folder / LOG if (folder / LOG).exists() else _set_aside_before(folder)
    made = memory_copy.copy(() if found is None else (found / name for name in disk.FILES))
    if found is not None:
        (made / LOG).mkdir()
        for file in [each for each in made.iterdir() if each.is_file()]:
            file.rename(made / LOG / file.name)
    return made


def _opened(folder: Path, rescue: Rescue | None) -> tuple[Disk, Rescue | None]:
    return Disk(folder / LOG), rescue


def _checked(folder: Path) -> Disk:
    found = Disk(folder / LOG)
    try:
        found.verify()
    except BaseException:
        found.close()
        raise
    return found


def set_aside(folder: Path, damage: Damaged) -> Rescue:
    """Move a damaged log out of the way, whole, and make a new one from what can be read. The old one is closed."""
    name = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    aside = folder / f"{_DAMAGED}{name}"
    number = 1
    while aside.exists():
        number += 1
        aside = folder / f"{_DAMAGED}{name}-{number}"
    (folder / LOG).rename(aside)
    log.critical(
        "THE CRISIS LOG IS DAMAGED and was set aside", extra={"folder": aside, "damage": " ".join(str(damage).split())}
    )
    return _recover(aside, folder)


def _recover(aside: Path, folder: Path) -> Rescue:
    found = page_salvage.read(aside / disk.FILE)
    _make(folder, found)
    missing = (found[-1].seq if found else 0) - len(found)
    metrics.CRISIS_DAMAGES.inc()
    log.critical(
        "a new crisis log was made from what could be read of the old one; what is missing comes back from the other"
        " nodes if they have it",
        extra={"recovered": len(found), "missing_at_least": missing, "kept_for_you": aside},
    )
    return Rescue(aside, len(found))


def _make(folder: Path, found: list[Kept] | None = None) -> None:
    """A new log appears whole or not at all."""
    disk.make(folder / _NEW, time.time_ns() // 1_000_000, found or ())
    (folder / _NEW).rename(folder / LOG)
    disk.sync_folder(folder)


def _set_aside_before(folder: Path) -> Path | None:
    """The damaged log of a recovery that was cut short, if there was one."""
    return max(folder.glob(f"{_DAMAGED}*"), key=lambda path: path.name, default=None)
