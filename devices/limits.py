"""Limits of means and names of values, with who sets them: law and WHO for the air, the weather service for days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

AveragingTime = Literal["day", "year"]  # a civil day; 365 civil days
Statistic = Literal["newest", "hour_mean", "day_mean", "day_max", "night_min"]


class Source(StrEnum):
    """Who sets limits and names classes."""

    WHO_2021 = "who_2021"
    EU_2008_50 = "eu_2008_50"
    EU_2024_2881 = "eu_2024_2881"
    DWD = "dwd"  # Deutscher Wetterdienst, the German weather service
    TA_LAERM = "ta_laerm"  # the German technical instructions on noise
    UBA = "uba"  # Umweltbundesamt, the German environment agency
    KIEZBOX = "kiezbox"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a source is."""

    kind: Literal["law", "guideline", "definition"]
    title: str
    url: str | None = None


SOURCES: Mapping[Source, Origin] = MappingProxyType(
    {
        Source.WHO_2021: Origin(
            "guideline",
            "WHO global air quality guidelines, Geneva 2021, table 0.1",
            "https://www.who.int/publications/i/item/9789240034228",
        ),
        Source.EU_2008_50: Origin(
            "law", "Directive 2008/50/EC, annexes XI and XIV", "https://eur-lex.europa.eu/eli/dir/2008/50/oj"
        ),
        Source.EU_2024_2881: Origin(
            "law", "Directive (EU) 2024/2881, annex I, section 1", "https://eur-lex.europa.eu/eli/dir/2024/2881/oj"
        ),
        Source.DWD: Origin(
            "definition",
            "Deutscher Wetterdienst, Wetter- und Klimalexikon",
            "https://www.dwd.de/DE/service/lexikon/lexikon_node.html",
        ),
        Source.TA_LAERM: Origin(
            "law",
            "TA Lärm of 1998 as amended in 2017, no. 6.1 e: general residential areas by day",
            "https://www.verwaltungsvorschriften-im-internet.de/bsvwvbund_26081998_IG19980826.htm",
        ),
        Source.UBA: Origin(
            "guideline",
            "Umweltbundesamt: stress and heart disease by noise, above 65 dB(A) by day",
            "https://www.umweltbundesamt.de/themen/laerm/laermwirkungen/stressreaktionen-herz-kreislauf-erkrankungen",
        ),
        Source.KIEZBOX: Origin("definition", "Kiezbox"),
    }
)


@dataclass(frozen=True, slots=True)
class Limit:
    """What a mean over an averaging time should not exceed. A mean of `threshold`, in the quantity's unit, keeps it."""

    quantity: str
    source: Source
    averaging_time: AveragingTime
    threshold: float
    allowed_exceedances: int | None  # days of a year above it; None: none is said
    data_capture: float  # share of a year's days that must be valid for a verdict
    valid_from: date
    valid_until: date | None = None  # the last day; None: until something else is said


_CAPTURE = (
    0.9  # directive 2008/50/EC, annex I, A; that a day's mean needs 75 % of its hours, annex XI, A, say the rollups
)
# Directive (EU) 2024/2881 is in force since 10 December 2024, and to be transposed by 11 December 2026. Until its own
# limits are to be attained, those of 2008/50/EC go on in its annex I, table 2. The values from 2030 on are those that
# the Regierungspräsidium Tübingen lists ("Neufassung der Luftqualitätsrichtlinie", rpt.baden-wuerttemberg.de). Table 2,
# and what annex V says of data capture, were not compared with its text: the 90 % of 2008/50/EC stay for it.
_WHO, _OLD, _NEW = Source.WHO_2021, Source.EU_2008_50, Source.EU_2024_2881
_PUBLISHED, _REPEALED, _TAKES_OVER = date(2021, 9, 22), date(2026, 12, 11), date(2026, 12, 12)
_IN_FORCE, _PM2_5_IN_FORCE, _LAST, _ATTAINED = date(2008, 6, 11), date(2015, 1, 1), date(2029, 12, 31), date(2030, 1, 1)

