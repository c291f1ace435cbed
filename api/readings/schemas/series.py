"""Series in equal steps of time, as charts need them."""

from pydantic import ConfigDict, Field

from api.http.times import Instant
from api.readings.buckets import Bucket, Relation
from api.readings.schemas.base import BoxId, Page, Resource

AGGREGATES = ("avg", "min", "max", "count", "last", "coverage", "growth")


class Series(Resource):
    """One series in equal steps: the n-th entries of all lists belong to the same step."""

    box: BoxId
    source: str = Field(examples=["core"])
    quantity: str = Field(examples=["temperature_outside"])
    unit: str = Field(examples=["Cel"], description="UCUM code.")
    averaging: str = Field(examples=["arithmetic"], description="The kind of mean that `avg` is; see /v1/quantities.")
    at: list[str] = Field(
        description="When each step begins, UTC.",
        examples=[["2025-11-23T08:00:00.000Z"]],
        json_schema_extra={"items": {"type": "string", "format": "date-time"}},
    )
    avg: list[float | None] | None = Field(
        default=None,
        description="In the unit: up to five minutes the mean of the readings; up to an hour that of its five-minute "
        "means, each counting the same; beyond that of its hours' means. Null for totals, and for directions that "
        "cancel each other out.",
    )
    min: list[float] | None = Field(default=None, description="The lowest reading, in the unit.")
    max: list[float] | None = Field(default=None, description="The highest reading, in the unit.")
    count: list[int] | None = Field(default=None, description="Readings in the step.")
    last: list[float] | None = Field(default=None, description="The newest value of the step.")
    coverage: list[float | None] | None = Field(
        default=None,
        description="How much of the step was heard, from 0 to 1: the share of its five-minutes, beyond an hour of its "
        "hours, that have a reading. From 0.75 a mean is valid (directive 2008/50/EC, annex XI).",
    )
    growth: list[float | None] | None = Field(
        default=None,
        description="Only of totals, in the unit: the last value of the step less its lowest one, which is the first "
        "unless the counter began again.",
    )
    is_by_message: list[bool] | None = Field(
        default=None,
        description="Only where it is true of a step: its mean was made by an earlier version, of messages and not of "
        "time, and the readings are gone.",
    )


class Steps(Resource):
    """What the steps of an answer are, and where their values were read from."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True)

    from_: Instant = Field(alias="from", description="Where the first step begins.")
    to: Instant = Field(description="Where the last step ends.")
    tz: str = Field(examples=["UTC"], description="The time zone whose clock steps of three hours and more follow.")
    bucket: Bucket = Field(examples=["5m"], description="The width of a step; never `auto`.")
    bucket_s: int = Field(
        examples=[300], description="In seconds; a step in which the clock of `tz` is changed is an hour more or less."
    )
    taken_from: Relation = Field(examples=["reading_5m"], description="The relation that the values were read from.")


class SeriesPage(Steps, Page):
    """Series in equal steps, and where their values were read from."""

    items: list[Series]
