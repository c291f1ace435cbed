"""The records of one box. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from devices.quantities import CATALOGUE
from devices.wire.formats.senml import packs
from devices.wire.formats.senml.packs import BadPackError, Record
from devices.wire.inputs import formats, units, values
from devices.wire.inputs.values import Clock, Value
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from datetime import datetime

    from devices.quantities import Catalogue
    from devices.readings import Message

_RELATIVE_BELOW = 2**28  # seconds: smaller ones are relative to now (RFC 8428, 4.5.3)
# By the last part of a name; the unit has to fit, and has to be there.
_NAMES = (
    (re.compile(r"temp", re.IGNORECASE), "temperature"),
    (re.compile(r"hum", re.IGNORECASE), "humidity"),
    (re.compile(r"press", re.IGNORECASE), "pressure"),
    (re.compile(r"pm2[_.]?5$", re.IGNORECASE), "pm2_5"),
    (re.compile(r"pm10$", re.IGNORECASE), "pm10"),
    (re.compile(r"co2$", re.IGNORECASE), "co2"),
)
_PARTS = re.compile(r"[:/]")


def read(topic: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """The values of one box in a pack. Raises Malformed."""
    box, _ = formats.of_parcel(topic)
    try:
        records = packs.records(payload)
    except BadPackError as error:
        raise Malformed(Reason.BAD_SCHEMA, error.complaint, box=box or None) from None
    found = [_value(record, received_at) for record in records]
    return values.message("senml", box or None, found, received_at, catalogue)


def _value(record: Record, received_at: datetime) -> Value:
    _, rest = record.device
    *where, name = _PARTS.split(rest) if rest else ["value"]
    source = values.source("-".join(where)) if where else values.CORE
    if record.time >= _RELATIVE_BELOW:
        at_ms: int | None = int(record.time * 1000 + 0.5)
    elif record.time:
        at_ms = int((received_at.timestamp() + record.time) * 1000)
    else:
        at_ms = None
    return Value(name, record.value, _quantity(name, record.unit), record.unit, source, at_ms, Clock.DEVICE)


def _quantity(name: str, unit: str | None) -> str | None:
    if unit is None:
        return None
    for pattern, quantity in _NAMES:
        if pattern.match(name) and units.is_convertible(unit, CATALOGUE[quantity].unit):
            return quantity
    return None
