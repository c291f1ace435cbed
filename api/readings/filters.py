"""Query parameters. What a list does not know it refuses by name: a mistyped filter must not return everything."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from api.http import formats
from api.http.cursors import Cursor
from api.http.times import Given
from api.readings.buckets import Bucket
from devices import boxes


def _box(text: str) -> str:
    if not boxes.is_id(text):
        raise ValueError("not a box id: up to 32 lower-case letters, digits and hyphens, for example 71-01")
    return text


def _district(text: str) -> str:
    is_hexadecimal = len(text) == 2 and all(digit in "0123456789abcdefABCDEF" for digit in text)  # noqa: PLR2004 -- a byte has two digits
    if not is_hexadecimal:
        raise ValueError("two hexadecimal digits as in box ids and topics: district 113 is 71")
    return text.lower()


def _separate(given: object) -> object:
    """`avg,max` is two, as `avg` and `max` given one after the other are."""
    if not isinstance(given, list):
        return given
    return [part for text in given for part in (text.split(",") if isinstance(text, str) else [text])]


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


Boxed = Annotated[list[BoxId] | None, Field(max_length=200, examples=[["71-01"]], description="Box id.")]


class Nothing(BaseModel):
    """No parameters at all."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Series(Nothing):
    """Which series: each filter may be given several times (any of them), and different filters narrow together."""

    box: Boxed = None
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
        return numbers(self.district)


class Paged(Nothing):
    """Which part of a list."""

    limit: int | None = Field(default=None, ge=1, examples=[100], description="At most so many items.")
    cursor: Cursor | None = None


class Boxes(Paged):
    """Which boxes."""

    district: Districts = None
    format: Literal["json", "geojson"] | None = formats.ASKED


class BoxHealths(Paged):
    """Which boxes."""

    box: Boxed = None
    district: Districts = None


class Latest(Paged, Series):
    """Which of the newest readings."""

    format: Literal["json", "geojson"] | None = formats.ASKED


class Range(Nothing):
    """From when, and until when."""

    from_: Given | None = Field(default=None, alias="from", description="At this time or later.")
    to: Given | None = Field(default=None, description="Before this time.")


class Readings(Paged, Range, Series):
    """Which readings: measured at `from` or later, and before `to`."""

    format: Literal["json", "csv", "parquet"] | None = formats.ASKED


class Charts(Range, Series):
    """Which series in which steps."""

    bucket: Bucket = Field(
        default=Bucket.AUTO,
        examples=["auto", "1h"],
        description="The width of a step; `auto`: the widest that gives at least `points`.",
    )
    points: int = Field(
        default=300, ge=1, le=5_000, examples=[300], description="Steps wanted from `auto`, for each series."
    )
    aggregates: Annotated[list[Literal["avg", "min", "max", "count", "last"]], BeforeValidator(_separate)] = Field(
        default=["avg", "min", "max", "count"],
        min_length=1,
        max_length=5,
        examples=[["avg"], ["avg", "last"]],
        description="What to say of each step: given several times, or in one list as `avg,last`.",
    )


class Ledger(Paged, Range):
    """Which hours of which boxes."""

    box: Boxed = None


class Stream(Series):
    """Which readings to follow, and where to resume."""

    last_event_id: str | None = Field(
        default=None,
        max_length=100,
        examples=["81234-17-200-1763884800"],
        description="Resume after this event. The header `Last-Event-ID`, which browsers send, goes first.",
    )


def numbers(districts: list[str] | None) -> list[int] | None:
    """Districts as the database numbers them."""
    return None if districts is None else [int(district, 16) for district in districts]
