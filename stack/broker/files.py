"""The broker's files on disk: each is replaced whole, so that a broker that reads it finds the old or the new one."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARED = 0o640  # the broker's group reads it, nobody else
PRIVATE = 0o600
PUBLIC = 0o644


def replace(folder: Path, texts: Mapping[str, str], mode: int = SHARED) -> list[Path]:
    """Write each text to its name in the folder, in the order given, and sync it to the disk; the files that changed.

    A file keeps its owner, group and mode, but others than those never gain what `mode` does not give them; a new one
    has `mode` and the folder's group. What is no file of its own, as a symbolic link, is replaced as if it were not
    there. Raises OperatorError.
    """
    try:
        return [folder / name for name, text in texts.items() if _replace(folder / name, text, mode)]
    except OSError as error:
        raise OperatorError(
            f"{error.strerror or error}: {error.filename or folder}",
            "make the folder, writable for this user: docs/operating.md, Boxes and their credentials",
        ) from error


def _replace(file: Path, text: str, mode: int) -> bool:
    before = _standing(file)
    if before is not None:
        mode = stat.S_IMODE(before.st_mode) & (0o770 | mode)
        if stat.S_IMODE(before.st_mode) == mode and file.read_bytes() == text.encode():
            return False
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as sink:
            sink.write(text)
            sink.flush()
            _belong(number, before, file.parent.stat())
            os.fchmod(number, mode)
            os.fsync(number)
        Path(name).replace(file)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    _sync(file.parent)
    return True


def _standing(file: Path) -> os.stat_result | None:
    """The file that is there; None for none, and for something else that somebody put in its place."""
    try:
        found = file.lstat()
    except FileNotFoundError:
        return None
    return found if stat.S_ISREG(found.st_mode) else None


def _belong(number: int, before: os.stat_result | None, folder: os.stat_result) -> None:
    """Give an open file the owner and group of what it replaces, or the group of its folder."""
    with contextlib.suppress(
        PermissionError
    ):  # only root gives a file away; the folder's owner is who must read it then
        os.fchown(number, -1 if before is None else before.st_uid, (before or folder).st_gid)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
