"""Comparisons and calculations of a $filter, as SQL over the SQL of their two sides. Pure."""

from dataclasses import dataclass

from api.sensorthings.expressions import Kind
from api.sensorthings.geometries import Geometry

OPERATORS = ("eq", "ne", "gt", "ge", "lt", "le")

_SIGNS = {"eq": "=", "ne": "IS DISTINCT FROM", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_MIRRORED = {"eq": "eq", "ne": "ne", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
# An interval counts by its end: `phenomenonTime gt ...` finds the Datastreams that were heard of since. Compared with
# an interval, `lt` and `ge` look at the beginning of that: one of lt and ge holds, and one of gt and le. An instant is
# equal to an interval that it lies in.
_OF_PERIODS = {
    "eq": "({0.begin} = {1.begin} AND {0.end} = {1.end})",
    "ne": "({0.begin} IS DISTINCT FROM {1.begin} OR {0.end} IS DISTINCT FROM {1.end})",
    "gt": "({0.end} > {1.end})",
    "le": "({0.end} <= {1.end})",
    "lt": "({0.end} < {1.begin})",
    "ge": "({0.end} >= {1.begin})",
}
_UNORDERED = (Kind.POINT, Kind.AREA, Kind.GEOMETRY)
_NUMBERS = {
    "add": "({0} + {1})",
    "sub": "({0} - {1})",
    "mul": "({0} * {1})",
    "div": "({0} / nullif({1}, 0))",
    "mod": "({0} - {1} * trunc({0} / nullif({1}, 0)))",
}
_T, _D, _N = Kind.TIME, Kind.DURATION, Kind.NUMBER
_CALCULATIONS = {
    **{(name, _N, _N): (text, _N) for name, text in _NUMBERS.items()},
    ("add", _T, _D): ("({0} + {1})", _T),
    ("add", _D, _T): ("({0} + {1})", _T),
    ("sub", _T, _D): ("({0} - {1})", _T),
    ("sub", _T, _T): ("({0} - {1})", _D),
    ("add", _D, _D): ("({0} + {1})", _D),
    ("sub", _D, _D): ("({0} - {1})", _D),
    ("mul", _D, _N): ("({0} * {1})", _D),
    ("mul", _N, _D): ("({0} * {1})", _D),
    ("div", _D, _N): ("({0} / nullif({1}, 0))", _D),
}


@dataclass(frozen=True, slots=True)
class Term:
    """SQL of a value, and its kind.

    Of an interval `text` is the end, `since` the beginning; a geometry of the query has no SQL.
    """

    text: str
    kind: Kind
    since: str = ""
    geometry: Geometry | None = None
    is_fixed: bool = False  # a constant of the query, or computed from constants only

    @property
    def begin(self) -> str:
        """SQL of the moment at which this time begins."""
        return self.since or self.text

    @property
    def end(self) -> str:
        """SQL of the moment at which this time ends."""
        return self.text

    def __str__(self) -> str:
        return self.text


def compare(operator: str, left: Term, right: Term) -> str:
    """SQL of a comparison. Raises ValueError where the two sides cannot be compared."""
    if Kind.NULL in (left.kind, right.kind) and operator in ("eq", "ne"):
        other = right if left.kind is Kind.NULL else left
        return f"({other} IS {'NOT ' if operator == 'ne' else ''}NULL)"
    left, right = _alike(left, right)
    if Kind.PERIOD in (left.kind, right.kind) and {left.kind, right.kind} <= {Kind.PERIOD, Kind.TIME}:
        if left.is_fixed and not right.is_fixed:
            left, operator, right = right, _MIRRORED[operator], left
        if left.kind is not right.kind and operator in ("eq", "ne"):
            instant, period = (left, right) if right.kind is Kind.PERIOD else (right, left)
            return f"({'' if operator == 'eq' else 'NOT '}{instant} BETWEEN {period.begin} AND {period.end})"
        return _OF_PERIODS[operator].format(left, right)
    if left.kind is not right.kind:
        raise ValueError(f"{operator} compares {left.kind} with {right.kind}")
    if left.kind in _UNORDERED:
        raise ValueError(f"{operator} does not compare geometries, functions do")
    return f"({left} {_SIGNS[operator]} {right})"


def calculate(operator: str, left: Term, right: Term) -> Term:
    """SQL of a calculation. Raises ValueError where it cannot take its two sides."""
    known = _CALCULATIONS.get((operator, left.kind, right.kind))
    if known is None:
        raise ValueError(f"{operator} cannot take {left.kind} and {right.kind}")
    return Term(known[0].format(left, right), known[1], is_fixed=left.is_fixed and right.is_fixed)


def _alike(left: Term, right: Term) -> tuple[Term, Term]:
    """Both sides as one kind, where one of them says less: a date beside a time, a time beside a time of day."""
    kinds = {left.kind, right.kind}
    if Kind.DATE in kinds and kinds & {Kind.TIME, Kind.PERIOD}:
        return _first_moment(left), _first_moment(right)
    if kinds == {Kind.CLOCK, Kind.TIME}:
        return _clock(left), _clock(right)
    return left, right


def _first_moment(term: Term) -> Term:
    """A date that is compared with a time counts as its first moment (UTC)."""
    if term.kind is Kind.DATE:
        return Term(f"(({term})::timestamp AT TIME ZONE 'UTC')", Kind.TIME, is_fixed=term.is_fixed)
    return term


def _clock(term: Term) -> Term:
    """A time that is compared with a time of day counts as its own time of day (UTC)."""
    if term.kind is Kind.TIME:
        return Term(f"({term} AT TIME ZONE 'UTC')::time", Kind.CLOCK, is_fixed=term.is_fixed)
    return term
