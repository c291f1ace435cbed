"""Entities as the standard writes them (18-088, 8.2): rows into JSON values. Pure."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from api.database import Row
from api.sensorthings import entities
from api.sensorthings.entities import EntitySet
from devices.readings import Flag

_GEOJSON = "application/geo+json"

Json = dict[str, Any]


def write(entity: EntitySet, row: Row) -> Json:
    """The properties of one entity, in the order of the standard."""
    return _WRITERS[entity.name](row)


def instant(moment: datetime | None) -> str | None:
    """`2025-11-23T08:00:00.000Z`, with microseconds only where there are any."""
    if moment is None:
        return None
    precision = "milliseconds" if moment.microsecond % 1000 == 0 else "microseconds"
    return moment.isoformat(timespec=precision).removesuffix("+00:00") + "Z"


def selected(body: Json, select: Collection[str]) -> Json:
    """What was selected of an entity: whole properties, and members of JSON objects as `properties/district`."""
    found: Json = {}
    for name, value in body.items():
        if name in select:
            found[name] = value
        elif isinstance(value, dict):
            members = {member: inner for member, inner in value.items() if f"{name}/{member}" in select}
            if members:
                found[name] = members
    return found


def member(body: Json, path: Sequence[str]) -> object:
    """A property, or a member of one. Raises KeyError where it does not exist."""
    found: Any = body
    for name in path:
        if not isinstance(found, dict):
            raise KeyError(name)
        found = found[name]
    return found


def _thing(row: Row) -> Json:
    return {
        "name": row["name"],
        "description": row["description"],
        "properties": {
            "district": row["district"],
            "number": row["number"],
            "registered": row["registered"],
            "first_seen_at": instant(row["first_seen"]),
            "last_seen_at": instant(row["last_seen"]),
        },
    }


def _point(row: Row) -> Json | None:
    if row["longitude"] is None or row["latitude"] is None:
        return None
    return {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]}


def _area(area: Any) -> Json | None:
    """The bounding box of places: a point where it is one, else a polygon, counterclockwise (RFC 7946, 3.1.6)."""
    if area is None:
        return None
    (east, north), (west, south) = area.high, area.low
    if (east, north) == (west, south):
        return {"type": "Point", "coordinates": [east, north]}
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [corners]}


def _location(row: Row) -> Json:
    return {**_described(row), "encodingType": _GEOJSON, "location": _point(row), "properties": {}}


def _historical_location(row: Row) -> Json:
    return {"time": instant(row["time"])}


def _datastream(row: Row) -> Json:
    since, until = instant(row["since"]), instant(row["until"])
    period = f"{since}/{until}" if since and until else None
    return {
        **_described(row),
        "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "unitOfMeasurement": {
            "name": row["unit_name"],
            "symbol": row["unit_symbol"],
            "definition": row["unit_definition"],
        },
        "observedArea": _area(row["area"]),
        "phenomenonTime": period,
        "resultTime": period,
        "properties": {"box": row["box"], "source": row["source"], "quantity": row["quantity"]},
    }


def _sensor(row: Row) -> Json:
    return {**_described(row), "encodingType": "text/plain", "metadata": row["description"], "properties": {}}


def _observed_property(row: Row) -> Json:
    return {
        "name": row["name"],
        "definition": row["definition"],
        "description": row["description"],
        "properties": {
            "quantity": row["quantity"],
            "unit": row["unit"],
            "label_de": row["label_de"],
            "low": row["low"],
            "high": row["high"],
            "averaging": row["averaging"],  # how means of its results are made: results are readings, never means
            "decimals": row["decimals"],
        },
    }


def _observation(row: Row) -> Json:
    measured, flags = instant(row["measured_at"]), Flag(row["flag"]).slugs()
    return {
        "phenomenonTime": measured,
        "resultTime": measured,  # a sensor's result is there when it has measured; what came later is `received_at`
        "result": row["value"] if math.isfinite(row["value"]) else None,  # JSON has neither NaN nor infinity
        "resultQuality": flags,
        "validTime": None,  # a reading may be used for as long as somebody has a use for it
        "parameters": {"received_at": instant(row["received_at"]), "flag": flags},
    }


def _feature(row: Row) -> Json:
    feature = _point(row) or {"type": "Feature", "geometry": None, "properties": {}}  # RFC 7946, 3.2: not located
    return {**_described(row), "encodingType": _GEOJSON, "feature": feature, "properties": {}}


def _described(row: Row) -> Json:
    return {"name": row["name"], "description": row["description"]}


_WRITERS: Mapping[str, Callable[[Row], Json]] = MappingProxyType(
    {
        entities.THINGS.name: _thing,
        entities.LOCATIONS.name: _location,
        entities.HISTORICAL_LOCATIONS.name: _historical_location,
        entities.DATASTREAMS.name: _datastream,
        entities.SENSORS.name: _sensor,
        entities.OBSERVED_PROPERTIES.name: _observed_property,
        entities.OBSERVATIONS.name: _observation,
        entities.FEATURES.name: _feature,
    }
)
