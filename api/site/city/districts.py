"""Boxes by district, under the name that people know: the operator's, else the Ortsteil in which a box stands."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from api.site.city import classes, snapshot
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from api.site.city.classes import Rating
    from api.site.city.snapshot import BoxNow, Snapshot
    from crisis.places.areas import Whereabouts
    from translations.words import Words

OTHERS = "others"
ROWS_MAX = 20
_NAMELESS = N_("Boxes elsewhere, or whose place is not known")
NUMBERED = N_("Boxes %(number)s-…")


@dataclass(frozen=True, slots=True)
class District:
    """A district and what its boxes measure. `view`: its map; None where it has none."""

    id: str
    name: str
    bezirk: str | None
    view: str | None
    boxes: tuple[BoxNow, ...]
    mean: float | None
    rating: Rating | None

    @property
    def heard(self) -> int:
        """How many of its boxes count in its mean."""
        return sum(box.is_rated and not box.is_old for box in self.boxes)


def of(
    found: Snapshot, where: Mapping[str, Whereabouts], names: Mapping[str, str], words: Words
) -> tuple[District, ...]:
    """The districts of a snapshot by name; boxes of which nobody knows where they stand come last.

    More than ROWS_MAX of them are joined to Bezirke, whose pages have their parts.
    `where`: the whereabouts of each box with a public place. `names`: what operators call districts, by `district-71`.
    """
    fine = _grouped(found.boxes, where, names, words)
    if len(fine) <= ROWS_MAX:
        return _sorted(found, fine)
    coarse = {box: replace(place, ortsteil=None) for box, place in where.items()}
    return within(found, found.boxes, coarse, names, words)


def within(
    found: Snapshot,
    boxes: Iterable[BoxNow],
    where: Mapping[str, Whereabouts],
    names: Mapping[str, str],
    words: Words,
) -> tuple[District, ...]:
    """The districts of these boxes of a snapshot, each Ortsteil for itself."""
    return _sorted(found, _grouped(boxes, where, names, words))


class _Area(NamedTuple):
    """What a district is, without its boxes."""

    id: str
    name: str
    bezirk: str | None = None
    view: str | None = None


def _grouped(
    boxes: Iterable[BoxNow], where: Mapping[str, Whereabouts], names: Mapping[str, str], words: Words
) -> Mapping[_Area, list[BoxNow]]:
    groups: dict[_Area, list[BoxNow]] = defaultdict(list)
    for box in boxes:
        groups[_area(box, where.get(box.id), names, words)].append(box)
    return groups


def _sorted(found: Snapshot, groups: Mapping[_Area, list[BoxNow]]) -> tuple[District, ...]:
    made = [_made(found, area, tuple(those)) for area, those in groups.items()]
    return tuple(sorted(made, key=lambda each: (each.id == OTHERS, each.name.casefold(), each.id)))


def _area(box: BoxNow, place: Whereabouts | None, names: Mapping[str, str], words: Words) -> _Area:
    """The district to which a box belongs."""
    numbered = None if box.district is None else f"district-{box.district:02x}"
    ortsteil = None if place is None else place.ortsteil
    bezirk = None if place is None or place.bezirk is None else place.bezirk.name
    if numbered is not None and numbered in names:
        return _Area(numbered, names[numbered])
    if ortsteil is not None:
        return _Area(ortsteil.id, ortsteil.name, bezirk, ortsteil.id)
    if place is not None and place.bezirk is not None:
        return _Area(place.bezirk.id, place.bezirk.name, view=place.bezirk.id)
    return _Area(OTHERS, words.text(_NAMELESS))


def _made(found: Snapshot, area: _Area, boxes: tuple[BoxNow, ...]) -> District:
    mean = snapshot.mean_of(found.shown, boxes)
    rating = None if mean is None else classes.of(found.shown, mean)
    return District(*area, boxes, mean, rating)
