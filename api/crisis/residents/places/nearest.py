"""The nearest open place of help: what somebody needs first who has no telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.crisis.residents.situation import NearbyPoint, Situation


def of(found: Situation) -> NearbyPoint | None:
    """The nearest place that is open; else the nearest of which nobody knows. None without any.

    A place of a drill is shown in drills alone. Without distances it is the first by name.
    """
    real = [each for each in found.points if found.is_exercise or not each.point.content.exercise]
    is_open = [each for each in real if each.point.content.open_now]
    unknown = [each for each in real if each.point.content.open_now is None]
    return next(iter((*is_open, *unknown)), None)
