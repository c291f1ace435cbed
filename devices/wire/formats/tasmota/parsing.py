"""SENSOR: an object for each sensor. LWT: whether the device is there. Pure.

Its time is local and most often has no zone, and the factory's zone knows no summer: so it counts with an offset alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devices.readings import Message, Status
from devices.wire import details, json_text, times
from devices.wire.inputs import moments, numbers, values
from devices.wire.inputs.values import Clock, Value
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from datetime import datetime

    from devices.quantities import Catalogue

_FORMAT = "tasmota"
_UNITS = {"TempUnit": "C", "PressureUnit": "hPa", "SpeedUnit": "km/h"}  # where the device does not say
# Key of a sensor's object: the quantity, and its unit or which of the device's units it has.
_KEYS = {
    "Temperature": ("temperature", "TempUnit"),
    "Humidity": ("humidity", "%"),
    "Pressure": ("pressure", "PressureUnit"),
    "Gas": ("gas_resistance", "kOhm"),
    "Illuminance": ("illuminance", "lx"),
    "CarbonDioxide": ("co2", "ppm"),
    "PM1": ("pm1", "ug/m3"),
    "PM2.5": ("pm2_5", "ug/m3"),
    "PM10": ("pm10", "ug/m3"),
}
# Derived, names of sensors, and what a factory means by particles (CF) or counts (PB).
_NO_READINGS = frozenset({"DewPoint", "SeaPressure", "Id", "Address", "CF1", "CF2.5", "CF10", "VPD", "HeatIndex"})
_NO_READING_PREFIX = "PB"
_METERS = "ENERGY"  # whose voltage and power are of what is plugged in: an operator says what they mean


def is_presence(topic: str) -> bool:
    """Whether it says that the device is there, which counts when it is retained too."""
    return topic.endswith("/LWT")


def read(topic: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """The message of a device. Raises Malformed."""
    first, second, kind = topic.split("/")
    box = values.box_id("tas", second if first == "tele" else first)
    if kind == "LWT":
        return _presence(box, payload, received_at)
    try:
        content, _ = json_text.parsed(payload)
    except ValueError as error:
        raise Malformed(Reason.BAD_JSON, details.one_line(f"Invalid JSON: {error}"), box=box) from None
    if not isinstance(content, dict):
        raise Malformed(Reason.BAD_SCHEMA, "not an object", box=box)
    return values.message(_FORMAT, box, _values(content, received_at), received_at, catalogue)


def _presence(box: str, payload: bytes, received_at: datetime) -> Message:
    match payload.strip().lower():
        case b"online":
            return Message(box=box, status=Status(online=True, at=received_at), input=_FORMAT)
        case b"offline":
            return Message(box=box, status=Status(online=False), input=_FORMAT)
        case b"":
            return Message(box=None, input=_FORMAT)  # somebody deleted what the broker retained
    raise Malformed(Reason.BAD_SCHEMA, "neither Online nor Offline", box=box)


def _values(content: dict[str, Any], received_at: datetime) -> list[Value]:
    written = {name: content[name] if isinstance(content.get(name), str) else usual for name, usual in _UNITS.items()}
    at_ms = moments.ms_of(content["Time"]) if isinstance(content.get("Time"), str) else None
    if at_ms is not None and times.measured(at_ms, received_at) is None:
        at_ms = None  # the clock is not set: 1970-01-01T00:00:12 since its start
    found = []
    for sensor, said in content.items():
        if not isinstance(said, dict):
            continue
        for key, value in said.items():
            number = numbers.of(value) if type(value) is not str else None
            if number is None or key in _NO_READINGS or key.startswith(_NO_READING_PREFIX):
                continue
            quantity, unit = _KEYS.get(key, (None, None)) if sensor != _METERS else (None, None)
            name = key if quantity is not None else f"{sensor.partition('-')[0][: values.NAME_CHARACTERS]}.{key}"
            unit = written.get(unit, unit) if unit is not None else None
            found.append(Value(name, number, quantity, unit, values.source(sensor), at_ms, Clock.DEVICE))
    return found
