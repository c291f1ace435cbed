"""What a box says about itself: its status, and the last will that the broker publishes for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from devices import quantities
from devices.readings import Message, Mode, RejectedReading, Status
from devices.wire.v1.fields import (
    FORGIVING,
    INT4_MAX,
    WHOLE,
    Boot,
    Complaint,
    Latitude,
    Longitude,
    Version,
    judge,
    validated,
)

if TYPE_CHECKING:
    from datetime import datetime

    from devices.quantities import Catalogue

_INT8_MAX = 2**63 - 1
_Word = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]


class StatusV1(BaseModel):
    """The payload of `kb/v1/{box}/status`."""

    model_config = ConfigDict(strict=True)

    v: Version
    online: bool
    boot: Annotated[Boot | None, FORGIVING] = None
    at: Annotated[int | None, WHOLE, FORGIVING] = None
    mode: Annotated[Mode | None, FORGIVING] = None
    mains: Annotated[bool | None, FORGIVING] = None
    router_powered: Annotated[bool | None, FORGIVING] = None
    uplink: Annotated[_Word | None, FORGIVING] = None
    battery_percent: Annotated[float | None, Field(ge=0, le=100), FORGIVING] = None
    clients: Annotated[int | None, Field(ge=0, le=INT4_MAX), WHOLE, FORGIVING] = None
    interval_s: Annotated[float | None, Field(ge=0, allow_inf_nan=False), FORGIVING] = None
    outbox: Annotated[int | None, Field(ge=0, le=_INT8_MAX), WHOLE, FORGIVING] = None
    firmware: Annotated[_Word | None, FORGIVING] = None
    latitude: Latitude = None
    longitude: Longitude = None


def read(box: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """The status of a box. A field that does not fit is rejected alone, as a value is: that the box is there counts.

    A status whose time cannot be right has none (`at` is None), and the store dates it when it came.
    """
    complaints: list[Complaint] = []
    status = validated(StatusV1, box, payload, complaints)
    known = status.model_dump(exclude={"v", "at", "mode"})
    position = quantities.position(status.latitude, status.longitude, catalogue.bad_positions)
    known["latitude"], known["longitude"] = position
    at = judge(status.at, received_at, complaints)
    return Message(
        box=box,
        rejected=tuple(RejectedReading("status", item.field, item.reason, item.detail) for item in complaints),
        status=Status(at=at, mode=status.mode or Mode.UNKNOWN, **known),
    )
