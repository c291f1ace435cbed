"""What values are called, with the word that people read and who says so. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from translations.marks import N_, NP_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from api.database import Row
    from translations.words import Words

DAY_MEAN = "day_mean"
NEWEST = "newest"
# By the names of the catalogue (devices/limits.py). A class without a word here is not shown: no colour is without a
# a word, and from 0 to 25 °C nothing needs one.
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "good": N_("good: within the WHO guideline"),
        "raised": N_("raised: above the WHO guideline"),
        "high": N_("high: above the limit of the EU"),
        "frost": N_("frost"),
        "summer": NP_("temperature", "summery"),
        "hot": NP_("temperature", "hot"),
    }
)
_COLOURS: Mapping[str, str] = MappingProxyType(
    {"good": "good", "raised": "warn", "high": "bad", "frost": "", "summer": "", "hot": "warn"}
)


@dataclass(frozen=True, slots=True)
class Rating:
    """What a value is called, and the style class of its colour."""

    text: str
    css: str


def of(value: float, rows: Iterable[Row], statistic: str, words: Words) -> Rating | None:
    """What a value is called by the rows (of classes.sql) of its quantity; None where nobody has a name for it."""
    for row in rows:
        if row["statistic"] == statistic and _holds(row, value) and row["class"] in _WORDS:
            return Rating(words.text(_WORDS[row["class"]]), _COLOURS[row["class"]])
    return None


def _holds(row: Row, value: float) -> bool:
    low, high = row["low"], row["high"]
    is_above = low is None or value > low or (row["has_low"] and value == low)
    is_below = high is None or value < high or (row["has_high"] and value == high)
    return is_above and is_below
