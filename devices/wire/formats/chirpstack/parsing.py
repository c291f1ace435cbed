"""An event of a device: `up` has values, `status` the battery; all others say that the device is there. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devices.readings import Message, Status
from devices.wire import details
from devices.wire.inputs import formats, lorawan, moments, numbers, values
from devices.wire.inputs.values import Clock, Value
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from datetime import datetime

    from devices.quantities import Catalogue

_FORMAT = "chirpstack"
# CayenneLPP as ChirpStack decodes it: an object of channels for each kind (codec/cayenne_lpp.rs).
_LPP = {
    "temperatureSensor": ("temperature", "Cel"),
    "humiditySensor": ("humidity", "%"),
    "barometer": ("pressure", "hPa"),
    "illuminanceSensor": ("illuminance", "lx"),
}
_PERCENT = 100.0


def read(topic: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """The message of an event. Raises Malformed for what is no event of a device."""
    content = lorawan.content(payload)
    box = lorawan.box(lorawan.inside(content, "deviceInfo", "devEui"))
    if box is None:
        raise Malformed(Reason.BAD_SCHEMA, "/deviceInfo/devEui: no EUI of a device")
    match _event(topic):
        case "up":
            return _up(box, content, received_at, catalogue)
        case "status":
            return _status(box, content, received_at)
    return Message(box=box, input=_FORMAT)


def _event(topic: str) -> str:
    if topic.startswith(f"{formats.ROOT}/"):
        return formats.of_parcel(topic)[1]
    return topic.rpartition("/")[2]


def _up(box: str, content: dict[str, Any], received_at: datetime, catalogue: Catalogue) -> Message:
    at_ms = moments.ms_of(str(content.get("time", "")))
    port = values.source(f"port-{int(numbers.of(content.get('fPort')) or 0)}")
    profile = lorawan.inside(content, "deviceInfo", "deviceProfileName")
    found = [
        Value(name, number, quantity, unit, source, at_ms, Clock.NETWORK)
        for name, number, quantity, unit, source in _values(content.get("object"), profile, port)
    ]
    key = content.get("deduplicationId")
    return values.message(
        _FORMAT, box, found, received_at, catalogue, key=details.one_line(key, 64) if isinstance(key, str) else None
    )


def _values(decoded: Any, profile: Any, source: str) -> list[tuple[str, float, str | None, str | None, str]]:
    """Name, number, quantity, unit and source. A codec's own names stand under the name of the device's profile."""
    if not isinstance(decoded, dict):
        return []
    found: list[tuple[str, float, str | None, str | None, str]] = []
    rest = {}
    for name, said in decoded.items():
        if name in _LPP and isinstance(said, dict):
            quantity, unit = _LPP[name]
            for channel, written in said.items():
                number = numbers.of(written)
                if number is not None:
                    found.append((f"{name}.{channel}", number, quantity, unit, values.source(f"lpp-{channel}")))
        else:
            rest[name] = said
    found += [(name, number, None, None, source) for name, number in lorawan.named(profile, rest)]
    return found


def _status(box: str, content: dict[str, Any], received_at: datetime) -> Message:
    level = numbers.of(content.get("batteryLevel"))
    is_unknown = content.get("batteryLevelUnavailable") or content.get("externalPowerSource")
    percent = None if level is None or is_unknown or not 0 <= level <= _PERCENT else level
    return Message(box=box, status=Status(online=True, at=received_at, battery_percent=percent), input=_FORMAT)
