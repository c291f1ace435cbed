"""Entities as the standard writes them (18-088, 8.2): rows into JSON values. Pure."""

import math
from collections.abc import Callable, Mapping
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
        "observedArea": _point(row),
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
        },
    }


def _observation(row: Row) -> Json:
    measured = instant(row["measured_at"])
    return {
        "phenomenonTime": measured,
        "resultTime": measured,  # a sensor's result is there when it has measured; what came later is `received_at`
        "result": row["value"] if math.isfinite(row["value"]) else None,  # JSON has neither NaN nor infinity
        "parameters": {"received_at": instant(row["received_at"]), "flag": Flag(row["flag"]).slugs()},
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
