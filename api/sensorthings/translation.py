"""A tree of a query as SQL. Every value is bound, every name comes from the tables of entities and functions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from api.sensorthings import entities, expressions, functions
from api.sensorthings.entities import EntitySet, Navigation
from api.sensorthings.expressions import Binary, Call, Expression, Kind, Literal, Logic, Path, Unary

_COMPARISONS = {"eq": "=", "ne": "IS DISTINCT FROM", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_UNORDERED = (Kind.POINT, Kind.POLYGON, Kind.PERIOD)
_TYPES = {
    Kind.NUMBER: "float8",
    Kind.TEXT: "text",
    Kind.TIME: "timestamptz",
    Kind.DATE: "date",
    Kind.CLOCK: "time",
    Kind.DURATION: "interval",
    Kind.BOOLEAN: "boolean",
}
_NUMBERS = {"add": "({0} + {1})", "sub": "({0} - {1})", "mul": "({0} * {1})", "div": "({0} / nullif({1}, 0))"} | {
    "mod": "({0} - {1} * trunc({0} / nullif({1}, 0)))"
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


class Parameters:
    """The values that a statement binds."""

    def __init__(self) -> None:
        self.values: list[object] = []

    def add(self, value: object, kind: str) -> str:
        """Bind a value of this database type; returns its placeholder."""
        self.values.append(value)
        return f"${len(self.values)}::{kind}"


@dataclass(frozen=True, slots=True)
class Term:
    """SQL of a value, and the kind of that value."""

    text: str
    kind: Kind


@dataclass(slots=True)
class Scope:
    """Where names are looked up: a set under its alias, and the navigations that are open already."""

    entity: EntitySet
    alias: str
    opened: dict[str, "Scope"] = field(default_factory=dict)


class Translator:
    """Translates the expressions of one statement."""

    def __init__(self, option: str, parameters: Parameters) -> None:
        self._option = option
        self._parameters = parameters
        self._aliases = 0

    def condition(self, tree: Expression, scope: Scope) -> str:
        """SQL that is true where the expression is. Raises a 400 problem."""
        match tree:
            case Logic(operator=operator, operands=operands):
                return "(" + f" {operator.upper()} ".join(self.condition(part, scope) for part in operands) + ")"
            case Unary(operator="not", operand=operand):
                return f"(NOT {self.condition(operand, scope)})"
            case _:
                return self._predicate(tree, scope)

    def term(self, tree: Expression, scope: Scope) -> Term:
        """The SQL of an expression that is a value. Raises a 400 problem."""
        match tree:
            case Literal():
                return self._literal(tree)
            case Path():
                return self._path(tree, tree.names, scope)
            case Call():
                return self._call(tree, scope)
            case Binary():
                return self._binary(tree, scope)
            case Unary(operator="-"):
                return self._negative(tree, scope)
            case _:
                return Term(self.condition(tree, scope), Kind.BOOLEAN)

    def _predicate(self, tree: Expression, scope: Scope) -> str:
        """One comparison or function. Over a collection it holds when any of its entities fulfils it."""
        for path in expressions.paths(tree):
            step = self._collection(path, scope)
            if step is not None:
                return self._any(tree, scope, *step)
        found = self.term(tree, scope)
        if found.kind is not Kind.BOOLEAN:
            raise self._mistake(f"a condition is needed, this is {found.kind}", tree.at)
        return found.text

    def _any(self, tree: Expression, root: Scope, outer: Scope, name: str) -> str:
        navigation = outer.entity.navigations[name]
        inner = Scope(entities.SETS[navigation.target], self._alias())
        outer.opened[name] = inner
        try:
            held = self._predicate(tree, root)
        finally:
            del outer.opened[name]
        return f"EXISTS (SELECT FROM {self._linked(navigation, outer, inner)} AND {held})"

    def _collection(self, path: Path, scope: Scope) -> tuple[Scope, str] | None:
        """Where a path through a collection leaves the navigations that are open already; None for other paths."""
        first: tuple[Scope, str] | None = None
        is_many = False
        for name in path.names:
            if first is None and name in scope.opened:
                scope = scope.opened[name]
                continue
            navigation = scope.entity.navigations.get(name)
            if navigation is None:
                break
            if navigation.target == entities.OBSERVATIONS.name:
                raise self._mistake(
                    "cannot filter by Observations; ask Observations with a filter on Datastream", path.at
                )
            first = first or (scope, name)
            is_many = is_many or navigation.is_many
            scope = Scope(entities.SETS[navigation.target], "")
        return first if is_many else None

    def _linked(self, navigation: Navigation, outer: Scope, inner: Scope) -> str:
        link = navigation.link
        return f"{inner.entity.source} AS {inner.alias} WHERE {inner.alias}.{link} = {outer.alias}.{link}"

    def _path(self, path: Path, names: Sequence[str], scope: Scope) -> Term:
        if names[0] in scope.opened and len(names) > 1:
            return self._path(path, names[1:], scope.opened[names[0]])
        found = scope.entity.properties.get("/".join(names))
        if found is not None:
            return Term(found.text.format(scope.alias), found.kind)
        navigation = scope.entity.navigations.get(names[0])
        if navigation is None or len(names) == 1:
            known = ", ".join((*scope.entity.properties, *(f"{name}/…" for name in scope.entity.navigations)))
            raise self._mistake(f"{scope.entity.name} cannot be asked by {'/'.join(names)}, only by {known}", path.at)
        inner = Scope(entities.SETS[navigation.target], self._alias())
        if navigation.is_many:
            raise self._mistake(f"{names[0]} are many, so they have no one value", path.at)
        value = self._path(path, names[1:], inner)
        linked = self._linked(navigation, scope, inner)
        return Term(f"(SELECT {value.text} FROM {linked})", value.kind)  # noqa: S608 -- our own tables' names; values are bound

    def _negative(self, tree: Unary, scope: Scope) -> Term:
        operand = self.term(tree.operand, scope)
        if operand.kind not in (Kind.NUMBER, Kind.DURATION):
            raise self._mistake(f"- takes a number, this is {operand.kind}", tree.at)
        return Term(f"(- {operand.text})", operand.kind)

    def _binary(self, tree: Binary, scope: Scope) -> Term:
        if tree.operator in _COMPARISONS:
            return Term(self._comparison(tree, scope), Kind.BOOLEAN)
        return self._calculation(tree, scope)

    def _comparison(self, tree: Binary, scope: Scope) -> str:
        left, right = self.term(tree.left, scope), self.term(tree.right, scope)
        if {left.kind, right.kind} == {Kind.DATE, Kind.TIME}:
            left, right = _first_moment(left), _first_moment(right)
        is_equality = tree.operator in ("eq", "ne")
        if Kind.NULL in (left.kind, right.kind) and is_equality:
            other = right if left.kind is Kind.NULL else left
            return f"({other.text} IS {'NOT ' if tree.operator == 'ne' else ''}NULL)"
        if left.kind is not right.kind:
            raise self._mistake(f"{tree.operator} compares {left.kind} with {right.kind}", tree.at)
        if left.kind in _UNORDERED:
            raise self._mistake(f"{tree.operator} does not compare shapes or intervals, functions do", tree.at)
        return f"({left.text} {_COMPARISONS[tree.operator]} {right.text})"

    def _calculation(self, tree: Binary, scope: Scope) -> Term:
        left, right = self.term(tree.left, scope), self.term(tree.right, scope)
        known = _CALCULATIONS.get((tree.operator, left.kind, right.kind))
        if known is None:
            raise self._mistake(f"{tree.operator} cannot take {left.kind} and {right.kind}", tree.at)
        return Term(known[0].format(left.text, right.text), known[1])

    def _call(self, tree: Call, scope: Scope) -> Term:
        if tree.name not in functions.FUNCTIONS:
            raise self._mistake(f"there is no function {tree.name}, but {', '.join(functions.FUNCTIONS)}", tree.at)
        given = [self.term(argument, scope) for argument in tree.arguments]
        kinds = tuple(term.kind for term in given)
        for known in functions.FUNCTIONS[tree.name]:
            if known.takes == kinds:
                return Term(known.text.format(*(term.text for term in given)), known.gives)
        wanted = " or ".join(
            f"({', '.join(known.takes)})" if known.takes else "nothing" for known in functions.FUNCTIONS[tree.name]
        )
        raise self._mistake(f"{tree.name} takes {wanted}, given ({', '.join(kinds)})", tree.at)

    def _literal(self, literal: Literal) -> Term:
        match literal.value:
            case None:
                return Term("NULL", Kind.NULL)
            case (float(longitude), float(latitude)):
                places = (self._parameters.add(longitude, "float8"), self._parameters.add(latitude, "float8"))
                return Term(f"point({places[0]}, {places[1]})", Kind.POINT)
            case (datetime() as first, datetime() as last):
                places = (self._parameters.add(first, "timestamptz"), self._parameters.add(last, "timestamptz"))
                return Term(f"tstzrange({places[0]}, {places[1]})", Kind.PERIOD)
            case tuple(rings):
                if len(rings) > 1:
                    raise self._mistake("a polygon with holes cannot be asked for", literal.at)
                corners = ",".join(f"({longitude!r},{latitude!r})" for longitude, latitude in rings[0])
                return Term(f"({self._parameters.add(f'({corners})', 'text')})::polygon", Kind.POLYGON)
            case value:
                return Term(self._parameters.add(value, _TYPES[literal.kind]), literal.kind)

    def _alias(self) -> str:
        self._aliases += 1
        return f"t{self._aliases}"

    def _mistake(self, detail: str, at: int) -> Exception:
        return expressions.mistake(self._option, detail, at)


def _first_moment(term: Term) -> Term:
    """A date that is compared with a time counts as its first moment (UTC)."""
    if term.kind is Kind.DATE:
        return Term(f"(({term.text})::timestamp AT TIME ZONE 'UTC')", Kind.TIME)
    return term
