"""The outages of a node, computed when somebody asks and something may have changed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crisis.state.power import evidence, outages

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from crisis.places.gazetteer import Gazetteer
    from crisis.presence import Presence
    from crisis.state.power.episodes import BoxPower
    from crisis.state.power.outages import Picture

_HOLDS = timedelta(seconds=5)  # words grow old meanwhile, and fresh ones come: nobody sees that within this time


class Outlook:
    """The last picture. A change in the log or of the map makes a new one at once."""

    def __init__(self) -> None:
        self._power: Mapping[str, BoxPower] | None = None
        self._places: Gazetteer | None = None
        self._made: tuple[datetime, Picture] | None = None

    def picture(self, power: Mapping[str, BoxPower], presence: Presence, places: Gazetteer, now: datetime) -> Picture:
        """The outages and cells of now."""
        is_same = power is self._power and places is self._places
        if is_same and self._made is not None and timedelta() <= now - self._made[0] < _HOLDS:
            return self._made[1]
        made = outages.picture(evidence.gather(power, presence), now, places)
        self._power, self._places, self._made = power, places, (now, made)
        return made
