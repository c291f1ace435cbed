"""The newest values of a box, in the order in which people look for them, with what they are called. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from api.http import times
from api.site.boxes.charts import MAIN_SOURCE
from api.site.city import quantities
from devices.readings import Flag
from translations import units
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from api.database import Row
    from api.site.boxes.ratings import Rated
    from api.site.city.classes import Rating
    from translations.words import Words

OLD_S = 3_600  # a value older than this is said to be old
# What stands above all else on the page of a box; what is not here follows by its name.
_FIRST = ("pm2_5", "pm10", "temperature_outside", "temperature", "noise", "humidity", "pressure", "co2", "water_level")
_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "suspect": N_("suspect"),
        "clock_unset": N_("clock unset"),
        "unconfigured": N_("unconfigured"),
        "receipt_time": N_("time of receipt"),
        "network_time": N_("time of the network"),
    }
)


@dataclass(frozen=True, slots=True)
class Value:
    """The newest value of a series, as a row of a table."""

    quantity: str
    source: str | None  # None: the main part of the box
    label: str
    number: str
    unit: str
    rating: Rating | None
    rated_by: str | None  # the mean that is rated; None: the value itself
    flags: tuple[str, ...]
    at: str
    age: str
    is_old: bool


def is_for_operators(row: Row) -> bool:
    """Whether a series (of newest.sql) says how the box is, and nothing of its surroundings."""
    return quantities.is_for_operators(row["quantity"], is_about_box=row["is_about_box"])


def ordered(rows: Iterable[Row]) -> list[Row]:
    """The series in the order in which people look for them."""
    rank = {name: number for number, name in enumerate(_FIRST)}
    return sorted(
        rows,
        key=lambda row: (
            *(is_for_operators(row), rank.get(row["quantity"], len(rank)), row["label"]),
            *(row["source"] != MAIN_SOURCE, row["source"]),
        ),
    )


def label(row: Row) -> str:
    """What a series is called: its quantity, and with the part of the box where several parts measure that."""
    return (
        f"{row['label']} ({row['source']})"
        if row["is_one_of_several"] and row["source"] != MAIN_SOURCE
        else row["label"]
    )


def value(row: Row, rated: Rated | None, now: datetime, words: Words) -> Value:
    """The newest value of a series (a row of newest.sql)."""
    age_s = times.age_s(row["measured_at"], now)
    unit = units.sign(row["unit"])
    return Value(
        quantity=row["quantity"],
        source=None if row["source"] == MAIN_SOURCE else row["source"],
        label=label(row),
        number=words.measured(row["value"]),
        unit=unit,
        rating=None if rated is None else rated.rating,
        rated_by=None if rated is None else rated.mean(unit, row["decimals"], words),
        flags=tuple(words.text(_FLAGS[slug]) for slug in Flag(row["flag"]).slugs()),
        at=times.write(row["measured_at"]),
        age=words.short_age(age_s),
        is_old=age_s > OLD_S,
    )
