"""What a point says: of which box, and the values of its fields. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices import boxes
from devices.wire import kiezbox_names
from devices.wire.formats.airrohr import names as airrohr
from devices.wire.inputs.values import Clock, Value

if TYPE_CHECKING:
    from devices.wire.formats.influx.lines import Point

_ID_MAX = 255
_NAME_CHARACTERS = 200  # a longer name cannot be mapped; and each field repeats it
_CORE, _SENSOR = "core_values", "sensor_values"  # the gateway's measurements
_DEVICE_TYPES = {"0": "core", "1": "sensor", "2": "display", "3": "button"}
_GATEWAY_FIELDS = {"time_arrival"}  # the gateway's clock: never a time of measurement
PER_SECOND = {
    "ns": 1_000_000_000,
    "n": 1_000_000_000,
    "us": 1_000_000,
    "u": 1_000_000,
    "\u00b5": 1_000_000,
    "ms": 1_000,
    "s": 1,
}
SECONDS = {"m": 60, "h": 3600}


def box_of(point: Point) -> str:
    """The box that a point is about; an empty text when it says none that could be one.

    Of the gateway by `dist_id` and `box_id`; of airRohr by `node`; of others by a tag that is called `box`.
    """
    tags = point.tags
    if "dist_id" in tags and "box_id" in tags:
        district, number = _small(tags["dist_id"]), _small(tags["box_id"])
        return "" if district is None or number is None else boxes.numbered(district, number)
    name = tags.get("node") or tags.get("box") or ""
    return name.lower() if boxes.is_id(name.lower()) else ""


def values_of(point: Point, precision: str) -> list[Value]:
    """The values among the fields; texts and booleans are none."""
    at_ms, clock = _time(point, precision)
    numbers = {
        name: value for name, value in point.fields.items() if type(value) is float and name not in _GATEWAY_FIELDS
    }
    if "node" in point.tags:
        return [
            Value(each.name, each.value, each.quantity, each.unit, each.source, at_ms, clock)
            for each in airrohr.values(numbers)
        ]
    if point.measurement == _CORE:
        names, source = kiezbox_names.CORE, "core"
    elif point.measurement == _SENSOR:
        names, source = kiezbox_names.SENSOR, _source(point)
    else:
        names, source = {}, "core"
    prefix = "" if names else f"{point.measurement[:_NAME_CHARACTERS]}."
    return [
        Value(f"{prefix}{name}", value, names.get(name), None, source, at_ms, clock) for name, value in numbers.items()
    ]


def _source(point: Point) -> str:
    """As of the gateway's protobuf: a module that is not numbered is number 0."""
    number = _small(point.tags.get("sens_id", "0"))
    kind = _DEVICE_TYPES.get(point.tags.get("dev_type", "1"), "sensor")
    kind = "sensor" if kind == "core" else kind
    return f"{kind}-{0 if number is None else number}"


def _time(point: Point, precision: str) -> tuple[int | None, Clock]:
    if point.time is None:
        return None, Clock.RECEIPT
    if precision in SECONDS:
        return point.time * SECONDS[precision] * 1000, Clock.DEVICE
    return point.time * 1000 // PER_SECOND[precision], Clock.DEVICE


def _small(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 and int(text) <= _ID_MAX else None  # noqa: PLR2004 -- digits
