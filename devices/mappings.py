"""What operators said names of other makes' devices mean: `kiezbox inputs map`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ANY_BOX = "*"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A name means this quantity; None: it is not worth storing. `unit` and `source`: None as the device says."""

    format: str
    box: str  # or ANY_BOX
    name: str
    quantity: str | None
    unit: str | None = None
    source: str | None = None


class Mappings:
    """All mappings. One for a box counts more than one for any box."""

    def __init__(self, known: Iterable[Mapping] = ()) -> None:
        self._known = {(each.format, each.box, each.name): each for each in known}

    def find(self, of_format: str, box: str, name: str) -> Mapping | None:
        """What an operator said about this name; None when nobody did."""
        if not self._known:
            return None
        return self._known.get((of_format, box, name)) or self._known.get((of_format, ANY_BOX, name))
