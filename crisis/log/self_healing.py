"""The log's disk as it is used: mended when it is damaged, and a copy in memory while it takes nothing. Blocking."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, TypeVar

from crisis.log import folder, memory_copy
from crisis.log.errors import Damaged, TakesNothing, Unwritable
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from uuid import UUID

    from crisis.log.file import Disk

log = logging.getLogger(__name__)

_T = TypeVar("_T")


class Keeper:
    """Made by `opened`. One thread at a time uses it; `id` and `place` may be read by any.

    While `home` is set the disk there takes nothing, and `place` has a copy in memory, to be read. Nothing is ever kept
    in the copy: each use goes to the disk first, and once that takes something the log is there again.
    """

    def __init__(self, place: Path, disk: Disk, rescue: folder.Rescue | None, home: Path | None = None) -> None:
        self.place = place
        self.disk: Disk | None = disk  # None after a rescue that did not succeed
        self.rescue = rescue  # the last one
        self.id = disk.log  # another one after a rescue: peers then compare everything again
        self._home = home
        self._head = disk.head

    def use(self, use: Callable[[Disk], _T]) -> _T:
        """Use the disk to write; a damaged one is set aside first, and what can be recovered is in the new one.

        Raises Full, Unwritable.
        """
        if self._home is not None:
            self._go_home(self._home)
        try:
            return use(self.disk or self._open_again(self.place))
        except Damaged as damage:
            return use(self.mend(damage))

    def mend(self, damage: Damaged) -> Disk:
        """Set the disk aside and recover what can be. Raises Full, Unwritable; the next use then tries again."""
        if self.disk is not None:
            self._head = max(self._head, self.disk.head)
            self.disk.close()
            self.disk = None
        try:
            self.rescue = folder.set_aside(self.place, damage)
        except OSError as error:
            raise Unwritable("the damaged log cannot be set aside", str(error)) from error
        return self._open_again(self.place)

    def mend_once(self, log_id: UUID, damage: Damaged) -> None:
        """A reader found damage in this log; nothing to do when it is the log no more."""
        if self.disk is not None and self.disk.log == log_id:
            self.mend(damage)

    def rename(self) -> None:
        """Give the log a new name. Raises Full, Unwritable."""
        self.id = self.use(lambda disk: disk.rename())

    def close(self) -> None:
        """Close the file, and give the memory of a copy back."""
        if self.disk is not None:
            self.disk.close()
        if self._home is not None:
            memory_copy.leave(self.place)

    def _go_home(self, home: Path) -> None:
        copy, left = self.disk, self.place
        self._open_again(home)
        self.place, self._home = home, None
        if copy is not None:
            copy.close()
        memory_copy.leave(left)
        log.warning("the crisis log's disk takes events again", extra={"folder": home})

    def _open_again(self, place: Path) -> Disk:
        try:
            opened, rescue = folder.open_log(place)
        except TakesNothing as error:
            raise error.why from error
        except OperatorError as error:
            raise Unwritable(error.message, error.hint) from error
        opened.head = self._head = max(opened.head, self._head)  # followers are there already: no place is given twice
        self.disk, self.id, self.rescue = opened, opened.log, rescue or self.rescue
        return opened


@contextlib.contextmanager
def opened(place: Path) -> Iterator[Keeper]:
    """The log in this folder, locked, checked, and recovered if need be; a copy of it while the disk takes nothing.

    Raises OperatorError.
    """
    with folder.locked(place):
        made = _made(place)
        try:
            yield made
        finally:
            made.close()


def _made(place: Path) -> Keeper:
    try:
        return Keeper(place, *folder.open_log(place))
    except TakesNothing as error:
        log.critical(
            "THE CRISIS LOG'S DISK TAKES NOTHING: what is there is served, and nothing new is kept until it does",
            extra={"folder": place, "error": error.why},
        )
        try:
            copy = folder.copied(place)
        except OSError:
            raise error from None
    try:
        return Keeper(copy, *folder.open_log(copy), home=place)
    except BaseException:
        memory_copy.leave(copy)
        raise
