"""Where something is missing: no place of help, no box, no word from anybody while the power is gone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from crisis.places.areas import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from crisis.places.areas import Area
    from crisis.places.gazetteer import Gazetteer
    from crisis.places.geometry import Point

SILENT_AFTER = timedelta(hours=3)


class Lack(StrEnum):
    """What is missing in an area."""

    SILENT = "silent"  # dark for hours, and nobody has reported anything since: no good news
    NO_PLACE = "no_place"  # no open place of help: the planning rule is one Kat-Leuchtturm in each Prognoseraum
    NO_BOX = "no_box"


@dataclass(frozen=True, slots=True)
class Gap:
    """An area in which something is missing. `dark_since` None: no box there is without power."""

    area: Area
    lack: Lack
    dark_since: datetime | None


@dataclass(frozen=True, slots=True)
class Findings:
    """What is where: longitude and latitude of each. `dark`: boxes without power, and since when."""

    boxes: Sequence[Point]
    places_of_help: Sequence[Point]
    dark: Sequence[tuple[Point, datetime]]
    words: Sequence[tuple[Point, datetime]]  # calls and reports, and when they came


def of(found: Findings, places: Gazetteer, now: datetime) -> list[Gap]:
    """The gaps: those where the power is gone first, of these those that have been dark the longest.

    Places of help are looked for in Prognoseräume, or in Ortsteile where nobody has added those (`kiezbox map add`).
    """
    ortsteile = places.ortsteile
    rooms = places.prognoseraeume or ortsteile
    where = _Where(places)
    dark = {area: min(times) for area, times in where.times(found.dark).items()}
    heard = {area: max(times) for area, times in where.times(found.words).items()}
    helped, boxed = where.areas(found.places_of_help), where.areas(found.boxes)
    made = [
        Gap(area, Lack.SILENT, dark[area.id, area.level])
        for area in ortsteile
        if (area.id, area.level) in dark
        and now - dark[area.id, area.level] >= SILENT_AFTER
        and now - heard.get((area.id, area.level), dark[area.id, area.level]) >= SILENT_AFTER
    ]
    made += [
        Gap(area, Lack.NO_PLACE, dark.get((area.id, area.level)))
        for area in rooms
        if (area.id, area.level) not in helped
    ]
    made += [Gap(area, Lack.NO_BOX, None) for area in ortsteile if (area.id, area.level) not in boxed]
    order = list(Lack)
    return sorted(
        made,
        key=lambda gap: (
            gap.dark_since is None,
            order.index(gap.lack),
            0.0 if gap.dark_since is None else gap.dark_since.timestamp(),
            gap.area.name,
        ),
    )


_Key = tuple[str, Level]


class _Where:
    """In which areas points lie."""

    def __init__(self, places: Gazetteer) -> None:
        self._places = places

    def of(self, point: Point) -> Iterable[_Key]:
        found = self._places.where(point[1], point[0])
        for area in (found.ortsteil, found.prognoseraum):
            if area is not None:
                yield area.id, area.level

    def areas(self, points: Iterable[Point]) -> set[_Key]:
        return {key for point in points for key in self.of(point)}

    def times(self, points: Iterable[tuple[Point, datetime]]) -> dict[_Key, list[datetime]]:
        found: dict[_Key, list[datetime]] = {}
        for point, at in points:
            for key in self.of(point):
                found.setdefault(key, []).append(at)
        return found
