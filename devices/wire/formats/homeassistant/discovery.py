"""Announcements: one component, or a device with several. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from devices.declarations import Declaration, Entity, Presence
from devices.quantities import CATALOGUE
from devices.wire import json_text
from devices.wire.inputs import units, values

if TYPE_CHECKING:
    from collections.abc import Iterator

# Only the names that matter here, as they are abbreviated (components/mqtt/abbreviations.py).
_LONG: dict[str, str] = {
    "stat_t": "state_topic",
    "unit_of_meas": "unit_of_measurement",
    "dev_cla": "device_class",
    "val_tpl": "value_template",
    "avty_t": "availability_topic",
    "avty": "availability",
    "dev": "device",
    "pl_avail": "payload_available",
    "pl_not_avail": "payload_not_available",
    "cmps": "components",
    "p": "platform",
    "ent_cat": "entity_category",
    "uniq_id": "unique_id",
    "ids": "identifiers",
    "cns": "connections",
    "mf": "manufacturer",
    "sw": "sw_version",
    "t": "topic",
    "stat_cla": "state_class",
}
# A component has these of its device unless it says otherwise (discovery.py, SHARED_OPTIONS).
_SHARED = ("state_topic", "availability", "availability_topic", "payload_available", "payload_not_available")
_CLASSES = {
    "temperature": "temperature",
    "humidity": "humidity",
    "pressure": "pressure",
    "atmospheric_pressure": "pressure",
    "pm1": "pm1",
    "pm25": "pm2_5",
    "pm4": "pm4",
    "pm10": "pm10",
    "carbon_dioxide": "co2",
    "sound_pressure": "noise",
    "illuminance": "illuminance",
    "wind_speed": "wind_speed",
    "wind_direction": "wind_direction",
}
_DEVICE_CLASS = "device"
_COMPONENTS_MAX = 200
_MAC = re.compile(r"(?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2}")
_ZIGBEE = re.compile(r"zigbee2mqtt_(0x[0-9a-f]{16})")


def is_config(topic: str) -> bool:
    """Whether an announcement comes on this topic; it is retained on purpose."""
    topic = topic.removeprefix("in/homeassistant//")
    return topic.startswith("homeassistant/") and topic.endswith("/config")


def declaration(topic: str, payload: bytes) -> Declaration | None:
    """What is announced; None for what is taken back. Raises ValueError for what is no announcement."""
    if not payload.strip():
        return None
    content, _ = json_text.parsed(payload)
    if not isinstance(content, dict):
        raise ValueError("an announcement is an object")  # noqa: TRY004 -- of a payload
    content = _spelled_out(content)
    _, component, *ids, _ = topic.split("/")
    device = _spelled_out(content.get("device"))
    box = _box(device, ids)
    if component == _DEVICE_CLASS:
        shared = {key: content[key] for key in _SHARED if key in content}
        parts = content.get("components")
        found = [
            (name, {**shared, **_spelled_out(part)})
            for name, part in (parts.items() if isinstance(parts, dict) else ())
            if isinstance(part, dict) and len(part) > 1  # one with a platform alone is taken back
        ][:_COMPONENTS_MAX]
        sensors = [(name, part) for name, part in found if part.get("platform") == "sensor"]
    else:
        sensors = [(ids[-1] if ids else "", content)] if component == "sensor" else []
    base = str(content.get("~") or "")
    entities = tuple(each for name, part in sensors if (each := _entity(box, name, part, base)) is not None)
    presences = tuple(dict.fromkeys(each for _, part in sensors for each in _presences(box, part, base)))
    return Declaration(box, entities, presences)


def _spelled_out(said: Any) -> dict[str, Any]:
    return {_LONG.get(str(key), str(key)): value for key, value in said.items()} if isinstance(said, dict) else {}


def _box(device: dict[str, Any], ids: list[str]) -> str:
    """By the MAC of an ESP, the address of a Zigbee device, or the first thing that tells it from others."""
    identifiers = device.get("identifiers")
    listed = identifiers if isinstance(identifiers, list) else [identifiers]
    names = [each.lower() for each in listed if isinstance(each, str) and each]
    connections = device.get("connections")
    pairs = connections if isinstance(connections, list) else []
    macs = [each[1].lower() for each in pairs if isinstance(each, list) and len(each) == 2 and isinstance(each[1], str)]  # noqa: PLR2004
    is_esp = str(device.get("manufacturer", "")).lower() == "espressif" or "config hash" in str(
        device.get("sw_version", "")
    )
    for name in (*names, *macs):
        if found := _ZIGBEE.fullmatch(name):
            return f"zig-{found[1]}"
        if is_esp and _MAC.fullmatch(name):
            return f"esp-{re.sub('[:-]', '', name)}"
    return values.box_id("ha", next(iter((*names, *macs)), "-".join(ids)))


def _entity(box: str, name: str, part: dict[str, Any], base: str) -> Entity | None:
    topic = _topic(part.get("state_topic"), base)
    if topic is None or part.get("entity_category") == "diagnostic":  # the device itself, not its surroundings
        return None
    unit, device_class = part.get("unit_of_measurement"), part.get("device_class")
    if unit is None and device_class is None and part.get("state_class") is None:
        return None  # a text
    unit = unit if isinstance(unit, str) and unit else None
    template = part.get("value_template") or ""
    if not isinstance(template, str):
        return None
    quantity = _quantity(name, unit, device_class)
    return Entity(box, topic, name, values.source(name), quantity, unit, template)


def _quantity(name: str, unit: str | None, device_class: Any) -> str | None:
    quantity = _CLASSES.get(device_class) if isinstance(device_class, str) else None
    if quantity is None and device_class is None and "gas" in name.lower() and unit is not None:
        quantity = "gas_resistance"  # a BME680 of ESPHome, which has no class
    if quantity is None or not units.is_convertible(unit, CATALOGUE[quantity].unit):
        return None
    return quantity


def _presences(box: str, part: dict[str, Any], base: str) -> Iterator[Presence]:
    listed = part.get("availability")
    entries = [_spelled_out(each) for each in listed] if isinstance(listed, list) else []
    if isinstance(part.get("availability_topic"), str):
        entries.append({**part, "topic": part["availability_topic"]})
    for each in entries:
        topic = _topic(each.get("topic"), base)
        if topic is not None and ("state" not in topic or "bridge/" not in topic):  # of zigbee2mqtt itself
            online, offline = each.get("payload_available", "online"), each.get("payload_not_available", "offline")
            yield Presence(box, topic, str(online), str(offline))


def _topic(said: Any, base: str) -> str | None:
    if not isinstance(said, str) or not said:
        return None
    if base and said.startswith("~"):
        return base + said[1:]
    return said[:-1] + base if base and said.endswith("~") else said
