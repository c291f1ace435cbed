"""An uplink: what is normalized needs no mapping; what is only decoded is named by its maker. Pure.

Empty values are left out on the wire: a counter, a port or a coordinate that is missing is 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devices.readings import Message
from devices.wire import details
from devices.wire.inputs import lorawan, moments, numbers, values
from devices.wire.inputs.values import Clock, Value
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from datetime import datetime

    from devices.quantities import Catalogue

_FORMAT = "thethingsstack"
_NORMALIZED = {
    ("air", "temperature"): ("temperature", "Cel"),
    ("air", "relativeHumidity"): ("humidity", "%"),
    ("air", "pressure"): ("pressure", "hPa"),
    ("air", "co2"): ("co2", "[ppm]"),
    ("air", "lightIntensity"): ("illuminance", "lx"),
    ("soil", "temperature"): ("soil_temperature", "Cel"),
    ("soil", "moisture"): ("soil_moisture", "%"),
    ("wind", "speed"): ("wind_speed", "m/s"),
    ("wind", "direction"): ("wind_direction", "deg"),
}


def read(topic: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """The message of an uplink. Raises Malformed for what names no device. What a console simulated says nothing."""
    del topic
    content = lorawan.content(payload)
    box = lorawan.box(lorawan.inside(content, "end_device_ids", "dev_eui"))
    if box is None:
        raise Malformed(Reason.BAD_SCHEMA, "/end_device_ids/dev_eui: no EUI of a device")
    if content.get("simulated"):
        return Message(box=None, input=_FORMAT)
    uplink = content.get("uplink_message")
    if not isinstance(uplink, dict):
        return Message(box=box, input=_FORMAT)  # a join: the device is there
    at_ms = moments.ms_of(str(uplink.get("received_at") or content.get("received_at") or ""))
    port = numbers.of(uplink.get("f_port")) or 0
    found = _values(content, uplink, values.source(f"port-{int(port)}"), at_ms)
    return values.message(_FORMAT, box, found, received_at, catalogue, key=_key(content, uplink))


def _key(content: dict[str, Any], uplink: dict[str, Any]) -> str | None:
    """A session's key and the frame's counter name an uplink, however often and by whichever door it comes."""
    session = uplink.get("session_key_id")
    if not isinstance(session, str):
        return None
    counter = numbers.of(uplink.get("f_cnt")) or 0
    eui = str(lorawan.inside(content, "end_device_ids", "dev_eui"))[:16]
    return f"{eui}:{details.one_line(session, 64)}:{int(counter)}"


def _values(content: dict[str, Any], uplink: dict[str, Any], source: str, at_ms: int | None) -> list[Value]:
    normalized = uplink.get("normalized_payload")
    if isinstance(normalized, list) and normalized:
        return [value for each in normalized for value in _normalized(each, source, at_ms)]
    profile = lorawan.inside(uplink, "version_ids", "model_id") or lorawan.inside(
        content, "end_device_ids", "application_ids", "application_id"
    )
    return [
        Value(name, number, source=source, at_ms=at_ms, clock=Clock.NETWORK)
        for name, number in lorawan.named(profile, uplink.get("decoded_payload"))
    ]


def _normalized(each: Any, source: str, at_ms: int | None) -> list[Value]:
    own_ms = moments.ms_of(str(lorawan.inside(each, "time") or ""))
    when, clock = (at_ms, Clock.NETWORK) if own_ms is None else (own_ms, Clock.DEVICE)
    found = []
    for name, number in lorawan.flattened(each):
        kind, _, what = name.partition(".")
        quantity, unit = _NORMALIZED.get((kind, what), (None, None))
        found.append(Value(name, number, quantity, unit, source, when, clock))
    return found
