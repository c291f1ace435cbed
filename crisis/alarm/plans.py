"""The plan in force: the operator's file, or the last one that was right, while the file is wrong or gone.

A copy of each plan that was accepted is kept in the crisis folder. A file that is broken by an edit, and a node that is
started anew afterwards, keep nobody from being told.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from crisis.alarm import plan
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crisis.alarm.plan import Plan
    from kiezbox.settings import Settings

log = logging.getLogger(__name__)

LAST_GOOD = "alarm.last-good.toml"
_HEAD = b"# Kiezbox keeps this copy of the last alarm.toml that was right, and replaces it. Do not edit it.\n"
SAVING_SECONDS = 60.0  # a file that is wrong for less is being edited
_KEEP_AGAIN_SECONDS = 60.0


def file_of(settings: Settings) -> Path:
    """Where the operator's file is."""
    return settings.alarm.file or settings.crisis.folder / plan.FILE


def last_good_of(settings: Settings) -> Path:
    """Where the copy of the last good one is: the folder of the operator's file may be one that we cannot write."""
    return settings.crisis.folder / LAST_GOOD


def said(error: OperatorError) -> str:
    """An error with its hint, in one line."""
    return f"{error.message} ({error.hint})" if error.hint else error.message


def in_force(settings: Settings) -> Plan:
    """The plan that a node with these settings would start with."""
    return PlanFile(file_of(settings), last_good_of(settings), is_kept=False).current()


def wrong_channels(found: Plan) -> tuple[OperatorError, ...]:
    """What is wrong with the channels of a plan."""
    if not found.channels:
        return ()  # most boxes have none, and no room for what they need
    from crisis.alarm import channels  # noqa: PLC0415 -- see above

    return channels.usable(found.channels, Path())[1]


class PlanFile:
    """The operator's plan, read again when its file changed. What is wrong with it is said, and keeps nobody from work.

    A file that is wrong leaves the plan before in force, and at a start its copy. Of a file that is right but for some
    channels, people and chains count; `check` finds those channels. `is_kept`: one without a fault is copied, and one
    with a fault is logged. `seconds`: a steady clock.
    """

    def __init__(
        self,
        path: Path,
        copy: Path,
        check: Callable[[Plan], Sequence[OperatorError]] = lambda _plan: (),
        *,
        is_kept: bool = True,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._copy = copy
        self._check = check
        self._is_kept = is_kept
        self._seconds = seconds
        self._stamp: tuple[int, int, int] | None = (0, 0, 0)  # of no file: it is read at once
        self._plan = plan.EMPTY
        self._wrong_since: float | None = None
        self._unkept: bytes | None = None  # accepted, and not written down yet
        self._keep_at = 0.0
        self.problem = ""  # what is wrong with the file as it is now, for the page and for doctor
        self.is_last_good = False  # the file is wrong, and a plan with people in force all the same
        self.current()
        if self.wrong_seconds() is not None:  # nobody is saving it just now
            self._wrong_since = self._seconds() - SAVING_SECONDS

    def current(self) -> Plan:
        """The plan in force."""
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            self._read()
        if self._unkept is not None and self._seconds() >= self._keep_at:
            self._keep(self._unkept)
        return self._plan

    def last_good(self) -> Plan:
        """The plan of the copy; an empty one without a copy that can be read."""
        try:
            return plan.read(self._copy)
        except OperatorError:
            return plan.EMPTY

    def wrong_seconds(self) -> float | None:
        """For how long the file has been wrong; None while it is right."""
        return None if self._wrong_since is None else self._seconds() - self._wrong_since

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def _read(self) -> None:
        try:
            content = self._content()
            found = plan.parse(content, str(self._path))
        except OperatorError as error:
            self._fall_back(error)
            return
        self._plan, self.is_last_good = found, False
        if wrong := self._check(found):
            self._note("\n".join(map(said, wrong)), "channels in the plan of alarms are wrong")
            return
        self.problem, self._wrong_since = "", None
        if self._is_kept:
            self._unkept, self._keep_at = content, 0.0

    def _note(self, problem: str, text: str) -> None:
        self.problem, self._unkept = problem, None
        if self._wrong_since is None:
            self._wrong_since = self._seconds()
        if self._is_kept:  # else who asks says it
            log.error(text, extra={"error": problem, "copy": self._copy, "people": len(self._plan.people)})

    def _content(self) -> bytes:
        """The file's; nothing where there never was one. Raises OperatorError.

        An empty one is what a full disk leaves of a file that is written again: it ends nothing.
        """
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            if self._had_people():
                raise OperatorError(f"{self._path} is gone", self._again()) from None
            return b""
        except OSError as error:
            raise OperatorError(
                f"{self._path} cannot be read: {error.strerror}", "it must belong to the node's user"
            ) from error
        if not content.strip() and self._had_people():
            raise OperatorError(f"{self._path} is empty", self._again())
        return content

    def _had_people(self) -> bool:
        return self._copy.exists() and bool(self.last_good().people)

    def _again(self) -> str:
        return f"write it again ({self._copy} is the last one); a comment alone (# no alarms) ends alarms"

    def _fall_back(self, error: OperatorError) -> None:
        """Let the plan before stay in force; at a start the copy of the last good one."""
        if self._plan is plan.EMPTY:
            self._plan = self.last_good()
        self.is_last_good = bool(self._plan.people)
        counts = "the last good one is in force" if self.is_last_good else "nobody is told by this node"
        self._note(said(error), f"the plan of alarms is wrong: {counts}")

    def _keep(self, content: bytes) -> None:
        """Write the copy, for us alone. A disk that takes nothing is tried again: the plan is in force all the same."""
        self._keep_at = self._seconds() + _KEEP_AGAIN_SECONDS
        kept = b"" if not content.strip() else _HEAD + content
        try:
            if (self._copy.read_bytes() if self._copy.exists() else b"") != kept:
                _write(self._copy, kept)
        except OSError as error:
            log.warning("the plan of alarms cannot be copied", extra={"copy": self._copy, "error": error.strerror})
            return
        self._unkept = None


def _write(path: Path, content: bytes) -> None:
    """Write a whole file, 0600, or leave the one that is there. Raises OSError."""
    made = path.with_name(f".{path.name}.new")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        made.rename(path)
    except OSError:
        with contextlib.suppress(OSError):
            made.unlink()
        raise
