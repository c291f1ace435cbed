"""When a box heard the hub last, and how it answers a hub that has started. Pure; seconds are those of a steady clock.

While the hub was away boxes may have told people. From the moment in which a box hears it again that box tells nobody
any more; its next beat says which start of the hub it has heard, whom it has told, and which boxes it heard while the
hub was away. So the hub knows soon that nobody else has told of a call (crisis/alarm/watching/watch.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(slots=True)
class HubHearing:
    """The hub as one box hears it, since `heard_at`. After `silent_seconds` without a word it counts as silent."""

    heard_at: float
    silent_seconds: float
    start: str = ""  # of the hub, as it said last; "" until it was heard
    _lost_at: float | None = None  # when it was heard last before it was silent
    _start_at: float = 0.0
    _others: frozenset[str] | None = None

    def is_silent(self, now: float) -> bool:
        """Whether it has not been heard for too long."""
        return now - self.heard_at > self.silent_seconds

    def hear(self, now: float) -> None:
        """It was heard, by whatever it said."""
        if self.is_silent(now) and self._lost_at is None:
            self._lost_at = self.heard_at
        self.heard_at = now

    def hear_start(self, start: str, now: float, boxes: Mapping[str, float]) -> bool:
        """It said which of its starts this is; whether that is a new one. `boxes`: when each other was heard last."""
        if start in {"", self.start}:
            self._lost_at = None  # it has been there for a while: what happened before that it knows
            return False
        lost_at = self.heard_at if self._lost_at is None else self._lost_at
        # Who did not hear the hub before does not know either which boxes were there when it was lost.
        knows = bool(self.start)
        others = (box for box, heard_at in boxes.items() if heard_at >= lost_at - self.silent_seconds)
        self._others = frozenset(others) if knows else None
        self.start, self._start_at, self._lost_at = start, now, None
        return True

    def others(self, now: float) -> frozenset[str] | None:
        """The boxes that may have spoken while the hub was away; None when we do not know, or nobody asks any more."""
        return self._others if now - self._start_at <= self.silent_seconds else None
