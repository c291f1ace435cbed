"""What values are called, with the word that people read and who says so. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from api.database import Row
    from translations.words import Words

DAY_MEAN, NEWEST, HOUR_MEAN = "day_mean", "newest", "hour_mean"
# By the names of the catalogue (devices/limits.py): the word, and the style class of its colour. A class without a word
# here is not shown: no colour is without a word.
_LOOKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "good": (N_("good: within the WHO guideline"), "good"),
        "raised": (N_("raised: above the WHO guideline"), "warn"),
        "high": (N_("high: above the limit of the EU"), "bad"),
        "frost": (N_("frost: below 0 °C"), ""),
        "mild": (N_("moderate: 0 to below 25 °C"), ""),
        "summer": (N_("summery: 25 to below 30 °C"), ""),
        "hot": (N_("hot: from 30 °C"), "warn"),
        "quiet": (N_("quiet: up to 55 dB(A)"), "good"),
        "loud": (N_("loud: above 55 dB(A)"), "warn"),
        "very_loud": (N_("very loud: above 65 dB(A)"), "bad"),
        "dry": (N_("dry: below 40 %"), ""),
        "medium": (N_("medium: 40 to 70 %"), ""),
        "humid": (N_("humid: above 70 %"), ""),
    }
)


@dataclass(frozen=True, slots=True)
class Rating:
    """What a value is called, and the style class of its colour."""

    text: str
    css: str


def statistic(rows: Iterable[Row]) -> str | None:
    """By which of its values a quantity (rows of classes.sql) is rated; None where nobody has a name for any."""
    named = {row["statistic"] for row in rows if row["class"] in _LOOKS}
    return next((each for each in (DAY_MEAN, NEWEST, HOUR_MEAN) if each in named), None)


def of(value: float, rows: Iterable[Row], statistic_: str, words: Words) -> Rating | None:
    """What a value is called by the rows (of classes.sql) of its quantity; None where nobody has a name for it."""
    for row in rows:
        if row["statistic"] == statistic_ and _holds(row, value) and row["class"] in _LOOKS:
            text, css = _LOOKS[row["class"]]
            return Rating(words.text(text), css)
    return None


def _holds(row: Row, value: float) -> bool:
    low, high = row["low"], row["high"]
    is_above = low is None or value > low or (row["has_low"] and value == low)
    is_below = high is None or value < high or (row["has_high"] and value == high)
    return is_above and is_below
