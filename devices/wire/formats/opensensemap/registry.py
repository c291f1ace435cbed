"""What openSenseMap's registry says of a box: `https://api.opensensemap.org/boxes/{id}`, saved as a file. Pure."""

from __future__ import annotations

import re
from typing import Any

from devices.mappings import Mapping
from devices.quantities import CATALOGUE
from devices.wire import json_text
from devices.wire.inputs import units, values

# Titles as people write them, in German and English, lower case and without blanks.
_TITLES = (
    (re.compile(r"bodentemp|soiltemp"), "soil_temperature"),
    (re.compile(r"bodenfeucht|soilmoist"), "soil_moisture"),
    (re.compile(r"temp"), "temperature"),
    (re.compile(r"feucht|humid"), "humidity"),
    (re.compile(r"druck|pressure"), "pressure"),
    (re.compile(r"pm2[.,_]?5"), "pm2_5"),
    (re.compile(r"pm10"), "pm10"),
    (re.compile(r"pm4"), "pm4"),
    (re.compile(r"pm1(?![0-9])"), "pm1"),
    (re.compile(r"laut|lärm|laerm|noise|sound"), "noise"),
    (re.compile(r"beleuchtung|helligkeit|illumin|licht"), "illuminance"),
    (re.compile(r"co2|co₂|kohlendioxid|kohlenstoffdioxid"), "co2"),
    (re.compile(r"windgeschw|windspeed"), "wind_speed"),
    (re.compile(r"windricht|winddir"), "wind_direction"),
)


def mappings(document: bytes) -> list[Mapping]:
    """What each sensor of the box measures, as far as title and unit say it. Raises ValueError for another document."""
    content, _ = json_text.parsed(document)
    box = content.get("_id") if isinstance(content, dict) else None
    sensors = content.get("sensors") if isinstance(content, dict) else None
    if not isinstance(box, str) or not isinstance(sensors, list):
        raise ValueError("this is no senseBox of openSenseMap: it has no _id and no sensors")  # noqa: TRY004 -- a document
    found = []
    for each in sensors:
        if isinstance(each, dict) and isinstance(each.get("_id"), str):
            mapping = _mapping(f"osem-{box.lower()}", each)
            if mapping is not None:
                found.append(mapping)
    return found


def _mapping(box: str, sensor: dict[str, Any]) -> Mapping | None:
    title = re.sub(r"[\s.]+", "", str(sensor.get("title", "")).lower()).replace("pm25", "pm2_5")
    unit = str(sensor.get("unit", "")).strip() or None
    for pattern, quantity in _TITLES:
        if pattern.search(title):
            if not units.is_convertible(unit, CATALOGUE[quantity].unit):
                return None
            source = values.source(str(sensor.get("sensorType") or ""))
            return Mapping("opensensemap", box, sensor["_id"].lower(), quantity, unit, source)
    return None
