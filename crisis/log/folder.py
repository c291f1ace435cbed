"""The folder of a log: one process at a time, made when missing, and set aside and recovered when damaged."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import logging
import os
import shutil
import stat
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.log import file, memory_copy, page_salvage
from crisis.log.errors import DamagedFileError, Full, NotKept, Unwritable, UnwritableDiskError
from crisis.log.file import LogFile
from kiezbox import metrics
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crisis.log.records import LogRecord

log = logging.getLogger(__name__)

LOG = "log"
_LOCK = "lock"
_OTHERS = 0o007
_NEW, _DAMAGED = "log.new", "log.damaged-"
_WAL, _WAL_KEPT = f"{file.FILE}-wal", f"{file.FILE}-wal.kept"


@dataclass(frozen=True, slots=True)
class Recovery:
    """What became of a damaged log."""

    set_aside: Path
    recovered: int


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder, made when missing, for this process alone during the block. Raises OperatorError when it cannot be.

    The folder itself is locked: a full disk has no room for a lock file.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise _unusable(folder, error) from None
    try:
        _close_to_others(descriptor, folder)
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


def _close_to_others(descriptor: int, folder: Path) -> None:
    """Let other users of this machine not look into a node's own folder: who opens it could also lock us out.

    A folder in which there was no log is left as it is: it may not be ours alone.
    """
    mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
    if not mode & _OTHERS or not (folder / LOG).exists():
        return
    try:
        os.fchmod(descriptor, mode & ~_OTHERS)
    except OSError as error:  # another user's, or a disk that takes nothing
        log.warning("others on this machine can look into the crisis folder", extra={"folder": folder, "error": error})


def _holder(folder: Path) -> str:
    try:
        return (folder / _LOCK).read_text(encoding="utf-8").strip() or "unknown"
    except OSError:
        return "unknown"


def _sign(folder: Path) -> None:
    """Write our process id, for whoever finds the folder locked. Raises OperatorError where we may not write at all."""
    try:
        (folder / _LOCK).write_text(f"{os.getpid()}\n", encoding="utf-8")
    except OSError as error:
        if not memory_copy.is_needed(error):
            raise _unusable(folder, error) from None


def _unusable(folder: Path, error: OSError) -> OperatorError:
    return OperatorError(
        f"the crisis log's folder {folder} cannot be used: {error.strerror}", "set KIEZBOX_CRISIS_FOLDER"
    )


def open_log(folder: Path) -> tuple[LogFile, Recovery | None]:
    """The log in a locked folder, its pages checked; a damaged one is first set aside and recovered.

    Raises UnwritableDiskError when the disk accepts no writes now, and OperatorError when the log is not ours to use.
    """
    try:
        shutil.rmtree(folder / _NEW, ignore_errors=True)  # left by a start that was interrupted
        if not (folder / LOG).exists():
            aside = _newest_set_aside(folder)
            if aside is not None:
                return _opened(folder, _recover(aside, folder))
            _make(folder)
            return _opened(folder, None)
        try:
            return _checked(folder), None
        except DamagedFileError as damage:
            return _opened(folder, set_aside(folder, damage))
    except NotKept as error:
        raise _unwritable(folder, error) from error
    except OSError as error:
        if not memory_copy.is_needed(error):
            raise OperatorError(f"the crisis log in {folder} cannot be opened: {error.strerror}") from error
        kind = Unwritable if error.errno in {errno.EROFS, errno.EIO} else Full
        raise _unwritable(folder, kind("the disk takes nothing", str(error.strerror))) from error


def _unwritable(folder: Path, why: NotKept) -> UnwritableDiskError:
    return UnwritableDiskError(
        f"the crisis log in {folder} cannot be opened: {why}",
        "make room on the disk, or look whether it has become read-only",
        why,
    )


def copied(folder: Path) -> Path:
    """A folder in memory with a copy of the log, or else of the log that was set aside last. Raises OSError."""
    source = folder / LOG if (folder / LOG).exists() else _newest_set_aside(folder)
    made = memory_copy.copy(() if source is None else (source / name for name in file.FILES))
    if source is not None:
        (made / LOG).mkdir()
        for path in [each for each in made.iterdir() if each.is_file()]:
            path.rename(made / LOG / path.name)
    return made


def _opened(folder: Path, recovery: Recovery | None) -> tuple[LogFile, Recovery | None]:
    return LogFile(folder / LOG), recovery


def _checked(folder: Path) -> LogFile:
    """The log, its pages checked. Raises DamagedFileError; the write-ahead log is then still there."""
    with wal_kept(folder):
        found = LogFile(folder / LOG)
        try:
            found.verify()
        except BaseException:
            found.close()
            raise
        return found


@contextlib.contextmanager
def wal_kept(folder: Path) -> Iterator[None]:
    """Keep the write-ahead log of the log in this folder during the block, even if SQLite deletes it.

    Whoever closes a damaged file last makes SQLite delete the write-ahead log, with the events in it that SQLite could
    not read any more and page_salvage.py can. A second name for the file costs no room.
    """
    wal, second = folder / LOG / _WAL, folder / LOG / _WAL_KEPT
    with contextlib.suppress(OSError):  # it is a precaution: a disk that refuses it must not keep the log closed
        second.unlink(missing_ok=True)
        os.link(wal, second)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if wal.exists():
                second.unlink(missing_ok=True)
            else:
                second.rename(wal)


def set_aside(folder: Path, damage: DamagedFileError) -> Recovery:
    """Move a damaged log, which is closed, out of the way, and make a new one from what can be read of it.

    Raises OSError, Full, Unwritable.
    """
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


def _recover(aside: Path, folder: Path) -> Recovery:
    found = page_salvage.read(aside / file.FILE)
    _make(folder, found)
    missing = (found[-1].seq if found else 0) - len(found)
    metrics.CRISIS_DAMAGES.inc()
    log.critical(
        "a new crisis log was made from what could be read of the old one; what is missing comes back from the other"
        " nodes if they have it",
        extra={"recovered": len(found), "missing_at_least": missing, "kept_for_you": aside},
    )
    return Recovery(aside, len(found))


def _make(folder: Path, found: list[LogRecord] | None = None) -> None:
    """Make a new log, which appears whole or not at all."""
    file.make(folder / _NEW, time.time_ns() // 1_000_000, found or ())
    (folder / _NEW).rename(folder / LOG)
    file.sync_folder(folder)


def _newest_set_aside(folder: Path) -> Path | None:
    """The damaged log whose recovery was interrupted, if there is one."""
    return max(folder.glob(f"{_DAMAGED}*"), key=lambda path: path.name, default=None)
