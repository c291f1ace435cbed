"""Cursors: where a page of a list ended, as one opaque word. A cursor is valid only for the list that it is from."""

import base64
import binascii
import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field

from api.http.problems import Problem, Slug

Cursor = Annotated[str, Field(max_length=500, description="`next` of the page before.")]
Part = str | int

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def write(kind: str, *parts: Part) -> str:
    """A cursor of the list `kind`, which ended at `parts`."""
    text = json.dumps([kind, *parts], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(kind: str, cursor: str, *types: type[Part]) -> list[Part]:
    """The parts that `write` was given. Raises a 400 problem for anything else, also for a cursor of another list."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or [type(part) for part in found] != [str, *types] or found[0] != kind:
        raise invalid(kind)
    if not all(_is_storable(part) for part in found):
        raise invalid(kind)
    return found[1:]


def _is_storable(part: object) -> bool:
    """Whether PostgreSQL can hold this: a text without NUL and without lone surrogates, or a number of 64 bits."""
    if isinstance(part, str):
        return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in part)
    return isinstance(part, int) and -(2**63) <= part < 2**63


def invalid(kind: str) -> Problem:
    """The 400 problem for a cursor that this list never gave. `kind`: the name of a list of /v1, or a whole path."""
    path = kind if kind.startswith("/") else f"/v1/{kind}"
    return Problem(
        400,
        Slug.INVALID_CURSOR,
        "Invalid cursor",
        f"This cursor was not given by {path}. Start again without one, and follow `next` unchanged.",
        errors=[{"parameter": "cursor", "detail": "not a cursor of this list"}],
    )


def microseconds(moment: datetime) -> int:
    """A time as a cursor carries it: exact, since the Unix epoch."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(microseconds: int) -> datetime:
    """The time that a cursor carries. Raises OverflowError for a time that datetime cannot hold."""
    return _EPOCH + microseconds * _MICROSECOND
