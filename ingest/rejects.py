"""Which rejected messages somebody means: the filter that listing and retrying share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

NOWHERE = "-"  # the box of messages whose topic named none


@dataclass(frozen=True, slots=True)
class RejectFilter:
    """Which rejects: what is None chooses all, and different filters narrow together."""

    ids: Sequence[int] | None = None
    reasons: Sequence[str] | None = None
    box: str | None = None  # NOWHERE: those that named none
    since: datetime | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing narrows it."""
        return self == RejectFilter()

    def arguments(self) -> tuple[Any, ...]:
        """$1 to $4 of the statements."""
        return self.ids, self.reasons, self.box, self.since
