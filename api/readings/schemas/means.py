"""Means over boxes in equal steps of time."""

from pydantic import Field

from api.readings.schemas.base import Page, Resource
from api.readings.schemas.series import Steps


class Mean(Resource):
    """One quantity in equal steps: the n-th entries of all lists belong to the same step."""

    quantity: str = Field(examples=["pm10"])
    unit: str = Field(examples=["ug/m3"], description="UCUM code.")
    averaging: str = Field(examples=["arithmetic"], description="The kind of mean that `avg` is; see /v1/quantities.")
    at: list[str] = Field(
        description="When each step begins, UTC.",
        examples=[["2025-11-23T08:00:00.000Z"]],
        json_schema_extra={"items": {"type": "string", "format": "date-time"}},
    )
    avg: list[float | None] = Field(
        description="In the unit: the mean of the means of the boxes that count, all alike; null where there "
        "is none and where directions cancel each other out.",
    )
    min: list[float | None] = Field(description="The lowest of these means, in the unit.")
    max: list[float | None] = Field(description="The highest of these means, in the unit.")
    boxes: list[int] = Field(description="How many boxes count.", examples=[[12]])
    is_by_message: list[bool] | None = Field(
        default=None,
        description="Only where it is true of a step: the mean of one of these boxes was made by an earlier version, "
        "of messages and not of time, and the readings are gone.",
    )


class MeanPage(Steps, Page):
    """Means over boxes, and where their values were read from."""

    items: list[Mean]
