"""Whether an outage may be a large one ("Großlage?"): in January 2026 that was said after 36 hours. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.state.power.outages import Outage


class Reason(StrEnum):
    """What makes an outage large."""

    BOXES = "boxes"
    STREETS = "streets"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class Limits:
    """From how many boxes or streets without power on, or after what time, an outage may be a large one."""

    boxes: int = 5
    streets: int = 200
    lasts: timedelta = timedelta(hours=2)


def reasons(outage: Outage, limits: Limits, now: datetime) -> tuple[Reason, ...]:
    """Why it may be a large one; nothing when it is over, or one box's word or that of few of many."""
    if outage.until is not None or not outage.is_corroborated:
        return ()
    found = {
        Reason.BOXES: len(outage.boxes_out) >= limits.boxes,
        Reason.STREETS: len(outage.streets) >= limits.streets,
        Reason.DURATION: now - outage.since >= limits.lasts,
    }
    return tuple(reason for reason, is_so in found.items() if is_so)
