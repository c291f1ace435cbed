"""Which rejected messages somebody means: the filter that listing and retrying share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class RejectFilter:
    """Which rejects. A field that is None chooses all of them; the others narrow the choice together."""

    ids: Sequence[int] | None = None
    reasons: Sequence[str] | None = None
    box: str | None = None  # NO_BOX (devices/boxes.py): messages whose box could not be read
    since: datetime | None = None  # received then or later

    @property
    def is_everything(self) -> bool:
        """Whether nothing narrows the choice."""
        return self == RejectFilter()

    def arguments(self) -> tuple[Any, ...]:
        """$1 to $4 of select_rejects.sql and of the list that `kiezbox rejects` shows."""
        return self.ids, self.reasons, self.box, self.since
