"""What values are called: the classes of the catalogue in words, each with its sign on the map and its source. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from devices import limits
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.site.city.quantities import Shown
    from devices.limits import Class, Source, Statistic

# A word and the sign on the map: its colour is never alone, signs differ in shape, and each has its word.
_LOOKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "good": (N_("good: within the WHO guideline"), "good"),
        "raised": (N_("raised: above the WHO guideline"), "raised"),
        "high": (N_("high: above the limit of the EU"), "high"),
        "frost": (N_("frost: below 0 °C"), "low"),
        "mild": (N_("moderate: 0 to below 25 °C"), "good"),
        "summer": (N_("summery: 25 to below 30 °C"), "raised"),
        "hot": (N_("hot: from 30 °C"), "high"),
        "quiet": (N_("quiet: up to 55 dB(A)"), "good"),
        "loud": (N_("loud: above 55 dB(A)"), "raised"),
        "very_loud": (N_("very loud: above 65 dB(A)"), "high"),
        "dry": (N_("dry: below 40 %"), "raised"),
        "medium": (N_("medium: 40 to 70 %"), "good"),
        "humid": (N_("humid: above 70 %"), "low"),
    }
)
UNRATED = ("none", N_("not rated: too few hours heard"))
OLD = ("old", N_("no new value for an hour"))


@dataclass(frozen=True, slots=True)
class Rating:
    """What a value is called: a text, and the sign that stands for it on the map."""

    text: str
    sign: str
    source: Source


def of(shown: Shown, value: float) -> Rating | None:
    """What a value, as it is shown, is called; None where nobody has a name for it."""
    found = _of(shown.names[0], shown.statistic)
    return next((rating for each, rating in found if _holds(each, value)), None)


def legend(shown: Shown) -> tuple[Rating, ...]:
    """Every class of a quantity, the lowest first."""
    return tuple(rating for _, rating in _of(shown.names[0], shown.statistic))


@cache
def _of(quantity: str, statistic: Statistic) -> tuple[tuple[Class, Rating], ...]:
    found = [each for each in limits.CLASSES if (each.quantity, each.statistic) == (quantity, statistic)]
    found.sort(key=lambda each: float("-inf") if each.low is None else each.low)
    return tuple((each, _rating(each)) for each in found)


def _rating(each: Class) -> Rating:
    text, sign = _LOOKS[each.name]
    return Rating(text, sign, each.source)


def _holds(each: Class, value: float) -> bool:
    is_above = each.low is None or value > each.low or (value == each.low and each.bounds[0] == "[")
    is_below = each.high is None or value < each.high or (value == each.high and each.bounds[1] == "]")
    return is_above and is_below
