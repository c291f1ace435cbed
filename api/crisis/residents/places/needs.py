"""Places of help for one need: those of its kind, and those that offer it besides. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from api.crisis.residents import labels
from crisis.model.contents import PointKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from api.crisis.residents.situation import NearbyPoint
    from crisis.model.contents import PointContent


class Need(StrEnum):
    """What people look for. The slugs are those of the kinds of places."""

    WARMTH = PointKind.WARMTH
    WATER = PointKind.WATER
    CHARGING = PointKind.CHARGING
    MEDICAL = PointKind.MEDICAL


# What each is called: as places of its kind are.
NAMES: Mapping[Need, str] = MappingProxyType({need: labels.POINT_KINDS[PointKind(need)] for need in Need})
# Staff write what a place offers in German, as free text; the form proposes these words.
_OFFERED: Mapping[Need, re.Pattern[str]] = MappingProxyType(
    {
        Need.WARMTH: re.compile(r"wärm|warm|heiz", re.IGNORECASE),
        Need.WATER: re.compile(r"wasser|water", re.IGNORECASE),
        Need.CHARGING: re.compile(r"strom|lade|akku|steckdose|power|charg", re.IGNORECASE),
        Need.MEDICAL: re.compile(r"medi[zck]|arzt|ärzt|erste hilfe|sanität|apothek|first aid", re.IGNORECASE),
    }
)
_ABWASSER = re.compile(r"abwasser|warmwasser", re.IGNORECASE)  # neither is drinking water


def read(asked: str) -> Need | None:
    """The need that an address names; None for all places."""
    return Need(asked) if asked in list(Need) else None


def fitting(points: Iterable[NearbyPoint], need: Need | None) -> tuple[NearbyPoint, ...]:
    """The places that help with a need, in their order; all of them without one."""
    return tuple(each for each in points if need is None or is_met(each.point.content, need))


def is_met(content: PointContent, need: Need) -> bool:
    """Whether a place is of the need's kind, or says that it offers it."""
    if content.kind == need.value:
        return True
    offers = [_ABWASSER.sub("", offer) if need is Need.WATER else offer for offer in content.offers]
    return any(_OFFERED[need].search(offer) for offer in offers)