LIMITS = (
    Limit("pm2_5", _WHO, "day", 15, 3, _CAPTURE, _PUBLISHED),
    Limit("pm2_5", _WHO, "year", 5, None, _CAPTURE, _PUBLISHED),
    Limit("pm10", _WHO, "day", 45, 3, _CAPTURE, _PUBLISHED),
    Limit("pm10", _WHO, "year", 15, None, _CAPTURE, _PUBLISHED),
    Limit("pm2_5", _OLD, "year", 25, None, _CAPTURE, _PM2_5_IN_FORCE, _REPEALED),
    Limit("pm10", _OLD, "day", 50, 35, _CAPTURE, _IN_FORCE, _REPEALED),
    Limit("pm10", _OLD, "year", 40, None, _CAPTURE, _IN_FORCE, _REPEALED),
    Limit("pm2_5", _NEW, "year", 25, None, _CAPTURE, _TAKES_OVER, _LAST),
    Limit("pm10", _NEW, "day", 50, 35, _CAPTURE, _TAKES_OVER, _LAST),
    Limit("pm10", _NEW, "year", 40, None, _CAPTURE, _TAKES_OVER, _LAST),
    Limit("pm2_5", _NEW, "day", 25, 18, _CAPTURE, _ATTAINED),
    Limit("pm2_5", _NEW, "year", 10, None, _CAPTURE, _ATTAINED),
    Limit("pm10", _NEW, "day", 45, 18, _CAPTURE, _ATTAINED),
    Limit("pm10", _NEW, "year", 20, None, _CAPTURE, _ATTAINED),
)


@dataclass(frozen=True, slots=True)
class Class:
    """What a value between two bounds, in the quantity's unit, is called; None: without bound."""

    quantity: str
    statistic: Statistic
    name: str
    low: float | None
    high: float | None
    bounds: str  # as PostgreSQL's ranges write which bound belongs to it: `[)`
    source: Source


def _of_air(quantity: str) -> tuple[Class, ...]:
    return (
        Class(quantity, "newest", "frost", None, 0, "()", Source.DWD),
        Class(quantity, "newest", "mild", 0, 25, "[)", Source.DWD),
        Class(quantity, "newest", "summer", 25, 30, "[)", Source.DWD),
        Class(quantity, "newest", "hot", 30, None, "[)", Source.DWD),
        Class(quantity, "hour_mean", "heat", 35, None, "()", Source.KIEZBOX),
        Class(quantity, "day_max", "hot_day", 30, None, "[)", Source.DWD),
        Class(quantity, "night_min", "tropical_night", 20, None, "[)", Source.DWD),
    )


CLASSES = (
    # A mean as high as the limit keeps it.
    Class("pm2_5", "day_mean", "good", None, 15, "(]", _WHO),
    Class("pm2_5", "day_mean", "raised", 15, 25, "(]", _WHO),
    Class("pm2_5", "day_mean", "high", 25, None, "()", _NEW),
    Class("pm10", "day_mean", "good", None, 45, "(]", _WHO),
    Class("pm10", "day_mean", "raised", 45, 50, "(]", _WHO),
    Class("pm10", "day_mean", "high", 50, None, "()", _NEW),
    Class("noise", "hour_mean", "quiet", None, 55, "(]", Source.TA_LAERM),
    Class("noise", "hour_mean", "loud", 55, 65, "(]", Source.TA_LAERM),
    Class("noise", "hour_mean", "very_loud", 65, None, "()", Source.UBA),
    # No limit: how dry air is.
    Class("humidity", "hour_mean", "dry", None, 40, "()", Source.KIEZBOX),
    Class("humidity", "hour_mean", "medium", 40, 70, "[]", Source.KIEZBOX),
    Class("humidity", "hour_mean", "humid", 70, None, "()", Source.KIEZBOX),
    *_of_air("temperature"),
    *_of_air("temperature_outside"),
)


def threshold(quantity: str, source: Source, averaging_time: AveragingTime, at: date) -> float:
    """The threshold of a limit on a day, in the quantity's unit. Raises LookupError where none is valid."""
    for limit in LIMITS:
        if (limit.quantity, limit.source, limit.averaging_time) == (quantity, source, averaging_time) and (
            limit.valid_from <= at and (limit.valid_until is None or at <= limit.valid_until)
        ):
            return limit.threshold
    raise LookupError(f"no limit of {source} for a {averaging_time} of {quantity} on {at}")


def lower_bound(quantity: str, statistic: Statistic, name: str) -> float:
    """Where a class begins, in the quantity's unit. Raises LookupError for one that does not begin anywhere."""
    for found in CLASSES:
        if (found.quantity, found.statistic, found.name) == (quantity, statistic, name) and found.low is not None:
            return found.low
    raise LookupError(f"no class {name!r} for the {statistic} of {quantity} begins anywhere")
