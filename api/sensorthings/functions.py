"""The functions of a $filter over values: arguments, results, and how the database computes them.

Those over geometries are in api.sensorthings.spatial.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from api.sensorthings.expressions import Kind

_TEXT, _NUMBER, _TIME, _BOOLEAN, _PERIOD = Kind.TEXT, Kind.NUMBER, Kind.TIME, Kind.BOOLEAN, Kind.PERIOD


@dataclass(frozen=True, slots=True)
class Function:
    """One way to call a function: `{0}` is the first argument, `{0.begin}` and `{0.end}` are the ends of its time."""

    takes: tuple[Kind, ...]
    gives: Kind
    text: str


def _part(name: str) -> tuple[Function, ...]:
    return (Function((_TIME,), _NUMBER, f"extract({name} FROM {{0}} AT TIME ZONE 'UTC')::float8"),)


def _between_times(text: str) -> tuple[Function, ...]:
    """A relation of two times, each of them an instant or an interval with both its ends."""
    return tuple(Function((one, other), _BOOLEAN, text) for one in (_TIME, _PERIOD) for other in (_TIME, _PERIOD))


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
        "before": _between_times("({0.end} < {1.begin})"),
        "after": _between_times("({0.begin} > {1.end})"),
        "meets": _between_times("({0.end} = {1.begin} OR {0.begin} = {1.end})"),
        # An instant at the end of an interval is in the next one.
        "during": (
            Function((_TIME, _PERIOD), _BOOLEAN, "({0} >= {1.begin} AND {0} < {1.end})"),
            Function((_PERIOD, _PERIOD), _BOOLEAN, "({0.begin} >= {1.begin} AND {0.end} <= {1.end})"),
        ),
        "overlaps": _between_times("({0.begin} <= {1.end} AND {1.begin} <= {0.end})"),
        "starts": _between_times("({0.begin} = {1.begin})"),
        "finishes": _between_times("({0.end} = {1.end})"),
        "round": (Function((_NUMBER,), _NUMBER, "round({0}::numeric)::float8"),),
        "floor": (Function((_NUMBER,), _NUMBER, "floor({0})"),),
        "ceiling": (Function((_NUMBER,), _NUMBER, "ceiling({0})"),),
    }
)
