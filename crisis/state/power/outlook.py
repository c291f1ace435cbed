"""The outages of a node, computed when somebody asks and something may have changed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crisis.state.power import evidence
from crisis.state.power.outages import Survey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from crisis.places.areas import Area
    from crisis.places.gazetteer import Gazetteer
    from crisis.presence import Presence
    from crisis.state.power.episodes import BoxPower

_HOLDS = timedelta(seconds=5)  # words grow old meanwhile, and fresh ones come: nobody sees that within this time


class Outlook:
    """The last survey. A change in the log or of the map makes a new one at once."""

    def __init__(self) -> None:
        self._power: Mapping[str, BoxPower] | None = None
        self._places: Gazetteer | None = None
        self._survey: Survey | None = None
        self._ortsteile: dict[tuple[float, float], Area | None] = {}  # of places where boxes stand

    def survey(self, power: Mapping[str, BoxPower], presence: Presence, places: Gazetteer, now: datetime) -> Survey:
        """What there is now. Its outages and its cells are computed when they are asked for."""
        if places is not self._places:
            self._ortsteile = {}
        is_same = power is self._power and places is self._places
        if is_same and self._survey is not None and timedelta() <= now - self._survey.now < _HOLDS:
            return self._survey
        self._power, self._places = power, places
        self._survey = Survey(evidence.gather(power, presence), now, places, self._ortsteile)
        return self._survey
