"""The query parameters of the read API: which boxes, series, times and formats."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from api.http import formats
from api.http.parameters import PageQuery, StrictQuery
from api.http.times import TimeInput, ZoneName
from api.readings.buckets import Bucket
from devices import boxes


def _box(text: str) -> str:
    if not boxes.is_id(text):
        raise ValueError("not a box id: up to 32 lower-case letters, digits and hyphens, for example 71-01")
    return text


def _district(text: str) -> str:
    is_hexadecimal = re.fullmatch("[0-9a-fA-F]{2}", text) is not None
    if not is_hexadecimal:
        raise ValueError("two hexadecimal digits as in box ids and topics: district 113 is 71")
    return text.lower()


def _separate(names: object) -> object:
    """`aggregates=avg,max` means the same as `aggregates=avg&aggregates=max`."""
    if not isinstance(names, list):
        return names
    return [part for text in names for part in (text.split(",") if isinstance(text, str) else [text])]


BoxId = Annotated[
    str, AfterValidator(_box), Field(json_schema_extra={"pattern": r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$"})
]
QuantityName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
SourceName = Annotated[str, Field(pattern=r"^[^\x00-\x1f]{1,64}$")]
District = Annotated[str, AfterValidator(_district), Field(json_schema_extra={"pattern": "^[0-9a-fA-F]{2}$"})]
Districts = Annotated[
    list[District] | None,
    Field(
        max_length=256,
        examples=[["71"]],
        description="Two hexadecimal digits, as in box ids and topics: district 113 is `71`.",
    ),
]
BoxIds = Annotated[list[BoxId] | None, Field(max_length=200, examples=[["71-01"]], description="Box id.")]

Dialect = Annotated[
    Literal["rfc4180", "excel-de"] | None,
    Field(description="How CSV is written. `excel-de`: for German Excel (semicolons, `20,5`, Berlin's times)."),
]
Aggregate = Literal["avg", "min", "max", "count", "last", "coverage", "growth"]


class SeriesFilter(StrictQuery):
    """Which series. A filter that is given several times matches any of its values; a series must match all filters."""

    box: BoxIds = None
    quantity: list[QuantityName] | None = Field(
        default=None, max_length=100, examples=[["temperature_outside"]], description="Name from /v1/quantities."
    )
    source: list[SourceName] | None = Field(
        default=None, max_length=100, examples=[["core"]], description="Part of the box: `core`, `sensor-3`."
    )
    district: Districts = None

    @property
    def districts(self) -> list[int] | None:
        """The districts as the database numbers them."""
        return district_numbers(self.district)


class Boxes(PageQuery):
    """Which boxes."""

    district: Districts = None
    format: Literal["json", "geojson"] | None = formats.FORMAT_FIELD


class BoxHealths(PageQuery):
    """Which boxes."""

    box: BoxIds = None
    district: Districts = None


class Latest(PageQuery, SeriesFilter):
    """Which of the newest readings."""

    format: Literal["json", "geojson"] | None = formats.FORMAT_FIELD


class Range(StrictQuery):
    """From when, and until when."""

    from_: TimeInput | None = Field(default=None, alias="from", description="At this time or later.")
    to: TimeInput | None = Field(default=None, description="Before this time.")


class Readings(PageQuery, Range, SeriesFilter):
    """Which readings: measured at `from` or later, and before `to`."""

    format: Literal["json", "csv", "parquet"] | None = formats.FORMAT_FIELD
    dialect: Dialect = None


class Steps(Range, SeriesFilter):
    """Which series, in which steps, and in which format."""

    bucket: Bucket = Field(
        default=Bucket.AUTO,
        examples=["auto", "1h"],
        description="The width of a step; `auto`: the widest that gives at least `points`.",
    )
    points: int = Field(
        default=300, ge=1, le=5_000, examples=[300], description="Steps wanted from `auto`, for each series."
    )
    tz: ZoneName = Field(
        default="UTC",
        examples=["Europe/Berlin"],
        description="Steps of three hours and more follow the clock of this time zone (a name of the IANA database), "
        "so that a day is a civil day of 23, 24 or 25 hours. Times are written in UTC all the same.",
    )
    format: Literal["json", "csv", "parquet"] | None = formats.FORMAT_FIELD
    dialect: Dialect = None


class Series(Steps):
    """Which series, in which steps, and what to say of each."""

    aggregates: Annotated[list[Aggregate], BeforeValidator(_separate)] = Field(
        default=["avg", "min", "max", "count", "coverage", "growth"],
        min_length=1,
        max_length=7,
        examples=[["avg"], ["avg", "last"]],
        description="What to say of each step: given several times, or in one list as `avg,last`.",
    )


class Ledger(PageQuery, Range):
    """Which hours of which boxes."""

    box: BoxIds = None


class Stream(SeriesFilter):
    """Which readings to follow, and where to resume."""

    last_event_id: str | None = Field(
        default=None,
        max_length=100,
        examples=["81234-17-200-1763884800"],
        description="Resume after this event. The header `Last-Event-ID`, which browsers send, goes first.",
    )


def district_numbers(districts: list[str] | None) -> list[int] | None:
    """Districts as the database numbers them."""
    return None if districts is None else [int(district, 16) for district in districts]
