"""A journal of what happens to boxes; the same event of many boxes becomes one line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMED = 5  # more boxes are counted, not named


class Kind(StrEnum):
    """The kind of an event, in words."""

    CONNECTED = "connected"
    LOST = "connection lost"
    AWAY = "no connection"
    DROPPING = "dropping readings"
    REJECTED = "rejected by the hub"
    UNREADABLE = "unreadable message from the hub"
    RETAINED = "ignored an answer that the broker had retained, which no hub sends"
    FULL = "the outbox cannot be written, new readings are dropped"
    KEEPING = "the outbox keeps everything again"
    CLOCK = "the clock went back"
    MAINS = "mains power"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One event. `box` is empty when it concerns no particular box."""

    kind: Kind
    box: str
    detail: str


class Journal:
    """Boxes note events here, the display takes them. The thread that writes the outbox uses it as well."""

    def __init__(self) -> None:
        self._entries: list[JournalEntry] = []

    def note(self, kind: Kind, box: str = "", detail: str = "") -> None:
        """Add an event."""
        self._entries.append(JournalEntry(kind, box, detail))

    def take(self) -> list[JournalEntry]:
        """Everything that was noted since the last call."""
        entries, self._entries = self._entries, []
        return entries


def lines(entries: Iterable[JournalEntry]) -> list[str]:
    """A line for each kind and detail, with the boxes that it concerns."""
    grouped: dict[tuple[Kind, str], list[str]] = {}
    for entry in entries:
        grouped.setdefault((entry.kind, entry.detail), []).append(entry.box)
    return [_line(kind, detail, boxes) for (kind, detail), boxes in grouped.items()]


def _line(kind: Kind, detail: str, boxes: list[str]) -> str:
    named = list(dict.fromkeys(box for box in boxes if box))
    who = "" if not named else ": " + (", ".join(named) if len(named) <= _NAMED else f"{len(named)} boxes")
    return f"{kind}{who}" + (f" ({detail})" if detail else "")
