"""Series in equal steps of time, as charts need them."""

from pydantic import ConfigDict, Field

from api.http.times import Instant
from api.readings.buckets import Bucket, Relation
from api.readings.schemas.base import BoxId, Page, Resource

AGGREGATES = ("avg", "min", "max", "count", "last")


class Series(Resource):
    """One series in equal steps: the n-th entries of all lists belong to the same step."""

    box: BoxId
    source: str = Field(examples=["core"])
    quantity: str = Field(examples=["temperature_outside"])
    unit: str = Field(examples=["Cel"], description="UCUM code.")
    at: list[str] = Field(
        description="When each step begins, UTC.",
        examples=[["2025-11-23T08:00:00.000Z"]],
        json_schema_extra={"items": {"type": "string", "format": "date-time"}},
    )
    avg: list[float] | None = None
    min: list[float] | None = None
    max: list[float] | None = None
    count: list[int] | None = Field(default=None, description="Readings in the step.")
    last: list[float] | None = Field(default=None, description="The newest value of the step.")


class SeriesPage(Page):
    """Series in equal steps, and where their values were read from."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True)

    from_: Instant = Field(alias="from", description="Where the first step begins.")
    to: Instant = Field(description="Where the last step ends.")
    bucket: Bucket = Field(examples=["5m"], description="The width of a step; never `auto`.")
    bucket_s: int = Field(examples=[300])
    taken_from: Relation = Field(examples=["reading_5m"], description="The relation that the values were read from.")
    items: list[Series]
