"""The entity sets: what they are made of, how they are linked, and which of their properties a query may use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from api.sensorthings.expressions import Kind
from kiezbox import sql


@dataclass(frozen=True, slots=True)
class Property:
    """A property as SQL over the relation's alias, which stands for `{0}`; `text` is the end of an interval."""

    text: str
    kind: Kind
    begin: str = ""  # the beginning of an interval


@dataclass(frozen=True, slots=True)
class Navigation:
    """A way from one set to another: rows with the same value in the column `link` belong together.

    `condition` says the same in SQL over the aliases `{outer}` and `{inner}`, where comparing `link` would cost more.
    """

    target: str
    link: str
    is_many: bool = False
    condition: str = ""

    def joined(self, outer: str, inner: str) -> str:
        """The condition under which rows of these two aliases belong together."""
        return (self.condition or f"{{inner}}.{self.link} = {{outer}}.{self.link}").format(outer=outer, inner=inner)


@dataclass(frozen=True)
class EntitySet:
    """One entity set. `columns` are properties that a query may use; `shown` are all that an entity has."""

    name: str
    relation: str  # a file of sql/, with the columns `key` and each `link`
    shown: tuple[str, ...]
    columns: Mapping[str, Property]
    navigations: Mapping[str, Navigation]
    members: tuple[str, ...] = ()  # of properties that are JSON objects, as `properties/district`
    key_type: str = "text"
    extra: str = ""  # columns worth their price only for the rows of a page, over the alias `shown`
    listed: str = "true"  # which rows the set lists, over the alias `{0}`; each has its own address all the same
    geometry: str | None = None  # the property with where it is
    properties: Mapping[str, Property] = field(init=False)

    def __post_init__(self) -> None:
        key = Property("{0}.key", Kind.TEXT if self.key_type == "text" else Kind.NUMBER)
        known = {"@iot.id": key, "id": key, **self.columns}
        object.__setattr__(self, "properties", MappingProxyType(known))

    @cached_property
    def source(self) -> str:
        """The relation as it stands in a FROM clause, without its alias."""
        return f"(\n{sql.load('api.sensorthings', self.relation)})"


LINK_TYPES = MappingProxyType(
    {"box": "text", "source": "text", "quantity": "text", "series": "integer", "location": "text"}
)

_NAMED = {"name": Property("{0}.name", Kind.TEXT), "description": Property("{0}.description", Kind.TEXT)}
_POINT = Property("point({0}.longitude, {0}.latitude)", Kind.POINT)
_MEASURED = Property("{0}.measured_at", Kind.TIME)
# The first reading takes one step in the index of `reading`; the last is in `latest`. Nothing is scanned.
_FIRST_READING = """(SELECT reading.measured_at FROM reading WHERE reading.series = {0}.series
         ORDER BY reading.measured_at LIMIT 1)"""
_MEASURED_PERIOD = Property("{0}.until", Kind.PERIOD, begin=_FIRST_READING)
_AREA = sql.load("api.sensorthings", "observed_area")
_SPAN = f"width({_AREA}) + height({_AREA})"
_TYPE_OF_AREA = f"CASE WHEN {_SPAN} = 0 THEN 'Point' WHEN {_SPAN} > 0 THEN 'Polygon' END"
_MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
_GEOJSON = Property("'application/geo+json'::text", Kind.TEXT)
_DESCRIBED = ("name", "description")
# A box has one FeatureOfInterest at a time: the place where it stood when it measured.
_STOOD = "{0}.measured_at >= {1}.since AND {0}.measured_at < {1}.until"
_FEATURE_OF = "{inner}.box = {outer}.box AND " + _STOOD.format("{outer}", "{inner}")
_OBSERVATIONS_OF = "{inner}.box = {outer}.box AND " + _STOOD.format("{inner}", "{outer}")


