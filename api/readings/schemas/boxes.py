"""A box: where it stands, when it was seen, and what it said about itself."""

from datetime import datetime
from typing import Self

from pydantic import Field

from api.database import Row
from api.http import times
from api.http.times import Instant
from api.readings.schemas.base import AgeSeconds, BoxId, Page, Resource, two_digits
from devices.readings import Mode


class Position(Resource):
    """Where a box stands: as an operator registered it, or as the box says (WGS 84, degrees).

    The middle of its square of 300 m, unless `exact_place` of the box.
    """

    latitude: float = Field(examples=[52.4886])
    longitude: float = Field(examples=[13.3425])


class Status(Resource):
    """The newest status of a box. After its last will only `online` is new; the rest is what the box said before."""

    online: bool
    at: Instant = Field(description="When it became so by the box's clock; by the hub's when the box vanished.")
    received_at: Instant
    age_s: AgeSeconds
    mode: Mode = Field(description="What follows is from the newest status that the box wrote itself.")
    mains: bool | None = Field(description="Has mains power; null when not known.")
    router_powered: bool | None
    uplink: str | None = Field(examples=["mesh"])
    battery_percent: float | None = Field(examples=[81.5])
    clients: int | None = Field(description="Devices on the box's Wi-Fi.", examples=[4])
    interval_s: float | None = Field(description="Seconds between its measurements.", examples=[60.0])
    outbox: int | None = Field(description="Readings that wait in the box.", examples=[0])
    boot: str | None = Field(examples=["5f0c9a1e"])
    firmware: str | None = Field(examples=["1.4.0"])
    told_at: Instant | None = Field(description="When the hub received what `mode` and the fields after it say.")
    told_age_s: float | None = Field(examples=[61.0], description="Seconds since `told_at`.")

    @classmethod
    def of(cls, row: Row, now: datetime) -> Self | None:
        """From a row of boxes.sql; None for a box that has never sent a status."""
        if row["online"] is None:
            return None
        names = ("mains", "router_powered", "uplink", "battery_percent", "clients", "interval_s", "outbox")
        return cls(
            online=row["online"],
            at=row["at"],
            received_at=row["received_at"],
            age_s=times.age_s(row["received_at"], now),
            mode=row["mode"] or Mode.UNKNOWN,
            **{name: row[name] for name in (*names, "boot", "firmware", "told_at")},
            told_age_s=None if row["told_at"] is None else times.age_s(row["told_at"], now),
        )


class Box(Resource):
    """A box that an operator registered, or that is only known because it sent something."""

    box: BoxId
    name: str | None = Field(examples=["Rathaus Schöneberg"])
    district: str | None = Field(
        examples=["71"], description="Two hexadecimal digits as in ids and topics: `71` is district 113."
    )
    number: str | None = Field(examples=["01"], description="Two hexadecimal digits, as in the id.")
    position: Position | None = Field(description="Null: not known, or the box moves, and has no public place.")
    exact_place: bool = Field(description="Whether `position` is exact; else it is rounded to 300 m.")
    moving: bool = Field(description="Whether it was at several places without an operator's word.")
    registered: bool = Field(description="False: only seen, or retired.")
    registered_at: Instant | None
    retired_at: Instant | None = Field(description="An operator took it out of service: it is in no list any more.")
    withdrawn_at: Instant | None = Field(
        description="Its retained status was deleted at the broker: nobody expects it to send, until it does."
    )
    first_seen_at: Instant | None
    last_seen_at: Instant | None
    age_s: float | None = Field(examples=[4.2], description="Seconds since `last_seen_at`; null: never seen.")
    status: Status | None

    @classmethod
    def of(cls, row: Row, now: datetime) -> Self:
        """From a row of boxes.sql."""
        latitude, longitude, seen = row["latitude"], row["longitude"], row["last_seen"]
        is_placed = latitude is not None and longitude is not None
        return cls(
            box=row["id"],
            name=row["name"],
            district=two_digits(row["district"]),
            number=two_digits(row["number"]),
            position=Position(latitude=latitude, longitude=longitude) if is_placed else None,
            exact_place=row["place_is_exact"],
            moving=row["is_moving"],
            registered=row["registered_at"] is not None and row["retired_at"] is None,
            registered_at=row["registered_at"],
            retired_at=row["retired_at"],
            withdrawn_at=row["withdrawn_at"],
            first_seen_at=row["first_seen"],
            last_seen_at=seen,
            age_s=None if seen is None else times.age_s(seen, now),
            status=Status.of(row, now),
        )


class Boxes(Page):
    """A page of boxes."""

    items: list[Box]
