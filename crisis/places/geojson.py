"""Areas as GeoJSON (RFC 7946), as the statistical office of Berlin and its open-data portal write them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crisis.places import geometry
from crisis.places.areas import Area, Level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crisis.places.geometry import Polygon, Ring

_RING_POINTS_MIN = 4  # the first is repeated at the end
_DIGITS = {Level.BEZIRK: 2, Level.PROGNOSERAUM: 4, Level.ORTSTEIL: 4}
# Properties with the id and the name of an area, and what an area with them is; the first that fit.
_FIELDS: tuple[tuple[str, str, Level], ...] = (
    ("PGR_ID", "PGR_NAME", Level.PROGNOSERAUM),
    ("spatial_name", "OTEIL", Level.ORTSTEIL),
    ("Gemeinde_schluessel", "Gemeinde_name", Level.BEZIRK),
)


def read(text: str, level: Level | None = None) -> tuple[Area, ...]:
    """The areas of a FeatureCollection. Raises ValueError, which says in a sentence what is wrong and where.

    `level`: what they are, where their properties do not tell.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is no JSON: {error}") from None
    if not isinstance(found, dict) or found.get("type") != "FeatureCollection":
        raise ValueError("it is no GeoJSON FeatureCollection")
    features = found.get("features")
    if not isinstance(features, list) or not features:
        raise ValueError("it has no features")
    named = [_named(feature, f"feature {number}") for number, feature in enumerate(features, 1)]
    four_digits = _four_digit_level([id_ for id_, _, _ in named])
    areas = tuple(
        _area(
            feature, (id_, name, level or told or (Level.BEZIRK if len(id_) == _DIGITS[Level.BEZIRK] else four_digits))
        )
        for feature, (id_, name, told) in zip(features, named, strict=True)
    )
    levels = {area.level for area in areas}
    if len(levels) > 1:
        raise ValueError(f"it mixes {' and '.join(sorted(levels))}: one file for each, or say which: --level")
    if len({area.id for area in areas}) < len(areas):
        raise ValueError("two of its areas have the same id")
    return tuple(sorted(areas, key=lambda area: area.id))


def write(areas: Sequence[Area]) -> str:
    """The areas as GeoJSON that `read` understands."""
    features = [
        {
            "type": "Feature",
            "properties": {"id": area.id, "name": area.name, "level": area.level.value, "centre": area.centre},
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [[[*ring, ring[0]] for ring in polygon] for polygon in area.polygons],
            },
        }
        for area in areas
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":"))


def _four_digit_level(ids: Sequence[str]) -> Level:
    """What areas with four digits are: those of Prognoseräume are tens (0110, 0120), those of Ortsteile run on."""
    four = [id_ for id_ in ids if len(id_) == _DIGITS[Level.ORTSTEIL]]
    return Level.PROGNOSERAUM if four and all(id_.endswith("0") for id_ in four) else Level.ORTSTEIL


def _area(feature: Mapping[str, Any], named: tuple[str, str, Level]) -> Area:
    id_, name, level = named
    if not (id_.isascii() and id_.isdigit() and len(id_) == _DIGITS[level]):
        raise ValueError(f"{name}: the id of a {level} has {_DIGITS[level]} digits, not {id_[:20]!r}")
    polygons = _polygons(feature.get("geometry"), f"{name} ({id_})")
    centre = feature["properties"].get("centre")  # as `write` keeps it, since it takes long to find
    if not _is_place(centre):
        centre = geometry.label_point(max(polygons, key=geometry.area_km2))
    return Area(id_, name, level, polygons, (centre[0], centre[1]))


def _named(feature: Any, where: str) -> tuple[str, str, Level | None]:
    """The id and the name of an area, and what it says it is."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise ValueError(f"{where} has no properties")  # noqa: TRY004 -- the file is wrong, not a type
    for id_field, name_field, found in _FIELDS:
        if properties.get(id_field) and properties.get(name_field):
            return str(properties[id_field])[-_DIGITS[found] :], str(properties[name_field]), found
    id_, name, level = properties.get("id"), properties.get("name"), properties.get("level")
    if not isinstance(id_, str) or not isinstance(name, str) or not name.strip():
        raise ValueError(f"{where} needs an `id` (07, 0701) and a `name`")
    return id_, name.strip(), Level(level) if level in list(Level) else None


def _is_place(found: Any) -> bool:
    is_pair = isinstance(found, list) and len(found) == 2  # noqa: PLR2004 -- longitude and latitude
    return is_pair and all(isinstance(each, int | float) for each in found) and geometry.is_on_earth(*found)


def _polygons(found: Any, where: str) -> tuple[Polygon, ...]:
    kind = found.get("type") if isinstance(found, dict) else None
    if kind not in {"Polygon", "MultiPolygon"} or not isinstance(found.get("coordinates"), list):
        raise ValueError(f"{where} has no polygon")
    parts = [found["coordinates"]] if kind == "Polygon" else found["coordinates"]
    polygons = tuple(tuple(_ring(ring, where) for ring in part) for part in parts if isinstance(part, list) and part)
    if not polygons:
        raise ValueError(f"{where} has an empty polygon")
    return polygons


def _ring(found: Any, where: str) -> Ring:
    if not isinstance(found, list) or len(found) < _RING_POINTS_MIN:
        raise ValueError(f"{where} has a ring with fewer than {_RING_POINTS_MIN} points")
    try:
        ring = tuple((float(point[0]), float(point[1])) for point in found)
    except (TypeError, ValueError, IndexError, KeyError):
        raise ValueError(f"{where} has a point that is not a pair of numbers") from None
    if not all(geometry.is_on_earth(*point) for point in ring):
        raise ValueError(
            f"{where} is not in degrees: convert the file to WGS 84 (ogr2ogr -t_srs EPSG:4326 out.geojson in)"
        )
    return ring[:-1] if ring[0] == ring[-1] else ring
