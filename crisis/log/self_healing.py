"""The log's file as it is used: recovered when damaged, replaced by a copy in memory while the disk is unwritable.

Blocking.
"""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, TypeVar

from crisis.log import folder as folders
from crisis.log import memory_copy
from crisis.log.errors import DamagedFileError, Unwritable, UnwritableDiskError
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from uuid import UUID

    from crisis.log.file import LogFile
    from crisis.log.folder import Recovery

log = logging.getLogger(__name__)

_T = TypeVar("_T")


class SelfHealingFile:
    """Made by `opened`. One thread at a time uses it; `id` and `folder` may be read by any.

    While `home` is set the disk there is unwritable, and `folder` holds a copy in memory, for reading. Nothing is ever
    written to the copy: each use tries the disk first, and once that accepts a write the log is there again.
    """

    def __init__(self, folder: Path, file: LogFile, recovery: Recovery | None, home: Path | None = None) -> None:
        self.folder = folder
        self.file: LogFile | None = file  # None after a recovery that failed
        self.recovery = recovery  # the last one
        self.id = file.log  # a new one after a recovery: peers then compare everything again
        self._home = home
        self._head = file.head

    def use(self, use: Callable[[LogFile], _T]) -> _T:
        """Use the file to write; a damaged one is set aside first, and the new one holds what could be recovered.

        Raises Full, Unwritable.
        """
        if self._home is not None:
            self._go_home(self._home)
        try:
            return use(self.file or self._open_again(self.folder))
        except DamagedFileError as damage:
            return use(self.recover(damage))

    def recover(self, damage: DamagedFileError) -> LogFile:
        """Set the file aside and recover what can be read. Raises Full, Unwritable; the next use then tries again."""
        if self.file is not None:
            self._head = max(self._head, self.file.head)
            with folders.wal_kept(self.folder):
                self.file.close()
            self.file = None
        try:
            self.recovery = folders.set_aside(self.folder, damage)
        except OSError as error:
            raise Unwritable("the damaged log cannot be set aside", str(error)) from error
        return self._open_again(self.folder)

    def recover_once(self, log_id: UUID, damage: DamagedFileError) -> None:
        """Recover the log of this name, in which a reader found damage; do nothing when another log has replaced it."""
        if self.file is not None and self.file.log == log_id:
            self.recover(damage)

    def rename(self) -> None:
        """Give the log a new name. Raises Full, Unwritable."""
        self.id = self.use(lambda file: file.rename())

    def close(self) -> None:
        """Close the file, and free the memory of a copy."""
        if self.file is not None:
            self.file.close()
        if self._home is not None:
            memory_copy.remove(self.folder)

    def _go_home(self, home: Path) -> None:
        copy, copy_folder = self.file, self.folder
        self._open_again(home)
        self.folder, self._home = home, None
        if copy is not None:
            copy.close()
        memory_copy.remove(copy_folder)
        log.warning("the crisis log's disk takes events again", extra={"folder": home})

    def _open_again(self, folder: Path) -> LogFile:
        try:
            opened, recovery = folders.open_log(folder)
        except UnwritableDiskError as error:
            raise error.why from error
        except OperatorError as error:
            raise Unwritable(error.message, error.hint) from error
        # Followers remember places in the log: no place is used twice.
        opened.head = self._head = max(opened.head, self._head)
        self.file, self.id, self.recovery = opened, opened.log, recovery or self.recovery
        return opened


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[SelfHealingFile]:
    """The log in this folder, locked, checked, and recovered if need be; a copy of it while the disk is unwritable.

    Raises OperatorError.
    """
    with folders.locked(folder):
        made = _made(folder)
        try:
            yield made
        finally:
            made.close()


def _made(folder: Path) -> SelfHealingFile:
    try:
        return SelfHealingFile(folder, *folders.open_log(folder))
    except UnwritableDiskError as error:
        log.critical(
            "THE CRISIS LOG'S DISK TAKES NOTHING: what is there is served, and nothing new is kept until it does",
            extra={"folder": folder, "error": error.why},
        )
        try:
            copy = folders.copied(folder)
        except OSError:
            raise error from None
    try:
        return SelfHealingFile(copy, *folders.open_log(copy), home=folder)
    except BaseException:
        memory_copy.remove(copy)
        raise
