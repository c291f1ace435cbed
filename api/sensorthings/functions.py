"""The functions of a $filter: their arguments, their results, and how the database computes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from api.sensorthings.expressions import Kind

_TEXT, _NUMBER, _TIME, _BOOLEAN = Kind.TEXT, Kind.NUMBER, Kind.TIME, Kind.BOOLEAN


@dataclass(frozen=True, slots=True)
class Function:
    """One way to call a function; its arguments stand for `{0}`, `{1}`, `{2}`."""

    takes: tuple[Kind, ...]
    gives: Kind
    text: str


def _part(name: str) -> tuple[Function, ...]:
    return (Function((_TIME,), _NUMBER, f"extract({name} FROM {{0}} AT TIME ZONE 'UTC')::float8"),)


_RELATED = (  # of two points, of a point and a polygon, of a polygon and a point
    Function((Kind.POINT, Kind.POINT), _BOOLEAN, "({0} ~= {1})"),
    Function((Kind.POINT, Kind.POLYGON), _BOOLEAN, "({0} <@ {1})"),
    Function((Kind.POLYGON, Kind.POINT), _BOOLEAN, "({0} @> {1})"),
)
_APART = tuple(Function(each.takes, _BOOLEAN, f"(NOT {each.text})") for each in _RELATED)
# In degrees: the unit of the coordinate reference system, as geo.distance of OData has it.
_DISTANCE = tuple(Function(each.takes, _NUMBER, "({0} <-> {1})") for each in _RELATED)

FUNCTIONS: Mapping[str, tuple[Function, ...]] = MappingProxyType(
    {
        "substringof": (Function((_TEXT, _TEXT), _BOOLEAN, "(strpos({1}, {0}) > 0)"),),
        "contains": (Function((_TEXT, _TEXT), _BOOLEAN, "(strpos({0}, {1}) > 0)"),),
        "startswith": (Function((_TEXT, _TEXT), _BOOLEAN, "starts_with({0}, {1})"),),
        "endswith": (Function((_TEXT, _TEXT), _BOOLEAN, "(right({0}, length({1})) = {1})"),),
        "length": (Function((_TEXT,), _NUMBER, "length({0})::float8"),),
        "indexof": (Function((_TEXT, _TEXT), _NUMBER, "(strpos({0}, {1}) - 1)::float8"),),
        "substring": (
            Function((_TEXT, _NUMBER), _TEXT, "substr({0}, {1}::integer + 1)"),
            Function((_TEXT, _NUMBER, _NUMBER), _TEXT, "substr({0}, {1}::integer + 1, {2}::integer)"),
        ),
        "tolower": (Function((_TEXT,), _TEXT, "lower({0})"),),
        "toupper": (Function((_TEXT,), _TEXT, "upper({0})"),),
        "trim": (Function((_TEXT,), _TEXT, "btrim({0})"),),
        "concat": (Function((_TEXT, _TEXT), _TEXT, "({0} || {1})"),),
        "year": _part("year"),
        "month": _part("month"),
        "day": _part("day"),
        "hour": _part("hour"),
        "minute": _part("minute"),
        "second": (Function((_TIME,), _NUMBER, "floor(extract(second FROM {0}))::float8"),),
        "fractionalseconds": (Function((_TIME,), _NUMBER, "mod(extract(second FROM {0}), 1)::float8"),),
        "date": (Function((_TIME,), Kind.DATE, "({0} AT TIME ZONE 'UTC')::date"),),
        "time": (Function((_TIME,), Kind.CLOCK, "({0} AT TIME ZONE 'UTC')::time"),),
        "totaloffsetminutes": (Function((_TIME,), _NUMBER, "(0 * extract(day FROM {0}))::float8"),),
        "now": (Function((), _TIME, "now()"),),
        "mindatetime": (Function((), _TIME, "'-infinity'::timestamptz"),),
        "maxdatetime": (Function((), _TIME, "'infinity'::timestamptz"),),
        "before": (Function((_TIME, _TIME), _BOOLEAN, "({0} < {1})"),),
        "after": (Function((_TIME, _TIME), _BOOLEAN, "({0} > {1})"),),
        "during": (Function((_TIME, Kind.PERIOD), _BOOLEAN, "({0} <@ {1})"),),
        "round": (Function((_NUMBER,), _NUMBER, "round({0}::numeric)::float8"),),
        "floor": (Function((_NUMBER,), _NUMBER, "floor({0})"),),
        "ceiling": (Function((_NUMBER,), _NUMBER, "ceiling({0})"),),
        "geo.distance": _DISTANCE,
        "st_distance": _DISTANCE,
        "geo.intersects": _RELATED,
        "st_intersects": _RELATED,
        "st_within": _RELATED[:2],
        "st_contains": (_RELATED[0], _RELATED[2]),
        "st_equals": _RELATED[:1],
        "st_disjoint": _APART,
    }
)
