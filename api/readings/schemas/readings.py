"""A reading, and a page of readings."""

from datetime import datetime
from typing import Self

from pydantic import Field

from api.database import Row
from api.http import times
from api.http.times import Instant
from api.readings.schemas.base import AgeSeconds, BoxId, Page, Resource
from devices.readings import Flag


class Reading(Resource):
    """One value of one quantity as a box measured it."""

    box: BoxId
    source: str = Field(examples=["core"], description="The part of the box that measured: `core`, `sensor-3`.")
    quantity: str = Field(examples=["temperature_outside"])
    unit: str = Field(examples=["Cel"], description="UCUM code.")
    value: float = Field(examples=[-4.25])
    flag: list[str] = Field(
        examples=[[]],
        description="What makes the value doubtful: `suspect`, `clock_unset`, `unconfigured`; or how its time is known:"
        " `receipt_time` (the device sent none), `network_time` (a gateway's clock).",
    )
    measured_at: Instant
    received_at: Instant
    age_s: AgeSeconds

    @classmethod
    def of(cls, row: Row, now: datetime) -> Self:
        """From a row with columns of these names but `age_s`; `flag` has the bits of devices.readings.Flag."""
        return cls(
            box=row["box"],
            source=row["source"],
            quantity=row["quantity"],
            unit=row["unit"],
            value=row["value"],
            flag=Flag(row["flag"]).slugs(),
            measured_at=row["measured_at"],
            received_at=row["received_at"],
            age_s=times.age_s(row["measured_at"], now),
        )


class Readings(Page):
    """A page of readings."""

    items: list[Reading]
