"""Streets as text: a line `name;latitude;longitude;Ortsteil` each, UTF-8."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisis.places import geometry
from crisis.places.streets import Street

if TYPE_CHECKING:
    from collections.abc import Iterable

_FIELDS = 4
_NAME_CHARACTERS = 120


def read(text: str) -> list[Street]:
    """The streets. Raises ValueError, which names the line that is wrong and why."""
    streets = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        fields = line.split(";")
        if len(fields) != _FIELDS or not fields[0].strip() or len(fields[0]) > _NAME_CHARACTERS:
            raise ValueError(f"line {number} is not: name;latitude;longitude;Ortsteil")
        name, latitude, longitude, ortsteil = (field.strip() for field in fields)
        try:
            street = Street(name, float(latitude), float(longitude), ortsteil)
        except ValueError:
            raise ValueError(f"line {number}: latitude and longitude are numbers with a point, in degrees") from None
        if not geometry.is_on_earth(*street.point):
            raise ValueError(f"line {number}: latitude and longitude are in degrees")
        streets.append(street)
    if not streets:
        raise ValueError("it has no streets")
    return streets


def write(streets: Iterable[Street]) -> str:
    """The streets by name, as `read` understands them, with points to about ten metres."""
    return "".join(
        f"{each.name};{each.latitude:.4f};{each.longitude:.4f};{each.ortsteil}\n" for each in sorted(streets)
    )
