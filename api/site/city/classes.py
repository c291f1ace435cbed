"""What values are called: the classes of the catalogue in words, each with its sign on the map and its source. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from devices import limits
from devices.limits import Source
from devices.quantities import CATALOGUE
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.site.city.quantities import Shown
    from devices.limits import Class, Statistic


class _Look(NamedTuple):
    """A word, its sign on the map, and its style class beside the value of a box: empty where it is no verdict."""

    text: str
    sign: str
    css: str = ""


# No colour is alone: signs differ in shape, and each has its word. A class without a word here is not shown.
_LOOKS: Mapping[str, _Look] = MappingProxyType(
    {
        "good": _Look(N_("good: within the WHO guideline"), "good", "good"),
        "raised": _Look(N_("raised: above the WHO guideline"), "raised", "warn"),
        "high": _Look(N_("high: above the limit of the EU"), "high", "bad"),
        "frost": _Look(N_("frost: below 0 °C"), "low"),
        "mild": _Look(N_("moderate: 0 to below 25 °C"), "good"),
        "summer": _Look(N_("summery: 25 to below 30 °C"), "raised"),
        "hot": _Look(N_("hot: from 30 °C"), "high", "warn"),
        "quiet": _Look(N_("quiet: up to 55 dB(A)"), "good", "good"),
        "loud": _Look(N_("loud: above 55 dB(A)"), "raised", "warn"),
        "very_loud": _Look(N_("very loud: above 65 dB(A)"), "high", "bad"),
        "dry": _Look(N_("dry: below 40 %"), "raised"),
        "medium": _Look(N_("medium: 40 to 70 %"), "good"),
        "humid": _Look(N_("humid: above 70 %"), "low"),
    }
)
_STATISTICS: tuple[Statistic, ...] = ("day_mean", "newest", "hour_mean")
# The titles of `limits.SOURCES` that are not the same in every language, for the catalogues.
TITLES: Mapping[Source, str] = MappingProxyType(
    {
        Source.WHO_2021: N_("WHO global air quality guidelines, Geneva 2021, table 0.1"),
        Source.EU_2008_50: N_("Directive 2008/50/EC, annexes XI and XIV"),
        Source.EU_2024_2881: N_("Directive (EU) 2024/2881, annex I, section 1"),
        Source.TA_LAERM: N_("TA Lärm of 1998 as amended in 2017, no. 6.1 e: general residential areas by day"),
        Source.UBA: N_("Umweltbundesamt: stress and heart disease by noise, above 65 dB(A) by day"),
    }
)
UNRATED = ("none", N_("not rated: too few hours heard"))
OLD = ("old", N_("no new value for an hour"))


@dataclass(frozen=True, slots=True)
class Rating:
    """What a value is called: a text for the catalogues, the sign on the map, and the style class of a tag."""

    text: str
    sign: str
    source: Source
    css: str


def statistic(quantity: str) -> Statistic | None:
    """By which of its values a quantity is rated; None where nobody has a name for any."""
    named = {each.statistic for each in limits.CLASSES if each.quantity == quantity and each.name in _LOOKS}
    return next((each for each in _STATISTICS if each in named), None)


def shown(quantity: str, value: float) -> float:
    """A value as the map shows it. It is rated as it is shown: 15.04 is 15.0, and within the guideline."""
    return round(value, min(CATALOGUE[quantity].decimals, 1))


def rate(quantity: str, statistic_: Statistic, value: float) -> Rating | None:
    """What a value, as it is shown, is called; None where nobody has a name for it."""
    return next((rating for each, rating in _of(quantity, statistic_) if _holds(each, value)), None)


def of(compared: Shown, value: float) -> Rating | None:
    """What a value by which boxes are compared, as it is shown, is called; None where nobody has a name for it."""
    return rate(compared.names[0], compared.statistic, value)


def legend(compared: Shown) -> tuple[Rating, ...]:
    """Every class of a quantity, the lowest first."""
    return tuple(rating for _, rating in _of(compared.names[0], compared.statistic))


@cache
def _of(quantity: str, statistic_: Statistic) -> tuple[tuple[Class, Rating], ...]:
    found = [
        each
        for each in limits.CLASSES
        if (each.quantity, each.statistic) == (quantity, statistic_) and each.name in _LOOKS
    ]
    found.sort(key=lambda each: float("-inf") if each.low is None else each.low)
    return tuple((each, _rating(each)) for each in found)


def _rating(each: Class) -> Rating:
    look = _LOOKS[each.name]
    return Rating(look.text, look.sign, each.source, look.css)


def _holds(each: Class, value: float) -> bool:
    is_above = each.low is None or value > each.low or (value == each.low and each.bounds[0] == "[")
    is_below = each.high is None or value < each.high or (value == each.high and each.bounds[1] == "]")
    return is_above and is_below
