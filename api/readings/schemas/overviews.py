"""What the API works out of many rows: charts, how boxes are, the books. The shapes that the OpenAPI document shows."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import ConfigDict, Field

from api.database import Row
from api.http import times
from api.http.times import Instant
from api.readings.buckets import Bucket, Relation
from api.readings.schemas.resources import BoxId, Page, Resource, Status, two_digits
from devices.readings import Clock

AGGREGATES = ("avg", "min", "max", "count", "last")

OVERDUE_RHYTHMS = 3  # so many measurements, or messages, may fail to come
OVERDUE_SECONDS_MIN = 10.0
RHYTHM_GAPS_MIN = 3  # fewer distances between readings say nothing


class Chart(Resource):
    """One series in equal steps: the n-th entries of all lists belong together."""

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


class Charts(Page):
    """Series in equal steps, and where their values were read from."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True)

    from_: Instant = Field(alias="from", description="Where the first step begins.")
    to: Instant = Field(description="Where the last step ends.")
    bucket: Bucket = Field(examples=["5m"], description="The width of a step; never `auto`.")
    bucket_s: int = Field(examples=[300])
    taken_from: Relation = Field(examples=["reading_5m"], description="The relation that the values were read from.")
    items: list[Chart]


class IntervalFrom(StrEnum):
    """Who says how often a box measures."""

    MEASURED = "measured"
    STATUS = "status"


class Battery(Resource):
    """What is known of a box's battery."""

    percent: float | None = Field(examples=[81.5], description="As the box said in its newest status.")
    volts: float | None = Field(examples=[13.28], description="The newest `battery_voltage` of its `core`.")
    volts_measured_at: Instant | None


class BoxClock(Resource):
    """How a box's clock is, by its newest message."""

    set_by: Clock | None = Field(examples=["ntp"], description="What set it; null when the box did not say.")
    skew_s: float | None = Field(examples=[0.3], description="Seconds it is ahead of the hub, delivery included.")
    at: Instant


class BoxHealth(Resource):
    """How one box is: whether it still speaks in its own rhythm, and what it lacks."""

    box: BoxId
    name: str | None = Field(examples=["Rathaus Schöneberg"])
    district: str | None = Field(examples=["71"])
    last_seen_at: Instant | None
    age_s: float | None = Field(examples=[4.2], description="Seconds since `last_seen_at`; null: never seen.")
    interval_s: float | None = Field(examples=[60.0], description="Seconds between its measurements; null: not known.")
    interval_from: IntervalFrom | None = Field(
        description="`measured`: the median distance of its newest measured times; `status`: what the box says."
    )
    expected_within_s: float | None = Field(
        examples=[180.0],
        description="A box unheard of for longer is overdue: three times the interval, or three times the median "
        "distance of its messages where that is longer.",
    )
    is_overdue: bool | None = Field(description="Null when nobody knows how often it should speak.")
    missed_messages: int = Field(examples=[0], description="Never arrived, of its newest 20 starts (gaps in `seq`).")
    clock: BoxClock | None
    battery: Battery
    status: Status | None = Field(description="Also says `mains`, `outbox` and `uplink`.")

    @classmethod
    def of(cls, row: Row, now: datetime) -> Self:
        """From a row of health_boxes.sql."""
        seen = row["last_seen"]
        age = None if seen is None else times.age_s(seen, now)
        interval, origin = interval_of(row)
        expected = None
        if interval is not None:
            expected = max(OVERDUE_SECONDS_MIN, OVERDUE_RHYTHMS * max(interval, row["message_s"] or 0.0))
        return cls(
            box=row["id"],
            name=row["name"],
            district=two_digits(row["district"]),
            last_seen_at=seen,
            age_s=age,
            interval_s=interval,
            interval_from=origin,
            expected_within_s=expected,
            is_overdue=None if expected is None or age is None else age > expected,
            missed_messages=row["missed"] or 0,
            clock=None
            if row["clock_at"] is None
            else BoxClock(set_by=row["clock"], skew_s=row["clock_skew_s"], at=row["clock_at"]),
            battery=Battery(
                percent=row["battery_percent"], volts=row["battery_voltage"], volts_measured_at=row["battery_at"]
            ),
            status=Status.of(row, now),
        )


def interval_of(row: Row) -> tuple[float, IntervalFrom] | tuple[None, None]:
    """Seconds between a box's measurements, and who says so: its readings, or else the box itself."""
    measured = row["measured_s"]
    if measured is not None and row["readings"] > RHYTHM_GAPS_MIN:
        return float(measured), IntervalFrom.MEASURED
    said = row["interval_s"]
    return (None, None) if said is None else (float(said), IntervalFrom.STATUS)


class BoxHealths(Page):
    """A page of boxes."""

    items: list[BoxHealth]


class Outcomes(Resource):
    """What became of what was received."""

    received: int = Field(examples=[60])
    stored: int = Field(examples=[60])
    duplicate: int = Field(examples=[0])
    rejected: int = Field(examples=[0])

    @property
    def is_balanced(self) -> bool:
        """Whether everything ended as exactly one thing."""
        return self.received == self.stored + self.duplicate + self.rejected


class MessageOutcomes(Outcomes):
    """Messages of one hour."""

    lost: int = Field(examples=[0], description="Gaps in `seq` that opened, less those that closed: may be negative.")


class ReadingOutcomes(Outcomes):
    """Readings of one hour."""

    differing: int = Field(examples=[0], description="Of the duplicates: came with another value than the stored one.")


class LedgerEntry(Resource):
    """One hour of one box."""

    hour: Instant = Field(description="When the hour began.")
    box: Annotated[str | None, Field(examples=["71-01"], description="Null: no box could be read from the topic.")]
    balanced: bool = Field(description="received = stored + duplicate + rejected, in messages and in readings.")
    messages: MessageOutcomes
    readings: ReadingOutcomes

    @classmethod
    def of(cls, row: Row) -> Self:
        """From a row of ledger.sql."""
        outcomes = ("received", "stored", "duplicate", "rejected")
        messages = MessageOutcomes(**{name: row[f"messages_{name}"] for name in (*outcomes, "lost")})
        readings = ReadingOutcomes(**{name: row[f"readings_{name}"] for name in (*outcomes, "differing")})
        return cls(
            hour=row["hour"],
            box=None if row["box"] == "-" else row["box"],
            balanced=messages.is_balanced and readings.is_balanced,
            messages=messages,
            readings=readings,
        )


class Ledger(Page):
    """A page of the books."""

    items: list[LedgerEntry]
