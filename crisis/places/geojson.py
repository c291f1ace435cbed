"""Areas as GeoJSON (RFC 7946), as the statistical office of Berlin and its open-data portal write them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crisis.places import berlin, geometry
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
_NAMES = ("name", "Name", "NAME", "OTEIL", "Gemeinde_name", "BEZNAME")
# The ids of Berlin's areas by their names, for files that have names alone.
_IDS: Mapping[Level, Mapping[str, str]] = {
    Level.BEZIRK: {name.casefold(): id_ for id_, name in berlin.BEZIRKE.items()},
    Level.ORTSTEIL: {name.casefold(): id_ for id_, name, *_ in berlin.ORTSTEILE},
}


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
    _check_areas(features)
    told = _named_level(features) if level is None else level
    named = [_named(feature, f"feature {number}", told) for number, feature in enumerate(features, 1)]
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


def _named(feature: Any, where: str, level: Level | None) -> tuple[str, str, Level | None]:
    """The id and the name of an area, and what it says it is. `level`: what areas are that have a name and no id."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise ValueError(f"{where} has no properties")  # noqa: TRY004 -- the file is wrong, not a type
    for id_field, name_field, found in _FIELDS:
        if properties.get(id_field) and properties.get(name_field):
            return str(properties[id_field])[-_DIGITS[found] :], str(properties[name_field]), found
    id_, name, said = _given_id(feature), _given_name(feature), properties.get("level")
    if not name:
        raise ValueError(f"{where} needs an `id` (07, 0701) and a `name`")
    if id_:
        return id_, name, Level(said) if said in list(Level) else None
    ids = {} if level is None else _IDS.get(level, {})
    if name.casefold() not in ids:
        which = "Bezirk or Ortsteil" if level is None else level
        raise ValueError(f"{where}, {name[:40]!r}, has no `id` (07, 0701), and no {which} of Berlin has that name")
    return ids[name.casefold()], name, level


def _given_id(feature: Mapping[str, Any]) -> str:
    """The id among the properties, or that of the feature (RFC 7946, 3.2); "" without one."""
    found = feature["properties"].get("id", feature.get("id"))
    if isinstance(found, int) and not isinstance(found, bool):
        return f"{found:02}" if found < 100 else f"{found:04}"  # noqa: PLR2004 -- a number has lost its zeros
    return found.strip() if isinstance(found, str) else ""


def _given_name(feature: Mapping[str, Any]) -> str:
    found = [feature["properties"].get(field) for field in _NAMES]
    return next((name.strip() for name in found if isinstance(name, str) and name.strip()), "")


def _named_level(features: Sequence[Any]) -> Level | None:
    """What areas without ids are, by their names: of the levels of which all are the one that has the fewest more."""
    without = [each for each in features if isinstance(each, dict) and isinstance(each.get("properties"), dict)]
    names = {_given_name(each).casefold() for each in without if not _given_id(each)}
    fitting = [level for level, ids in _IDS.items() if names <= ids.keys()]
    return min(fitting, key=lambda level: len(_IDS[level]), default=None)


def _check_areas(features: Sequence[Any]) -> None:
    """Raise ValueError for what is no file of areas at all: the ground of a map, streets, points."""
    kinds = {
        found.get("type")
        for each in features
        if isinstance(each, dict) and isinstance(found := each.get("geometry"), dict)
    }
    others = sorted(str(kind) for kind in kinds - {"Polygon", "MultiPolygon"})
    if others:
        raise ValueError(
            f"it holds {', '.join(others)}, so it is no file of areas: water, roads and rails are drawn from tiles"
            " (a .pmtiles file or a folder of them), streets are found by a .csv of name, latitude and longitude"
        )


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
