"""The two ways in which a message fails, told apart by type, and the errors that people see."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a message or a reading is rejected: one slug serves as message, metric label and reject column."""

    BAD_JSON = "bad_json"
    BAD_TOPIC = "bad_topic"
    BAD_SCHEMA = "bad_schema"
    TOO_LARGE = "too_large"
    BAD_TIME = "bad_time"
    UNKNOWN_BOX = "unknown_box"
    UNKNOWN_QUANTITY = "unknown_quantity"
    OUT_OF_RANGE = "out_of_range"
    BAD_PROTOBUF = "bad_protobuf"
    NOT_KIEZBOX = "not_kiezbox"
    UNMAPPED = "unmapped"


class Malformed(Exception):  # noqa: N818 -- the design's own word, a state of a message
    """A message that will never be stored: rejected with its bytes, acknowledged, counted, never retried."""

    def __init__(
        self,
        reason: Reason,
        detail: str = "",
        *,
        box: str | None = None,
        boot: str | None = None,
        seq: int | None = None,
    ) -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail
        self.box = box
        self.boot = boot  # with seq: names the message, as far as it could be read, so that its box gets an answer
        self.seq = seq


class Unavailable(Exception):  # noqa: N818 -- the design's own word, a state of something outside
    """Something outside (database, broker) does not answer now: always retried, nothing is acknowledged."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what} ({hint})" if hint else what)
        self.what = what
        self.hint = hint


class TimeLimitError(Unavailable):
    """A statement took longer than it may: the database answers, and the same work in smaller parts may succeed."""


class Refused(Exception):  # noqa: N818 -- pairs with Unavailable
    """The database understood and refuses these rows for what they hold: retrying the same rows cannot help."""


class OperatorError(Exception):
    """Ends a command with one clear sentence for the person who typed it, and what to do. Never a stack trace."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
