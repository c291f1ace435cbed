"""How a box is: its rhythm, its clock, its battery, what it lost."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import Field

from api.database import Row
from api.http import times
from api.http.times import Instant
from api.readings.schemas.base import BoxId, Page, Resource, two_digits
from api.readings.schemas.boxes import Status
from devices.readings import Clock

OVERDUE_RHYTHMS = 3  # a box is overdue when it was silent for so many intervals
OVERDUE_SECONDS_MIN = 10.0
RHYTHM_GAPS_MIN = 3  # fewer intervals between readings tell no rhythm


class IntervalFrom(StrEnum):
    """Where it is known from how often a box measures."""

    MEASURED = "measured"
    STATUS = "status"


class Battery(Resource):
    """What is known about the battery of a box."""

    percent: float | None = Field(examples=[81.5], description="As the box said in its newest status.")
    volts: float | None = Field(examples=[13.28], description="The newest `battery_voltage` of its `core`.")
    volts_measured_at: Instant | None


class BoxClock(Resource):
    """The clock of a box, by its newest message."""

    set_by: Clock | None = Field(examples=["ntp"], description="What set it; null when the box did not say.")
    skew_s: float | None = Field(examples=[0.3], description="Seconds it is ahead of the hub, delivery included.")
    at: Instant


class BoxHealth(Resource):
    """How one box is: whether it still sends in its own rhythm, and what is missing."""

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
    is_overdue: bool | None = Field(
        description="Null when nobody knows how often it should speak; false for a box that is retired or withdrawn."
    )
    missed_messages: int = Field(examples=[0], description="Never arrived, of its newest 20 starts (gaps in `seq`).")
    clock: BoxClock | None
    battery: Battery
    status: Status | None = Field(description="Also says `mains`, `outbox` and `uplink`.")

    @classmethod
    def of(cls, row: Row, now: datetime) -> Self:
        """From a row of box_health.sql."""
        seen = row["last_seen"]
        age = None if seen is None else times.age_s(seen, now)
        interval, source = interval_of(row)
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
            interval_from=source,
            expected_within_s=expected,
            is_overdue=_is_overdue(row, age, expected),
            missed_messages=row["missed"] or 0,
            clock=None
            if row["clock_at"] is None
            else BoxClock(set_by=row["clock"], skew_s=row["clock_skew_s"], at=row["clock_at"]),
            battery=Battery(
                percent=row["battery_percent"], volts=row["battery_voltage"], volts_measured_at=row["battery_at"]
            ),
            status=Status.of(row, now),
        )


def _is_overdue(row: Row, age_s: float | None, expected_within_s: float | None) -> bool | None:
    if row["retired_at"] is not None or row["withdrawn_at"] is not None:
        return False
    return None if expected_within_s is None or age_s is None else age_s > expected_within_s


def interval_of(row: Row) -> tuple[float, IntervalFrom] | tuple[None, None]:
    """Seconds between the measurements of a box, and where that is known from: its readings, else its status."""
    measured = row["measured_s"]
    if measured is not None and row["readings"] > RHYTHM_GAPS_MIN:
        return float(measured), IntervalFrom.MEASURED
    declared = row["interval_s"]
    return (None, None) if declared is None else (float(declared), IntervalFrom.STATUS)


class BoxHealths(Page):
    """A page of boxes."""

    items: list[BoxHealth]
