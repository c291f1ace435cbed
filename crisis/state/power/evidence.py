"""What is known of each box when outages are looked for: from the log, and on a hub from what the boxes say now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from crisis.presence import BoxPresence, Presence
    from crisis.state.power.episodes import BoxPower, Episode

_FRESH = timedelta(minutes=10)
_MESSAGES_MISSED = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one box says of its mains power. `mains` None: it never said.

    `position` is latitude and longitude in degrees; `told_at` when it last said so; `reachable` None: nobody knows.
    `is_of_past`: read from the log for a moment of the past. The log holds changes, and not each time that a box said
    the same again: nobody knows how old its word was then.
    """

    box: str
    position: tuple[float, float] | None
    mains: bool | None
    since: datetime | None = None
    told_at: datetime | None = None
    cadence_s: float | None = None
    reachable: bool | None = None
    battery_percent: float | None = None
    hours_left: float | None = None
    flapping: bool = False
    episodes: tuple[Episode, ...] = ()
    is_of_past: bool = False

    def is_fresh(self, now: datetime) -> bool:
        """Whether its word counts as new: it was told within three of its messages, or ten minutes.

        A box that falls silent keeps its word, and that grows old: silence is a failure of the link, not of the grid.
        """
        if self.is_of_past:
            return self.told_at is not None
        fresh_for = max(_FRESH, timedelta(seconds=_MESSAGES_MISSED * (self.cadence_s or 0)))
        return self.told_at is not None and now - self.told_at <= fresh_for


def gather(power: Mapping[str, BoxPower], presence: Presence) -> list[Evidence]:
    """The evidence of every box, by id. What a box says now makes its word in the log fresh, and changes nothing else.

    So every node that has the same log sees the same outages, whoever hears the boxes themselves.
    """
    return [_evidence(box, power.get(box), presence.of(box)) for box in sorted({*power, *presence.boxes()})]


def of_past(power: Mapping[str, BoxPower]) -> list[Evidence]:
    """The evidence of every box at a moment of the past, by id, from what the log held then: no battery, no reach."""
    return [
        Evidence(
            box,
            known.position,
            known.mains,
            known.since,
            known.told_at,
            known.cadence_s,
            flapping=known.flapping,
            episodes=known.episodes,
            is_of_past=True,
        )
        for box, known in sorted(power.items())
    ]


def _evidence(box: str, known: BoxPower | None, seen: BoxPresence | None) -> Evidence:
    reachable = None if seen is None else seen.is_reachable
    status = None if seen is None else seen.status
    if known is None:
        position = None
        if status is not None and status.latitude is not None and status.longitude is not None:
            position = status.latitude, status.longitude
        return Evidence(box, position, None, reachable=reachable)
    told_at, battery = known.told_at, known.battery_percent
    hours_left = None
    if seen is not None and status is not None and seen.status_at is not None and status.mains is known.mains:
        told_at = max(told_at, seen.status_at)
        battery = battery if status.battery_percent is None else status.battery_percent
        hours_left = seen.hours_left
    return Evidence(
        box,
        known.position,
        known.mains,
        known.since,
        told_at,
        known.cadence_s,
        reachable,
        battery,
        None if known.mains else hours_left,
        known.flapping,
        known.episodes,
    )
