"""The broker's files on disk: each is replaced whole, so that a broker that reads it finds the old or the new one."""

from __future__ import annotations

import contextlib
import os
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

    A file keeps its owner, group and mode; a new one has `mode` and the folder's group. Raises OperatorError.
    """
    try:
        return [folder / name for name, text in texts.items() if _replace(folder / name, text, mode)]
    except OSError as error:
        raise OperatorError(
            f"{error.strerror or error}: {error.filename or folder}",
            "make the folder, writable for this user: docs/operating.md, Boxes and their credentials",
        ) from error


def _replace(file: Path, text: str, mode: int) -> bool:
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return False
    like = file.stat() if file.exists() else file.parent.stat()
    mode = like.st_mode & 0o777 if file.exists() else mode
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as sink:
            sink.write(text)
            sink.flush()
            _belong(number, like, file)
            os.fchmod(number, mode)
            os.fsync(number)
        Path(name).replace(file)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    _sync(file.parent)
    return True


def _belong(number: int, like: os.stat_result, file: Path) -> None:
    """Give an open file the owner and group of what it replaces, or the group of its folder."""
    with contextlib.suppress(
        PermissionError
    ):  # only root gives a file away; the folder's owner is who must read it then
        os.fchown(number, like.st_uid if file.exists() else -1, like.st_gid)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
