"""Streets: found by name, by place, and in polygons. Each stands for a name in one Ortsteil."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, NamedTuple

from crisis.places import geometry, normal_forms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crisis.places.geometry import Point, Polygon

_WORDS_MAX = 7  # of a street's name; in Berlin it is six


class Street(NamedTuple):
    """A street's name, a point on it (degrees) and the id of its Ortsteil, empty where none is known.

    One name may stand for several streets: there are eleven Hauptstraßen in Berlin.
    """

    name: str
    latitude: float
    longitude: float
    ortsteil: str

    @property
    def point(self) -> Point:
        """Longitude and latitude."""
        return self.longitude, self.latitude


class StreetIndex:
    """All streets of a city; 10,000 take about 5 MB."""

    def __init__(self, streets: Iterable[Street] = ()) -> None:
        self.streets: Sequence[Street] = sorted(streets, key=lambda street: street.latitude)
        self._latitudes = [street.latitude for street in self.streets]
        self._by_key: dict[str, list[Street]] = {}
        for street in self.streets:
            self._by_key.setdefault(normal_forms.key(street.name), []).append(street)
        self.words_max = min(
            _WORDS_MAX, max((len(normal_forms.words(street.name)) for street in self.streets), default=0)
        )

    def __len__(self) -> int:
        return len(self.streets)

    def named(self, key: str) -> Sequence[Street]:
        """The streets whose name has this normal form (normal_forms.key)."""
        return self._by_key.get(key, ())

    def by_key(self) -> Iterator[tuple[str, Street]]:
        """Every street with the normal form of its name."""
        return ((key, street) for key, streets in self._by_key.items() for street in streets)

    def within(self, polygons: Iterable[Polygon]) -> list[Street]:
        """The streets whose point lies in any of the polygons, each once, by name and Ortsteil."""
        found: set[Street] = set()
        for polygon in polygons:
            west, south, east, north = geometry.bounds((polygon,))
            first, last = bisect.bisect_left(self._latitudes, south), bisect.bisect_right(self._latitudes, north)
            found.update(
                street
                for street in self.streets[first:last]
                if west <= street.longitude <= east and geometry.is_in(polygon, street.longitude, street.latitude)
            )
        return sorted(found)

    def nearest(self, latitude: float, longitude: float, within_m: float = 1_000) -> Street | None:
        """The street whose point is nearest, if there is one within that many metres."""
        reach = within_m / geometry.METRES_PER_DEGREE
        first = bisect.bisect_left(self._latitudes, latitude - reach)
        last = bisect.bisect_right(self._latitudes, latitude + reach)
        here = (longitude, latitude)
        near = [(geometry.distance_m(here, street.point), street) for street in self.streets[first:last]]
        distance, street = min(near, default=(within_m + 1, None))
        return street if distance <= within_m else None
