"""What somebody answers to an alarm by radio: "17 ok". Pure."""

from __future__ import annotations

import re

# "17 ok", "H 17 ok", "h17 OK!", "ok 17", "17 gesehen", "71-03 ok"; alone "ok" as a reply to the alarm itself.
_OK = r"(?:ok|okay|gesehen|verstanden|seen)"
# A box's own numbers have its id before them (71-01/3); alarms of a box itself are called as it is (71-03).
_DIGITS = r"(?:(?:\d[a-z0-9-]{0,31}/)?\d{1,6}|\d{1,6}-\d{1,6})"
_BEFORE = rf"(?:(?P<sort>[a-z]{{1,3}})\s*)?(?P<number>{_DIGITS})\s*[:,]?\s*{_OK}"
_BEHIND = rf"{_OK}\s*[:,]?\s*(?:(?P<sort2>[a-z]{{1,3}})\s*)?(?P<number2>{_DIGITS})"
_ANSWER = re.compile(rf"\s*(?:{_BEFORE}|{_BEHIND})\s*[.!]?\s*", re.IGNORECASE)
_REPLY = re.compile(rf"\s*{_OK}\s*[.!]?\s*", re.IGNORECASE)


def number_in(text: str) -> str | None:
    """The number that a text says to have been seen, as people call it: "17", "H 17", "H 71-01/3"; else None."""
    found = _ANSWER.fullmatch(text)
    if found is None:
        return None
    sort, number = found["sort"] or found["sort2"], found["number"] or found["number2"]
    return f"{sort.upper()} {number}" if sort else number


def is_ok(text: str) -> bool:
    """Whether a text says no more than that something was seen: which, is said by what it replies to."""
    return _REPLY.fullmatch(text) is not None
