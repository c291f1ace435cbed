"""Times as devices write them in text (RFC 3339). Pure."""

from __future__ import annotations

from datetime import UTC, datetime

_CHARACTERS_MAX = 40
_MICROSECOND_DIGITS = 6


def ms_of(text: str) -> int | None:
    """Milliseconds since 1970 UTC of a time with its zone; None for everything else. Nanoseconds are cut off."""
    text = text.strip()
    if len(text) > _CHARACTERS_MAX or not text.isascii():
        return None
    whole, dot, rest = text.partition(".")
    if dot:
        digits = len(rest) - len(rest.lstrip("0123456789"))
        text = f"{whole}.{rest[: min(digits, _MICROSECOND_DIGITS)]}{rest[digits:]}" if digits else text
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is None:
        return None
    try:
        return int(found.astimezone(UTC).timestamp() * 1000 + 0.5)
    except (OverflowError, ValueError):
        return None
