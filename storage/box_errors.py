"""Why a change of a box, or of its credentials, is not made."""

from __future__ import annotations


class BoxError(Exception):
    """A change that is not made. The hint says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidBoxError(BoxError):
    """A value is not possible."""


class UnknownBoxError(BoxError):
    """Nobody registered this box, and nothing was received from it."""


class BoxStateError(BoxError):
    """The box is not in the state that the change needs."""
