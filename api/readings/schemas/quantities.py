"""The catalogue of quantities."""

from typing import Self

from pydantic import Field

from api.database import Row
from api.readings.schemas.base import Page, Resource


class Quantity(Resource):
    """One entry of the catalogue. Values outside `low`..`high` are rejected."""

    quantity: str = Field(examples=["temperature_outside"])
    unit: str = Field(examples=["Cel"], description="UCUM code.")
    low: float = Field(examples=[-60.0])
    high: float = Field(examples=[70.0])
    standard_name: str | None = Field(examples=["air_temperature"], description="CF conventions.")
    label: dict[str, str] = Field(examples=[{"de": "Außentemperatur", "en": "Outdoor temperature"}])

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
        )


class Quantities(Page):
    """The catalogue."""

    items: list[Quantity]
