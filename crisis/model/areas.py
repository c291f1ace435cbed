"""Areas: the whole city, a district, one box; and which of them a box belongs to."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import StringConstraints

from devices import boxes

EVERYWHERE = "all"

_BOX = r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?"  # `all` and `district-71` have this form too: no box may have such an id
_DISTRICT = re.compile(r"district-([0-9a-f]{2})")

PATTERN = f"^{_BOX}$"
Area = Annotated[str, StringConstraints(pattern=PATTERN)]


def district(area: str) -> str | None:
    """The district that an area is or that a box belongs to: `district-71`; None for the city and unnumbered boxes."""
    if _DISTRICT.fullmatch(area):
        return area
    numbers = boxes.district_and_number(area)
    return None if numbers is None else f"district-{numbers[0]:02x}"


def around(area: str) -> tuple[str, ...]:
    """The areas whose decisions apply to this one, the narrowest first: `71-01`, `district-71`, `all`."""
    return tuple(dict.fromkeys(found for found in (area, district(area), EVERYWHERE) if found is not None))
