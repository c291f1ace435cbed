"""What people call districts and boxes: as operators named them, else by the Ortsteil in which their boxes stand."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from crisis.model import areas

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crisis.places.gazetteer import Gazetteer
    from crisis.state.picture import Picture

    Place = tuple[float, float]  # latitude, longitude

_ORTSTEILE = 3  # in the name of a district
_NAMED_MAX = 500  # boxes whose Ortsteil is looked up: whoever invents boxes must not make pages slow


def given(node: Picture) -> dict[str, str]:
    """The names that operators gave: this node's settings count more than what the hub says."""
    return node.state.area_names() | node.settings.area_names


def of(node: Picture) -> dict[str, str]:
    """Every area that has a name, by its id."""
    gazetteer = node.places.current()
    ortsteile = {box: ortsteil(gazetteer, place) for box, place in _places(node).items()}
    return by_ortsteil(ortsteile) | given(node)


def by_ortsteil(ortsteile: Mapping[str, str]) -> dict[str, str]:
    """The names of boxes and of their districts, of the Ortsteil in which each box stands; "" is none."""
    inside: dict[str, list[str]] = defaultdict(list)
    for box, name in ortsteile.items():
        district = areas.district(box)
        if name and district is not None:
            inside[district].append(name)
    named = {box: name for box, name in ortsteile.items() if name}
    return named | {district: joined(found) for district, found in inside.items()}


def joined(ortsteile: Sequence[str]) -> str:
    """`Schöneberg, Friedenau`: the Ortsteile in which most boxes stand, the first three."""
    named = sorted({name for name in ortsteile if name}, key=lambda name: (-ortsteile.count(name), name))
    return ", ".join((*named[:_ORTSTEILE], *(("…",) if len(named) > _ORTSTEILE else ())))


@lru_cache(_NAMED_MAX)
def ortsteil(gazetteer: Gazetteer, place: Place | None) -> str:
    """The Ortsteil of a place, or its Bezirk; "" outside the city, and where nobody knows the place."""
    return "" if place is None else gazetteer.where(*place).name or ""


def _places(node: Picture) -> dict[str, Place]:
    """Where boxes stand, as far as they said so; this node itself as its settings say."""
    cells = node.power_survey().cells[:_NAMED_MAX]
    found = {cell.box: cell.evidence.position for cell in cells if cell.evidence.position is not None}
    own = node.settings
    if own.latitude is not None and own.longitude is not None:
        found.setdefault(node.name, (own.latitude, own.longitude))
    return found