def _geometry(name: str, unlocated: str) -> dict[str, Property]:
    """A GeoJSON property, and what GIS clients ask of it: the type, at its own level or below `geometry`.

    All are bare points, but for those that nobody has located.
    """
    return {
        name: _POINT,
        f"{name}/type": Property(
            f"CASE WHEN {{0}}.longitude IS NULL OR {{0}}.latitude IS NULL THEN {unlocated} ELSE 'Point' END", Kind.TEXT
        ),
        f"{name}/geometry/type": Property("NULL::text", Kind.TEXT),
    }


def _members(name: str, *members: str) -> tuple[str, ...]:
    return tuple(f"{name}/{member}" for member in members)


THINGS = EntitySet(
    name="Things",
    relation="things",
    shown=(*_DESCRIBED, "properties"),
    columns={
        **_NAMED,
        "properties/district": Property("{0}.district", Kind.TEXT),
        "properties/number": Property("{0}.number", Kind.TEXT),
        "properties/registered": Property("{0}.registered", Kind.BOOLEAN),
        "properties/first_seen_at": Property("{0}.first_seen", Kind.TIME),
        "properties/last_seen_at": Property("{0}.last_seen", Kind.TIME),
    },
    members=_members("properties", "district", "number", "registered", "first_seen_at", "last_seen_at"),
    listed="{0}.is_listed",
    navigations={
        "Locations": Navigation("Locations", "box", is_many=True),
        "HistoricalLocations": Navigation("HistoricalLocations", "box", is_many=True),
        "Datastreams": Navigation("Datastreams", "box", is_many=True),
    },
)
LOCATIONS = EntitySet(
    name="Locations",
    relation="locations",
    shown=(*_DESCRIBED, "encodingType", "location", "properties"),
    columns={**_NAMED, "encodingType": _GEOJSON, **_geometry("location", "NULL")},
    members=_members("location", "type", "coordinates"),
    geometry="location",
    listed="{0}.is_listed",
    navigations={
        "Things": Navigation("Things", "box", is_many=True),
        "HistoricalLocations": Navigation("HistoricalLocations", "location", is_many=True),
    },
)
HISTORICAL_LOCATIONS = EntitySet(
    name="HistoricalLocations",
    relation="historical_locations",
    shown=("time",),
    columns={"time": Property('{0}."time"', Kind.TIME)},
    navigations={"Thing": Navigation("Things", "box"), "Locations": Navigation("Locations", "location", is_many=True)},
)
DATASTREAMS = EntitySet(
    name="Datastreams",
    relation="datastreams",
    key_type="integer",
    shown=(
        *(*_DESCRIBED, "observationType", "unitOfMeasurement", "observedArea"),
        *("phenomenonTime", "resultTime", "properties"),
    ),
    columns={
        **_NAMED,
        "observationType": Property(f"'{_MEASUREMENT}'::text", Kind.TEXT),
        "unitOfMeasurement/name": Property("{0}.unit_name", Kind.TEXT),
        "unitOfMeasurement/symbol": Property("{0}.unit_symbol", Kind.TEXT),
        "unitOfMeasurement/definition": Property("{0}.unit_definition", Kind.TEXT),
        "observedArea": Property(_AREA, Kind.AREA),
        "observedArea/type": Property(_TYPE_OF_AREA, Kind.TEXT),
        "observedArea/geometry/type": Property("NULL::text", Kind.TEXT),
        "phenomenonTime": _MEASURED_PERIOD,
        "resultTime": _MEASURED_PERIOD,
        "properties/source": Property("{0}.source", Kind.TEXT),
        "properties/quantity": Property("{0}.quantity", Kind.TEXT),
        "properties/box": Property("{0}.box", Kind.TEXT),
    },
    members=(
        *_members("unitOfMeasurement", "name", "symbol", "definition"),
        *_members("observedArea", "type", "coordinates"),
        *_members("properties", "box", "source", "quantity"),
    ),
    extra=f"{_FIRST_READING.format('shown')} AS since, {_AREA.format('shown')} AS area",
    geometry="observedArea",
    navigations={
        "Thing": Navigation("Things", "box"),
        "Sensor": Navigation("Sensors", "source"),
        "ObservedProperty": Navigation("ObservedProperties", "quantity"),
        "Observations": Navigation("Observations", "series", is_many=True),
    },
)
SENSORS = EntitySet(
    name="Sensors",
    relation="sensors",
    shown=(*_DESCRIBED, "encodingType", "metadata", "properties"),
    columns={
        **_NAMED,
        "encodingType": Property("'text/plain'::text", Kind.TEXT),
        "metadata": Property("{0}.description", Kind.TEXT),
    },
    navigations={"Datastreams": Navigation("Datastreams", "source", is_many=True)},
)
OBSERVED_PROPERTIES = EntitySet(
    name="ObservedProperties",
    relation="observed_properties",
    shown=("name", "definition", "description", "properties"),
    columns={
        **_NAMED,
        "definition": Property("{0}.definition", Kind.TEXT),
        "properties/quantity": Property("{0}.quantity", Kind.TEXT),
        "properties/unit": Property("{0}.unit", Kind.TEXT),
        "properties/label_de": Property("{0}.label_de", Kind.TEXT),
        "properties/low": Property("{0}.low", Kind.NUMBER),
        "properties/high": Property("{0}.high", Kind.NUMBER),
        "properties/averaging": Property("{0}.averaging", Kind.TEXT),
        "properties/decimals": Property("{0}.decimals", Kind.NUMBER),
    },
    members=_members("properties", "quantity", "unit", "label_de", "low", "high", "averaging", "decimals"),
    listed="{0}.is_listed",
    navigations={"Datastreams": Navigation("Datastreams", "quantity", is_many=True)},
)
OBSERVATIONS = EntitySet(
    name="Observations",
    relation="readings",  # for conditions of other entities; what is listed comes from api.sensorthings.observations
    shown=("phenomenonTime", "resultTime", "result", "resultQuality", "validTime", "parameters"),
    columns={
        # Exact: extract() gives a numeric.
        "@iot.id": Property(
            "concat({0}.series, '-', (extract(epoch FROM {0}.measured_at) * 1000000)::bigint)", Kind.TEXT
        ),
        "id": Property("concat({0}.series, '-', (extract(epoch FROM {0}.measured_at) * 1000000)::bigint)", Kind.TEXT),
        "phenomenonTime": _MEASURED,
        "resultTime": _MEASURED,
        "result": Property("{0}.value", Kind.NUMBER),
        "validTime": Property("NULL::timestamptz", Kind.TIME),
        "parameters/received_at": Property("({0}.measured_at + {0}.delay_s * INTERVAL '1 second')", Kind.TIME),
    },
    members=_members("parameters", "received_at", "flag"),
    navigations={
        "Datastream": Navigation("Datastreams", "series"),
        "FeatureOfInterest": Navigation("FeaturesOfInterest", "location", condition=_FEATURE_OF),
    },
)
FEATURES = EntitySet(
    name="FeaturesOfInterest",
    relation="features",
    shown=(*_DESCRIBED, "encodingType", "feature", "properties"),
    columns={**_NAMED, "encodingType": _GEOJSON, **_geometry("feature", "'Feature'")},
    members=_members("feature", "type", "coordinates"),
    geometry="feature",
    navigations={
        "Observations": Navigation("Observations", "location", is_many=True, condition=_OBSERVATIONS_OF),
    },
)

SETS: Mapping[str, EntitySet] = MappingProxyType(
    {
        each.name: each
        for each in (
            *(THINGS, LOCATIONS, HISTORICAL_LOCATIONS, DATASTREAMS),
            *(SENSORS, OBSERVED_PROPERTIES, OBSERVATIONS, FEATURES),
        )
    }
)
