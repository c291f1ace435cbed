"""A page of entities in another format than the standard's JSON ($resultFormat): CSV and GeoJSON. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from api.readings import csv
from api.sensorthings.entities import EntitySet
from api.sensorthings.shapes import Json


class Format(StrEnum):
    """What $resultFormat may ask for; the letters count in any case."""

    DATA_ARRAY = "dataArray"
    CSV = "CSV"
    GEOJSON = "GeoJSON"


def write_csv(entity: EntitySet, bodies: Sequence[Json]) -> str:
    """RFC 4180 with a header row: `id`, and a column for each property or member of an object, as `properties/box`."""
    rows = [dict(_fields(body, entity.geometry)) for body in bodies]
    columns = dict.fromkeys(name for row in rows for name in row) or dict.fromkeys(_columns(entity))
    lines = [columns.keys(), *([row.get(name) for name in columns] for row in rows)]
    return "".join(",".join(map(_cell, line)) + "\r\n" for line in lines)


def write_geojson(entity: EntitySet, control: Json, bodies: Sequence[Json]) -> Json:
    """A FeatureCollection (RFC 7946). Where an entity has no place of its own, the one of what it expands counts."""
    return {"type": "FeatureCollection", **control, "features": [_feature(entity, body) for body in bodies]}


def _feature(entity: EntitySet, body: Json) -> Json:
    shown = {name: value for name, value in body.items() if not name.endswith(_LINKS) and name != entity.geometry}
    feature = {"type": "Feature", "geometry": _geometry(body, entity.geometry), "properties": shown}
    return {"id": body["@iot.id"], **feature} if "@iot.id" in body else feature


_LINKS = ("@iot.selfLink", "@iot.navigationLink")


def _geometry(body: Json, name: str | None) -> Json | None:
    if name is not None:
        found: Json | None = body.get(name)
        return found.get("geometry") if found is not None and found.get("type") == "Feature" else found
    for expanded, inner in (("Locations", "location"), ("FeatureOfInterest", "feature")):
        entities = body.get(expanded) or []
        for each in entities if isinstance(entities, list) else [entities]:
            return _geometry(each, inner)
    return None


def _fields(body: Mapping[str, Any], geometry: str | None, prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in body.items():
        if name.endswith(_LINKS):
            continue
        if isinstance(value, dict) and name not in (geometry, "feature", "location"):
            yield from _fields(value, geometry, f"{prefix}{name}/")
        else:
            yield prefix + ("id" if name == "@iot.id" else name), value


def _columns(entity: EntitySet) -> Iterator[str]:
    """The columns of a set of which there is nothing."""
    yield "id"
    for name in entity.shown:
        members = [member for member in entity.members if member.startswith(f"{name}/")]
        yield from members if members and name != entity.geometry else [name]


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return csv.cell(value)
        case [*words] if words and all(isinstance(word, str) for word in words):
            return csv.cell(" ".join(map(str, words)))
        case []:
            return ""
        case _:
            return (
                csv.cell(json.dumps(value, ensure_ascii=False)) if isinstance(value, list | dict) else json.dumps(value)
            )
