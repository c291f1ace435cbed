"""A tree of a query as SQL. Every value is bound, every name comes from the tables of entities and functions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from api.sensorthings import comparisons, entities, expressions, functions, spatial
from api.sensorthings.comparisons import Term
from api.sensorthings.entities import EntitySet, Navigation
from api.sensorthings.expressions import Binary, Call, Expression, Kind, Literal, Logic, Path, Unary
from api.sensorthings.geometries import Geometry
from api.sensorthings.spatial import Area

_TYPES = {
    Kind.NUMBER: "float8",
    Kind.TEXT: "text",
    Kind.TIME: "timestamptz",
    Kind.DATE: "date",
    Kind.CLOCK: "time",
    Kind.DURATION: "interval",
    Kind.BOOLEAN: "boolean",
}


class Parameters:
    """The values that a statement binds."""

    def __init__(self) -> None:
        self.values: list[object] = []

    def add(self, value: object, kind: str) -> str:
        """Bind a value of this database type; the parameter that stands for it in the statement."""
        self.values.append(value)
        return f"${len(self.values)}::{kind}"


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
        self.searches_readings = False  # whether it has to look for Observations, however many there are

    def condition(self, tree: Expression, scope: Scope) -> str:
        """SQL that is true where the expression is. Raises a 400 problem.

        Over a collection a comparison holds when any of its entities fulfils it. What is joined by `and` over the same
        collection has to be fulfilled by one and the same entity (18-088, 9.3.3.5, example 4).
        """
        match tree:
            case Logic(operator="and"):
                return "(" + " AND ".join(self._conjunction(tree, scope)) + ")"
            case Unary(operator="not", operand=operand):
                return f"(NOT {self.condition(operand, scope)})"
        step = self._collection(tree, scope)
        if step is not None:
            return self._any((tree,), scope, *step)
        if isinstance(tree, Logic):
            return "(" + " OR ".join(self.condition(part, scope) for part in tree.operands) + ")"
        found = self.term(tree, scope)
        if found.kind is not Kind.BOOLEAN:
            raise self._mistake(f"a condition is needed, this is {found.kind}", tree.at)
        return found.text

    def term(self, tree: Expression, scope: Scope) -> Term:
        """SQL of a value, and its kind. Raises a 400 problem."""
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

    def _conjunction(self, tree: Expression, scope: Scope) -> list[str]:
        """The parts of an `and`, with those over the same collection in one."""
        found: list[str] = []
        together: dict[tuple[str, str], tuple[Scope, list[Expression]]] = {}
        for part in expressions.conjuncts(tree):
            step = self._collection(part, scope)
            if step is None:
                found.append(self.condition(part, scope))
            else:
                together.setdefault((step[0].alias, step[1]), (step[0], []))[1].append(part)
        return found + [self._any(parts, scope, outer, name) for (_, name), (outer, parts) in together.items()]

    def _any(self, parts: Sequence[Expression], root: Scope, outer: Scope, name: str) -> str:
        navigation = outer.entity.navigations[name]
        inner = Scope(entities.SETS[navigation.target], self._alias())
        self.searches_readings |= inner.entity is entities.OBSERVATIONS
        outer.opened[name] = inner
        try:
            held = self.condition(parts[0] if len(parts) == 1 else Logic("and", tuple(parts), parts[0].at), root)
        finally:
            del outer.opened[name]
        return f"EXISTS (SELECT FROM {self._linked(navigation, outer, inner)} AND {held})"

    def _collection(self, tree: Expression, scope: Scope) -> tuple[Scope, str] | None:
        """The collection that a condition is about: scope and name of the way into it. None without one.

        An `or` is about one when all its parts are about the same.
        """
        match tree:
            case Unary(operator="not"):
                return None
            case Logic(operands=operands):
                first, *others = (self._collection(part, scope) for part in operands)
                if first is None or any(
                    other is None or other[0] is not first[0] or other[1] != first[1] for other in others
                ):
                    return None
                return first
            case _:
                steps = (self._departure(path, scope) for path in expressions.paths(tree))
                return next((step for step in steps if step is not None), None)

    def _departure(self, path: Path, scope: Scope) -> tuple[Scope, str] | None:
        """Where a path that leads through a collection leaves what is open already."""
        first: tuple[Scope, str] | None = None
        is_many = False
        for name in path.names:
            if first is None and name in scope.opened:
                scope = scope.opened[name]
                continue
            navigation = scope.entity.navigations.get(name)
            if navigation is None:
                break
            first = first or (scope, name)
            is_many = is_many or navigation.is_many
            scope = Scope(entities.SETS[navigation.target], "")
        return first if is_many else None

    def _linked(self, navigation: Navigation, outer: Scope, inner: Scope) -> str:
        return f"{inner.entity.source} AS {inner.alias} WHERE {navigation.joined(outer.alias, inner.alias)}"

    def _path(self, path: Path, names: Sequence[str], scope: Scope) -> Term:
        if names[0] in scope.opened and len(names) > 1:
            return self._path(path, names[1:], scope.opened[names[0]])
        found = scope.entity.properties.get("/".join(names))
        if found is not None:
            return Term(found.text.format(scope.alias), found.kind, found.begin.format(scope.alias))
        navigation = scope.entity.navigations.get(names[0])
        if navigation is None or len(names) == 1:
            known = ", ".join((*scope.entity.properties, *(f"{name}/…" for name in scope.entity.navigations)))
            raise self._mistake(f"{scope.entity.name} cannot be asked by {'/'.join(names)}, only by {known}", path.at)
        inner = Scope(entities.SETS[navigation.target], self._alias())
        if navigation.is_many:
            raise self._mistake(f"{names[0]} are many, so they have no one value", path.at)
        value = self._path(path, names[1:], inner)
        linked = self._linked(navigation, scope, inner)
        text, since = (
            f"(SELECT {each} FROM {linked})" if each else ""  # noqa: S608 -- our own tables' names; values are bound
            for each in (value.text, value.since)
        )
        return Term(text, value.kind, since)

    def _negative(self, tree: Unary, scope: Scope) -> Term:
        operand = self.term(tree.operand, scope)
        if operand.kind not in (Kind.NUMBER, Kind.DURATION):
            raise self._mistake(f"- takes a number, this is {operand.kind}", tree.at)
        return Term(f"(- {operand.text})", operand.kind, is_fixed=operand.is_fixed)

    def _binary(self, tree: Binary, scope: Scope) -> Term:
        left, right = self.term(tree.left, scope), self.term(tree.right, scope)
        try:
            if tree.operator not in comparisons.OPERATORS:
                return comparisons.calculate(tree.operator, left, right)
            left, right = _as_key(tree.left, left, right), _as_key(tree.right, right, left)
            return Term(comparisons.compare(tree.operator, left, right), Kind.BOOLEAN)
        except ValueError as error:
            raise self._mistake(str(error), tree.at) from None

    def _call(self, tree: Call, scope: Scope) -> Term:
        if tree.name in spatial.NAMES:
            return self._spatial(tree, scope)
        if tree.name not in functions.FUNCTIONS:
            known_names = ", ".join((*functions.FUNCTIONS, *spatial.NAMES))
            raise self._mistake(f"there is no function {tree.name}, but {known_names}", tree.at)
        given = [self.term(argument, scope) for argument in tree.arguments]
        kinds = tuple(term.kind for term in given)
        for known in functions.FUNCTIONS[tree.name]:
            if known.takes == kinds:
                return Term(known.text.format(*given), known.gives, is_fixed=all(term.is_fixed for term in given))
        wanted = " or ".join(
            f"({', '.join(known.takes)})" if known.takes else "nothing" for known in functions.FUNCTIONS[tree.name]
        )
        raise self._mistake(f"{tree.name} takes {wanted}, given ({', '.join(kinds)})", tree.at)

    def _spatial(self, tree: Call, scope: Scope) -> Term:
        arguments, pattern = list(tree.arguments), None
        if arguments and isinstance(last := arguments[-1], Literal) and last.kind is Kind.TEXT:
            pattern = str(last.value)
            arguments.pop()
        operands: list[spatial.Operand] = []
        for argument in arguments:
            found = self.term(argument, scope)
            if found.kind not in (Kind.POINT, Kind.AREA, Kind.GEOMETRY):
                raise self._mistake(f"{tree.name} takes geometries, this is {found.kind}", argument.at)
            operands.append(Area(found.text) if found.kind is Kind.AREA else found.geometry or found.text)
        try:
            text = spatial.write(tree.name, operands, pattern, self._parameters.add)
        except ValueError as error:
            raise self._mistake(f"{tree.name}: {error}", tree.at) from None
        return Term(text, Kind.NUMBER if spatial.gives_number(tree.name) else Kind.BOOLEAN)

    def _literal(self, literal: Literal) -> Term:
        match literal.value:
            case None:
                return Term("NULL", Kind.NULL, is_fixed=True)
            case Geometry() as geometry:
                return Term("", Kind.GEOMETRY, geometry=geometry, is_fixed=True)
            case (datetime() as first, datetime() as last):
                ends = self._parameters.add([first, last], "timestamptz[]")  # one value: not all need both ends
                return Term(f"({ends})[2]", Kind.PERIOD, f"({ends})[1]", is_fixed=True)
            case value:
                return Term(self._parameters.add(value, _TYPES[literal.kind]), literal.kind, is_fixed=True)

    def _alias(self) -> str:
        self._aliases += 1
        return f"t{self._aliases}"

    def _mistake(self, detail: str, at: int) -> Exception:
        return expressions.mistake(self._option, detail, at)


def _as_key(tree: Expression, term: Term, other: Term) -> Term:
    """A number that is a key, as text where a text is compared with it: `Datastream/id eq '1'` (18-088, 9.3.3.5)."""
    is_key = isinstance(tree, Path) and tree.names[-1] in ("id", "@iot.id")
    if is_key and term.kind is Kind.NUMBER and other.kind is Kind.TEXT:
        return Term(f"({term})::text", Kind.TEXT)
    return term
