"""Moments as people type them: a time span before now, or a time with its zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from kiezbox.errors import OperatorError

ALL = "all"
_SPAN = re.compile(r"([0-9]{1,6})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_HINT = "write 30m, 24h or 7d (so long ago), a time with its zone (2026-01-31T12:00Z), or all"


def since(text: str, now: datetime, option: str = "--since") -> datetime | None:
    """The moment that `text` means, in UTC; None for `all`. Raises OperatorError, which names the option."""
    if text == ALL:
        return None
    if span := _SPAN.fullmatch(text):
        try:
            return now - timedelta(**{_UNITS[span[2]]: int(span[1])})
        except OverflowError:
            raise OperatorError(f"{option} {text} lies before the calendar", _HINT) from None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise OperatorError(f"{option} {text!r} is no time", _HINT)


def written(moment: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
