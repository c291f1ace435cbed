"""The data model as the tables of clause 8.2 of the standard have it, for checks that know nothing of our own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Check = Callable[[Any], bool]

_INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
_URI = re.compile(r"(https?://|urn:)\S+")


def is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def is_object(value: Any) -> bool:
    return isinstance(value, dict)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_list(value: Any) -> bool:
    return isinstance(value, list)


def is_instant(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(_INSTANT, value) is not None


def is_period(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(f"{_INSTANT}/{_INSTANT}", value) is not None


def is_uri(value: Any) -> bool:
    return isinstance(value, str) and _URI.fullmatch(value) is not None


def is_geojson(value: Any) -> bool:
    """A geometry or a feature of RFC 7946."""
    if not isinstance(value, dict):
        return False
    if value.get("type") == "Feature":
        return "properties" in value and (value["geometry"] is None or is_geojson(value["geometry"]))
    return value.get("type") in ("Point", "Polygon") and isinstance(value.get("coordinates"), list)


def is_unit(value: Any) -> bool:
    """A JSON object of three texts (Table 9)."""
    return (
        isinstance(value, dict) and set(value) == {"name", "symbol", "definition"} and all(map(is_text, value.values()))
    )


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity type: its properties and, by name, whether a relation leads to many."""

    mandatory: dict[str, Check]
    optional: dict[str, Check]
    relations: dict[str, bool]


_NAMED: dict[str, Check] = {"name": is_text, "description": is_text}
_MORE: dict[str, Check] = {"properties": is_object}

SETS = {
    "thing": "Things",
    "location": "Locations",
    "historical-location": "HistoricalLocations",
    "datastream": "Datastreams",
    "sensor": "Sensors",
    "observed-property": "ObservedProperties",
    "observation": "Observations",
    "feature-of-interest": "FeaturesOfInterest",
}
# A relation's name, in the singular or the plural, and the set to which it leads.
TARGETS = {name: name for name in SETS.values()} | {
    "Thing": "Things",
    "Datastream": "Datastreams",
    "Sensor": "Sensors",
    "ObservedProperty": "ObservedProperties",
    "FeatureOfInterest": "FeaturesOfInterest",
}
ENTITIES = {
    "thing": Entity(_NAMED, _MORE, {"Locations": True, "HistoricalLocations": True, "Datastreams": True}),
    "location": Entity(
        {**_NAMED, "encodingType": is_text, "location": is_geojson},
        _MORE,
        {"Things": True, "HistoricalLocations": True},
    ),
    "historical-location": Entity({"time": is_instant}, {}, {"Thing": False, "Locations": True}),
    "datastream": Entity(
        {**_NAMED, "unitOfMeasurement": is_unit, "observationType": is_uri},
        {"observedArea": is_geojson, "phenomenonTime": is_period, "resultTime": is_period, **_MORE},
        {"Thing": False, "Sensor": False, "ObservedProperty": False, "Observations": True},
    ),
    "sensor": Entity({**_NAMED, "encodingType": is_text, "metadata": is_text}, _MORE, {"Datastreams": True}),
    "observed-property": Entity({**_NAMED, "definition": is_uri}, _MORE, {"Datastreams": True}),
    "observation": Entity(
        {"phenomenonTime": is_instant, "result": is_number, "resultTime": is_instant},
        {"resultQuality": is_list, "validTime": is_period, "parameters": is_object},
        {"Datastream": False, "FeatureOfInterest": False},
    ),
    "feature-of-interest": Entity(
        {**_NAMED, "encodingType": is_text, "feature": is_geojson}, _MORE, {"Observations": True}
    ),
}
# The way back from the other end of a relation.
INVERSES = {
    ("Things", "Locations"): "Things",
    ("Things", "HistoricalLocations"): "Thing",
    ("Things", "Datastreams"): "Thing",
    ("Locations", "Things"): "Locations",
    ("Locations", "HistoricalLocations"): "Locations",
    ("HistoricalLocations", "Thing"): "HistoricalLocations",
    ("HistoricalLocations", "Locations"): "HistoricalLocations",
    ("Datastreams", "Thing"): "Datastreams",
    ("Datastreams", "Sensor"): "Datastreams",
    ("Datastreams", "ObservedProperty"): "Datastreams",
    ("Datastreams", "Observations"): "Datastream",
    ("Sensors", "Datastreams"): "Sensor",
    ("ObservedProperties", "Datastreams"): "ObservedProperty",
    ("Observations", "Datastream"): "Observations",
    ("Observations", "FeatureOfInterest"): "Observations",
    ("FeaturesOfInterest", "Observations"): "FeatureOfInterest",
}
