"""What a $filter says, as a tree. Each node knows where it stands in the text (`at`)."""

from dataclasses import dataclass
from enum import StrEnum

from api.http.problems import Problem, Slug


class Kind(StrEnum):
    """The kinds of values; error messages use these words."""

    NUMBER = "a number"
    TEXT = "a text"
    TIME = "a time"
    DATE = "a date"
    CLOCK = "a time of day"
    DURATION = "a duration"
    PERIOD = "a time interval"
    BOOLEAN = "true or false"
    POINT = "a point"
    AREA = "an area"
    GEOMETRY = "a geometry"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant, as the value that is bound to a statement; None for null."""

    kind: Kind
    value: object
    at: int


@dataclass(frozen=True, slots=True)
class Path:
    """A property, at the end of any number of navigations."""

    names: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    name: str
    arguments: tuple["Expression", ...]
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    """A comparison or a calculation."""

    operator: str
    left: "Expression"
    right: "Expression"
    at: int


@dataclass(frozen=True, slots=True)
class Unary:
    """`not`, or `-`."""

    operator: str
    operand: "Expression"
    at: int


@dataclass(frozen=True, slots=True)
class Logic:
    """`and` or `or` over two or more expressions."""

    operator: str
    operands: tuple["Expression", ...]
    at: int


Expression = Literal | Path | Call | Binary | Unary | Logic


def paths(expression: Expression) -> list[Path]:
    """Every path in an expression, in order."""
    match expression:
        case Path():
            return [expression]
        case Call(arguments=inner) | Logic(operands=inner):
            return [path for part in inner for path in paths(part)]
        case Binary(left=left, right=right):
            return [*paths(left), *paths(right)]
        case Unary(operand=operand):
            return paths(operand)
        case _:
            return []


def conjuncts(expression: Expression | None) -> tuple[Expression, ...]:
    """The parts of an `and`, which must all hold; the expression itself where it is no `and`."""
    if expression is None:
        return ()
    if isinstance(expression, Logic) and expression.operator == "and":
        return tuple(part for operand in expression.operands for part in conjuncts(operand))
    return (expression,)


def mistake(option: str, detail: str, at: int | None = None, *, status: int = 400) -> Problem:
    """The problem of a query option; `at` counts the characters of its value from 0."""
    where = "" if at is None else f" (at character {at + 1})"
    return Problem(
        status,
        Slug.INVALID_QUERY,
        "Invalid query",
        f"{option}: {detail}{where}",
        errors=[{"parameter": option, "detail": f"{detail}{where}"}],
        extra={} if at is None else {"position": at},
    )
