"""The measurements of one senseBox. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices.wire.formats.airrohr import names, parsing
from devices.wire.formats.opensensemap import measurements
from devices.wire.formats.opensensemap.measurements import BadMeasurementError, Measurement
from devices.wire.inputs import formats, values
from devices.wire.inputs.values import Clock, Value
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from datetime import datetime

    from devices.quantities import Catalogue
    from devices.readings import Message

_NAME = "opensensemap"


def read(topic: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """The values of one request; the levels of the topic behind the box say in which form. Raises Malformed."""
    box, form = formats.of_parcel(topic)
    if form == "luftdaten":  # airRohr's own JSON, with which it sends to openSenseMap
        sent = parsing.sent(payload, box)
        position = names.position(sent)
        return values.message(_NAME, box, names.values(sent), received_at, catalogue, position=position)
    try:
        found = of(form, payload)
    except BadMeasurementError as error:
        raise Malformed(Reason.BAD_SCHEMA, error.complaint, box=box) from None
    read_values = [Value(each.sensor, each.value, at_ms=each.at_ms, clock=Clock.DEVICE) for each in found]
    position = measurements.newest_place(found)
    return values.message(_NAME, box, read_values, received_at, catalogue, position=position)


def of(form: str, payload: bytes) -> list[Measurement]:
    """The measurements of a body. Raises BadMeasurementError."""
    kind, _, sensor = form.partition("/")
    match kind:
        case "csv":
            return measurements.of_csv(payload)
        case "json":
            return measurements.of_json(payload)
        case "bytes":
            return measurements.of_bytes(payload, is_timed=False)
        case "bytes-ts":
            return measurements.of_bytes(payload, is_timed=True)
        case "value":
            return measurements.of_value(sensor, payload)
    raise BadMeasurementError(f"{form} is no form of measurements")
