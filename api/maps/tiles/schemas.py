"""Two schemas of vector tiles, OpenMapTiles and Protomaps (version 4), and what of each is drawn: one table of classes.

Layers and classes that are not in the tables are not drawn.
openmaptiles.org/schema, docs.protomaps.com/basemaps/layers
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Properties = Mapping[str, object]


class Schema(StrEnum):
    """How a tile's layers and properties are named."""

    OPENMAPTILES = "OpenMapTiles"
    PROTOMAPS = "Protomaps"


class Class(IntEnum):
    """What is drawn, in the order of drawing: what comes later lies above."""

    GREEN = 1
    WOOD = 2
    WATER = 3
    RIVER = 4
    BUILDING = 5
    PATH = 6
    RAIL = 7
    STREET = 8
    SECONDARY = 9
    PRIMARY = 10
    MOTORWAY = 11
    STREET_NAME = 12  # lines along which a name is written
    HELP = 13  # points: hospitals, fire and police stations


ROADS = (Class.STREET, Class.SECONDARY, Class.PRIMARY, Class.MOTORWAY)
AREAS = frozenset((Class.GREEN, Class.WOOD, Class.WATER, Class.BUILDING))
_ALL = ""  # stands for every class of a layer that is not named

# For each layer of a schema: the classes of its features by the value of the property that names them.
_OPENMAPTILES: Final[Mapping[str, Mapping[str, Class]]] = {
    "landcover": {"wood": Class.WOOD, "grass": Class.GREEN, "wetland": Class.GREEN, "farmland": Class.GREEN},
    "landuse": {
        **dict.fromkeys(("cemetery", "stadium", "pitch", "zoo", "theme_park", "garages"), Class.GREEN),
    },
    "park": {_ALL: Class.GREEN},
    "water": {_ALL: Class.WATER},
    "waterway": {"river": Class.RIVER, "canal": Class.RIVER, "stream": Class.RIVER},
    "building": {_ALL: Class.BUILDING},
    "transportation": {
        **dict.fromkeys(("motorway", "trunk"), Class.MOTORWAY),
        "primary": Class.PRIMARY,
        **dict.fromkeys(("secondary", "tertiary"), Class.SECONDARY),
        **dict.fromkeys(("minor", "residential", "unclassified", "living_street"), Class.STREET),
        **dict.fromkeys(("path", "track", "pedestrian", "footway", "service"), Class.PATH),
        **dict.fromkeys(("rail", "transit"), Class.RAIL),
    },
    "transportation_name": {
        **dict.fromkeys(
            (
                *("motorway", "trunk", "primary", "secondary", "tertiary"),
                *("minor", "residential", "unclassified", "living_street", "pedestrian", "path", "service"),
            ),
            Class.STREET_NAME,
        ),
    },
    "poi": {},  # by its subclass: the class hospital has every doctor in it
}
_PROTOMAPS: Final[Mapping[str, Mapping[str, Class]]] = {
    "landcover": {"forest": Class.WOOD},
    "landuse": {
        **dict.fromkeys(("wood", "forest"), Class.WOOD),
        **dict.fromkeys(
            (
                *("park", "grass", "grassland", "meadow", "garden", "allotments", "village_green", "golf_course"),
                *("cemetery", "nature_reserve", "scrub", "farmland", "pitch", "zoo", "recreation_ground", "wetland"),
            ),
            Class.GREEN,
        ),
    },
    "water": {
        **dict.fromkeys(("river", "canal", "stream"), Class.RIVER),
        _ALL: Class.WATER,
    },
    "buildings": {"building": Class.BUILDING},
    "roads": {
        "highway": Class.MOTORWAY,
        "major_road": Class.PRIMARY,
        "medium_road": Class.SECONDARY,
        "minor_road": Class.STREET,
        "path": Class.PATH,
        "rail": Class.RAIL,
    },
    "pois": {"hospital": Class.HELP, "fire_station": Class.HELP, "police": Class.HELP},
}
TABLES: Final = {Schema.OPENMAPTILES: _OPENMAPTILES, Schema.PROTOMAPS: _PROTOMAPS}
_CLASS_FIELD: Final = {Schema.OPENMAPTILES: "class", Schema.PROTOMAPS: "kind"}
# Protomaps tells secondary roads from primary ones, and service roads from streets, in a second property.
_DETAIL: Final = {
    **dict.fromkeys(
        ("secondary", "tertiary", "motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link"),
        Class.SECONDARY,
    ),
    "service": Class.PATH,
}
_HELP: Final = frozenset(("fire_station", "police", "hospital"))
_WITH_RAMPS: Final = frozenset((Class.MOTORWAY, Class.PRIMARY))


def told_by(layers: Iterable[str]) -> Schema | None:
    """The schema that has these layers; None for an unknown one."""
    names = set(layers)
    if "transportation" in names:
        return Schema.OPENMAPTILES
    return Schema.PROTOMAPS if "roads" in names else None


def class_of(schema: Schema, layer: str, properties: Properties) -> Class | None:
    """What a feature is drawn as; None when it is not drawn."""
    table = TABLES[schema].get(layer)
    if table is None:
        return None
    value = properties.get(_CLASS_FIELD[schema])
    found = table.get(value if isinstance(value, str) else _ALL, table.get(_ALL))
    if schema is Schema.PROTOMAPS and layer == "roads":
        detail = properties.get("kind_detail")
        found = _DETAIL.get(detail, found) if isinstance(detail, str) and found is not None else found
    if found in _WITH_RAMPS and properties.get("ramp"):
        return Class.SECONDARY  # a slip road is narrower than the road that it leads to
    if layer == "poi" and properties.get("subclass") in _HELP:
        return Class.HELP
    return found


def name_of(properties: Properties) -> str:
    """The name that people of the place use; empty without one."""
    for field in ("name:latin", "name", "name:de"):
        value = properties.get(field)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def has_names_apart(schema: Schema) -> bool:
    """Whether the names of streets lie in a layer of their own."""
    return schema is Schema.OPENMAPTILES
