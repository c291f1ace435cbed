"""Box ids: one topic level, and the MQTT user name (protocol.md)."""

from __future__ import annotations

import functools
import re

UNCONFIGURED = "00-00"  # a Kiezbox that nobody gave a number yet: accepted, flagged
NO_BOX = "-"  # in the ledger and in lists of rejects: messages whose box could not be read; no id can be this
OTHERS = "(others)"  # in the ledger: messages that were never meant for us (not_kiezbox); no id can be this

_ID_CHARACTERS = 32
_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
_NUMBERED = re.compile(r"([0-9a-f]{2})-([0-9a-f]{2})")


def is_id(text: str) -> bool:
    """Whether this is a box id."""
    return len(text) <= _ID_CHARACTERS and _is_id(text)


@functools.lru_cache(maxsize=10_000)  # asked for every message
def _is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def numbered(district: int, number: int) -> str:
    """The id of numbered Kiezbox hardware: district 113, box 1 is `71-01`. Both are 0..255."""
    return f"{district:02x}-{number:02x}"


def district_and_number(box: str) -> tuple[int, int] | None:
    """District and number of numbered hardware, or None for a box with a name of its own."""
    match = _NUMBERED.fullmatch(box)
    return (int(match[1], 16), int(match[2], 16)) if match else None
