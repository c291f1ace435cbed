"""What happens to boxes, in words; the same happening to many boxes becomes one line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMED = 5  # more boxes are counted, not named


class Kind(StrEnum):
    """What there is to say."""

    CONNECTED = "connected"
    LOST = "connection lost"
    AWAY = "no connection"
    DROPPING = "dropping readings"
    REJECTED = "rejected by the hub"
    UNREADABLE = "unreadable message from the hub"
    FULL = "the outbox cannot be written, new readings are dropped"
    KEEPING = "the outbox keeps everything again"
    CLOCK = "the clock went back"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Notice:
    """One happening. `box` is empty where it concerns no box in particular."""

    kind: Kind
    box: str
    detail: str


class Notices:
    """Where boxes say what happens; the display collects it. Also used from the thread that writes the outbox."""

    def __init__(self) -> None:
        self._said: list[Notice] = []

    def say(self, kind: Kind, box: str = "", detail: str = "") -> None:
        """Note a happening."""
        self._said.append(Notice(kind, box, detail))

    def take(self) -> list[Notice]:
        """Everything said since the last call."""
        said, self._said = self._said, []
        return said


def lines(said: Iterable[Notice]) -> list[str]:
    """One line for each kind and detail, with the boxes it is about."""
    grouped: dict[tuple[Kind, str], list[str]] = {}
    for notice in said:
        grouped.setdefault((notice.kind, notice.detail), []).append(notice.box)
    return [_line(kind, detail, boxes) for (kind, detail), boxes in grouped.items()]


def _line(kind: Kind, detail: str, boxes: list[str]) -> str:
    named = list(dict.fromkeys(box for box in boxes if box))
    who = "" if not named else ": " + (", ".join(named) if len(named) <= _NAMED else f"{len(named)} boxes")
    return f"{kind}{who}" + (f" ({detail})" if detail else "")
