"""The catalogue of quantities."""

import json
from datetime import date
from typing import Any, Literal, Self

from pydantic import Field

from api.database import Row
from api.readings.schemas.base import Page, Resource
from devices.limits import AveragingTime, Statistic
from devices.quantities import Averaging


class Source(Resource):
    """Who sets a limit or names a class."""

    name: str = Field(examples=["who_2021"])
    kind: Literal["law", "guideline", "definition"]
    title: str = Field(examples=["WHO global air quality guidelines, Geneva 2021, table 0.1"])
    url: str | None = Field(examples=["https://www.who.int/publications/i/item/9789240034228"])


class Limit(Resource):
    """What a mean should not exceed; one as high as the threshold keeps it."""

    averaging_time: AveragingTime = Field(description="The time that the mean is of: a civil day, or 365 of them.")
    threshold: float = Field(examples=[45.0], description="In the quantity's unit.")
    allowed_exceedances: int | None = Field(
        examples=[3], description="Days of a year that may be above it; null: none is said."
    )
    data_capture: float = Field(
        examples=[0.9], description="The share of a year's days that must be valid for a verdict."
    )
    valid_from: date
    valid_until: date | None = Field(description="The last day; null until something else is said.")
    source: Source


class Class(Resource):
    """What a value from `low` to `high` is called, in the quantity's unit; null: without bound."""

    statistic: Statistic = Field(description="The value that is named so.")
    name: str = Field(examples=["tropical_night"])
    low: float | None
    low_included: bool
    high: float | None
    high_included: bool
    source: Source


class Quantity(Resource):
    """One entry of the catalogue. Values outside `low`..`high` are rejected."""

    quantity: str = Field(examples=["temperature_outside"])
    unit: str = Field(examples=["Cel"], description="UCUM code.")
    low: float = Field(examples=[-60.0])
    high: float = Field(examples=[70.0])
    standard_name: str | None = Field(examples=["air_temperature"], description="CF conventions.")
    label: dict[str, str] = Field(examples=[{"de": "Außentemperatur", "en": "Outdoor temperature"}])
    averaging: Averaging = Field(
        description="The kind of its means: of levels in decibels 10 lg of the mean of 10^(L/10) (energetic), of "
        "directions in degrees the direction of the mean of unit vectors (circular). `none` is a total, which has no "
        "mean: its last value and its growth count."
    )
    decimals: int = Field(examples=[1], description="The decimal places that readings of a new series are kept with.")
    is_about_box: bool = Field(description="About the box itself, not about its surroundings.")
    limits: list[Limit] = Field(description="Limits of its means, and who sets them.")
    classes: list[Class] = Field(description="What its values are called, and by whom.")

    @classmethod
    def of(cls, row: Row) -> Self:
        """From a row of quantities.sql."""
        return cls(
            quantity=row["name"],
            unit=row["unit"],
            low=row["low"],
            high=row["high"],
            standard_name=row["standard_name"],
            label={"de": row["label_de"], "en": row["label_en"]},
            averaging=Averaging(row["averaging"]),
            decimals=row["decimals"],
            is_about_box=row["is_about_box"],
            limits=[Limit.model_validate(limit) for limit in _read(row["limits"])],
            classes=[Class.model_validate(found) for found in _read(row["classes"])],
        )


class Quantities(Page):
    """The catalogue."""

    items: list[Quantity]


def _read(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)
    return found
