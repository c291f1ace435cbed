"""Blackouts over the real streets of south-western Berlin, as in January 2026, and boxes at random streets.

Real grids are not known. `whole`: four Ortsteile are dark. `ragged`: areas like those of feeders, and within them every
tenth street keeps its power.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from crisis.places import geometry
from crisis.state.power import outages
from crisis.state.power.episodes import Episode
from crisis.state.power.evidence import Evidence
from crisis.state.power.outages import Grade
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from crisis.places.gazetteer import Gazetteer
    from crisis.places.streets import Street

DARK = ("0602", "0604", "0606", "0607")  # Lichterfelde, Zehlendorf, Nikolassee, Wannsee
SOUTH_WEST = ("06", "07", "04")  # Bezirke
_FEEDERS = 80
_KEEPS_POWER = 0.1


@dataclass(frozen=True, slots=True)
class Score:
    """How well the named streets are the dark ones."""

    precision: float
    recall: float


def box(name: str, position: tuple[float, float], *, since: datetime | None = None, told_s: float = 30) -> Evidence:
    """A box that lost its mains power at `since`, or has it (None), and said so `told_s` seconds before NOW."""
    told_at = NOW - timedelta(seconds=told_s)
    lost = () if since is None else (Episode(name, (UUID(int=random.Random(name).getrandbits(128)),), since),)
    return Evidence(name, position, since is None, since or told_at, told_at, 60, True, episodes=lost)


def streets_of(places: Gazetteer) -> list[Street]:
    """All streets of the south-west."""
    return [street for street in places.streets.streets if street.ortsteil[:2] in SOUTH_WEST]


def area_km2(places: Gazetteer) -> float:
    """How large the south-west is."""
    return sum(area.area_km2 for area in places.bezirke if area.id in SOUTH_WEST)


def dark_streets(streets: Sequence[Street], chance: random.Random, *, ragged: bool) -> set[Street]:
    """The streets that lose their power."""
    if not ragged:
        return {street for street in streets if street.ortsteil in DARK}
    feeders = chance.sample(streets, _FEEDERS)
    across, up = geometry.metres_per_degree(feeders[0].latitude)
    places = [(feeder.longitude * across, feeder.latitude * up, feeder.ortsteil in DARK) for feeder in feeders]
    dark = []
    for street in streets:
        x, y = street.longitude * across, street.latitude * up
        _, is_dark = min(((x - east) ** 2 + (y - north) ** 2, is_dark) for east, north, is_dark in places)
        if is_dark:
            dark.append(street)
    return {street for street in dark if chance.random() >= _KEEPS_POWER}


def boxes(streets: Sequence[Street], dark: set[Street], count: int, chance: random.Random) -> list[Evidence]:
    """So many boxes at random streets; those in dark ones lost their power within 40 seconds, 20 minutes before NOW."""
    found = []
    for number, street in enumerate(chance.sample(streets, count)):
        since = NOW - timedelta(minutes=20) + timedelta(seconds=chance.uniform(0, 40)) if street in dark else None
        found.append(box(f"{number:03}", (street.latitude, street.longitude), since=since))
    return found


def score(evidence: Sequence[Evidence], dark: set[Street], places: Gazetteer) -> Score:
    """Precision and recall of the streets in all outages that are more than a single box's word."""
    found = outages.outages(evidence, NOW, places)
    named = {street for outage in found if outage.grade is Grade.FIRM for street in outage.streets}
    right = len(named & dark)
    return Score(right / max(len(named), 1), right / max(len(dark), 1))


def mean_score(places: Gazetteer, per_km2: float, *, ragged: bool, draws: int = 20) -> Score:
    """The mean of some seeded draws."""
    streets = streets_of(places)
    count = round(per_km2 * area_km2(places))
    scores = []
    for seed in range(draws):
        chance = random.Random(seed)
        dark = dark_streets(streets, chance, ragged=ragged)
        scores.append(score(boxes(streets, dark, count, chance), dark, places))
    return Score(sum(each.precision for each in scores) / draws, sum(each.recall for each in scores) / draws)
