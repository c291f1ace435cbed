"""Why the log takes nothing now. Whoever gets one of these must not tell anybody that it was kept."""

from __future__ import annotations

from kiezbox.errors import OperatorError


class NotKept(Exception):  # noqa: N818 -- says what did not happen
    """The log could not write: nothing of it is on disk, or at least nobody may rely on it."""

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(f"{why} ({hint})" if hint else why)
        self.why = why
        self.hint = hint


class Full(NotKept):
    """No room on the disk: 507 to whoever asked. Nothing was half-written, and what was accepted before is safe."""


class Unwritable(NotKept):
    """The disk refuses for another reason: it is read-only, broken, or somebody else holds the file: 503."""


class Damaged(Exception):  # noqa: N818 -- a finding
    """The log's file is not what was written to it."""


class TakesNothing(OperatorError):  # noqa: N818 -- says what the disk does
    """The disk takes nothing at the start. What is on it can be read from a copy; `why` is for whoever writes."""

    def __init__(self, message: str, hint: str, why: NotKept) -> None:
        super().__init__(message, hint)
        self.why = why
