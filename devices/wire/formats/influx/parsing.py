"""The lines of one box, as they came. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices.wire import details
from devices.wire.formats.airrohr import names as airrohr
from devices.wire.formats.influx import lines, points
from devices.wire.formats.influx.lines import BadLine
from devices.wire.inputs import formats, values
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from datetime import datetime

    from devices.quantities import Catalogue
    from devices.readings import Message
    from devices.wire.inputs.values import Value


def read(topic: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """The values of a box's lines; the last level of the topic is their precision. Raises Malformed for a bad line."""
    box, precision = formats.of_parcel(topic)
    if precision not in points.PER_SECOND and precision not in points.SECONDS:
        raise Malformed(Reason.BAD_TOPIC, details.one_line(f"{precision} is no precision"), box=box or None)
    found: list[Value] = []
    position: tuple[float, float] | None = None
    for point in lines.points(payload.decode("utf-8", "replace")):
        if isinstance(point, BadLine):
            raise Malformed(
                Reason.BAD_SCHEMA, details.one_line(f"line {point.number}: {point.complaint}"), box=box or None
            )
        found += points.values_of(point, precision)
        position = airrohr.position(point.fields) or position
    return values.message("influx", box or None, found, received_at, catalogue, position=position)
