"""JSON as devices write it: forms that leave no doubt about what is meant, read as standard JSON (RFC 8259). Pure."""

from __future__ import annotations

import re
from typing import Any

from pydantic_core import from_json

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_EXACT_MAX = 2**53  # a float beyond this may stand for several whole numbers
# What C libraries (glibc, newlib, MSVC), Lua and Arduino's Print write for numbers that are none, outside of texts. A
# text that is not closed reaches to the end, so that the search takes time in proportion to the payload.
_LITERAL = re.compile(
    rb'"(?:[^"\\]|\\.?)*+"?'
    rb"|(?<![\w.+-])(?P<sign>[+-]?)(?:(?P<nan>1\.\#(?:QNAN|SNAN|IND)|nan(?:\([\w-]*\))?)|(?P<infinite>1\.\#INF|inf(?:inity)?|ovf))"
    rb"0*(?![\w.+-])",
    re.IGNORECASE | re.DOTALL,
)


def parsed(payload: bytes) -> tuple[Any, bytes]:
    """The content of a JSON document, and the document as standard JSON. Raises ValueError when it is no JSON."""
    try:
        return from_json(payload), payload
    except ValueError:
        standard = standardized(payload)
        if standard == payload:
            raise
        return from_json(standard), standard


def standardized(payload: bytes) -> bytes:
    """Without a byte order mark and a C string's closing NULs; `nan`, `-inf` and the like as `NaN` and `Infinity`."""
    return _LITERAL.sub(_literal, payload.removeprefix(_BYTE_ORDER_MARK).rstrip(b"\0"))


def _literal(match: re.Match[bytes]) -> bytes:
    if match["nan"]:
        return b"NaN"
    if match["infinite"]:
        return b"-Infinity" if match["sign"] == b"-" else b"Infinity"
    return match[0]


def whole(value: Any) -> Any:
    """A float that is a whole number, as an int: JSON has one kind of number, and 1.0 is 1. Anything else as it is."""
    if type(value) is float and value.is_integer() and abs(value) <= _EXACT_MAX:
        return int(value)
    return value
