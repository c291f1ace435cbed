"""The entity sets: what they are made of, how they are linked, and which of their properties a query may use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from api.sensorthings.expressions import Kind
from kiezbox import sql


@dataclass(frozen=True, slots=True)
class Property:
    """A property as SQL over the relation's alias, which stands for `{0}`."""

    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Navigation:
    """A way from one set to another: rows with the same value in the column `link` belong together."""

    target: str
    link: str
    is_many: bool = False


@dataclass(frozen=True)
class EntitySet:
    """One entity set. `columns` are properties that a query may use; `shown` are all that an entity has."""

    name: str
    relation: str  # a file of sql/, with the columns `key` and each `link`
    shown: tuple[str, ...]
    columns: Mapping[str, Property]
    navigations: Mapping[str, Navigation]
    key_type: str = "text"
    extra: str = ""  # columns worth their price only for the rows of a page, over the alias `shown`
    properties: Mapping[str, Property] = field(init=False)

    def __post_init__(self) -> None:
        key = Property("{0}.key", Kind.TEXT if self.key_type == "text" else Kind.NUMBER)
        known = {"@iot.id": key, "id": key, **self.columns}
        object.__setattr__(self, "properties", MappingProxyType(known))

    @cached_property
    def source(self) -> str:
        """The relation as it stands in a FROM clause, without its alias."""
        return f"(\n{sql.load('api.sensorthings', self.relation)})"


LINK_TYPES = MappingProxyType({"box": "text", "source": "text", "quantity": "text", "series": "integer"})

_NAMED = {"name": Property("{0}.name", Kind.TEXT), "description": Property("{0}.description", Kind.TEXT)}
_POINT = Property("point({0}.longitude, {0}.latitude)", Kind.POINT)
_MEASURED = Property("{0}.measured_at", Kind.TIME)
_MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
_DESCRIBED = ("name", "description")

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
    columns={**_NAMED, "location": _POINT},
    navigations={
        "Things": Navigation("Things", "box", is_many=True),
        "HistoricalLocations": Navigation("HistoricalLocations", "box", is_many=True),
    },
)
HISTORICAL_LOCATIONS = EntitySet(
    name="HistoricalLocations",
    relation="historical_locations",
    shown=("time",),
    columns={"time": Property('{0}."time"', Kind.TIME)},
    navigations={"Thing": Navigation("Things", "box"), "Locations": Navigation("Locations", "box", is_many=True)},
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
        "observedArea": _POINT,
        "properties/source": Property("{0}.source", Kind.TEXT),
        "properties/quantity": Property("{0}.quantity", Kind.TEXT),
        "properties/box": Property("{0}.box", Kind.TEXT),
    },
    # The first reading takes one step in the index of `reading`; the last is in `latest`. Nothing is scanned.
    extra="""
        (SELECT reading.measured_at FROM reading WHERE reading.series = shown.series
         ORDER BY reading.measured_at LIMIT 1) AS since""",
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
    columns=_NAMED,
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
    },
    navigations={"Datastreams": Navigation("Datastreams", "quantity", is_many=True)},
)
OBSERVATIONS = EntitySet(
    name="Observations",
    relation="",  # the readings of many series are merged: api.sensorthings.observations
    shown=("phenomenonTime", "resultTime", "result", "parameters"),
    columns={
        # Exact: extract() gives a numeric.
        "@iot.id": Property(
            "concat({0}.series, '-', (extract(epoch FROM {0}.measured_at) * 1000000)::bigint)", Kind.TEXT
        ),
        "id": Property("concat({0}.series, '-', (extract(epoch FROM {0}.measured_at) * 1000000)::bigint)", Kind.TEXT),
        "phenomenonTime": _MEASURED,
        "resultTime": _MEASURED,
        "result": Property("{0}.value", Kind.NUMBER),
        "parameters/received_at": Property("({0}.measured_at + {0}.delay_s * INTERVAL '1 second')", Kind.TIME),
    },
    navigations={
        "Datastream": Navigation("Datastreams", "series"),
        "FeatureOfInterest": Navigation("FeaturesOfInterest", "box"),
    },
)
FEATURES = EntitySet(
    name="FeaturesOfInterest",
    relation="features",
    shown=(*_DESCRIBED, "encodingType", "feature", "properties"),
    columns={**_NAMED, "feature": _POINT},
    navigations={"Observations": Navigation("Observations", "box", is_many=True)},
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
