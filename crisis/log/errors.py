"""Why the log accepts nothing now. Whoever catches one of these must not tell anybody that an event was kept."""

from __future__ import annotations

from kiezbox.errors import OperatorError


class NotKept(Exception):  # noqa: N818 -- says what did not happen, and is known by this name in every room
    """The log could not write: nothing of the request is on disk, or at least nobody may rely on it."""

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(f"{why} ({hint})" if hint else why)
        self.why = why
        self.hint = hint


class Full(NotKept):
    """No room on the disk: 507 to the client. Nothing was half-written, and what was accepted before is safe."""


class Unwritable(NotKept):
    """The disk refuses for another reason: it is read-only or broken, or another program holds the file: 503."""


class DamagedFileError(Exception):
    """The file does not hold what was written to it."""


class UnwritableDiskError(OperatorError):
    """The disk accepts no writes at the start. What is on it can be read from a copy; `why` is for whoever writes."""

    def __init__(self, message: str, hint: str, why: NotKept) -> None:
        super().__init__(message, hint)
        self.why = why
