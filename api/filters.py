"""Query parameters. What a list does not know it refuses by name: a mistyped filter must not return everything."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.cursors import Cursor
from api.times import Given
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


BoxId = Annotated[str, AfterValidator(_box)]
QuantityName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
SourceName = Annotated[str, Field(pattern=r"^[^\x00-\x1f]{1,64}$")]
District = Annotated[str, AfterValidator(_district)]
Districts = Annotated[
    list[District] | None,
    Field(
        max_length=256,
        examples=[["71"]],
        description="Two hexadecimal digits, as in box ids and topics: district 113 is `71`.",
    ),
]


class Nothing(BaseModel):
    """No parameters at all."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Series(Nothing):
    """Which series: each filter may be given several times (any of them), and different filters narrow together."""

    box: list[BoxId] | None = Field(default=None, max_length=200, examples=[["71-01"]], description="Box id.")
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


class Latest(Paged, Series):
    """Which of the newest readings."""


class Readings(Paged, Series):
    """Which readings: measured at `from` or later, and before `to`."""

    from_: Given | None = Field(default=None, alias="from", description="Measured at this time or later.")
    to: Given | None = Field(default=None, description="Measured before this time.")


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
