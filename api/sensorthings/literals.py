"""Constants of a query: from their text to the values that are bound to a statement."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from api.sensorthings import expressions, geometries
from api.sensorthings.expressions import Kind, Literal
from api.sensorthings.tokens import Token

_DURATION = re.compile(r"(-?)P(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,6})?)S)?)?")


def read(option: str, token: Token) -> Literal:
    """The value of a token that stands for one (`is_value`). Raises a 400 problem."""
    kind, reader = _READERS[token.kind]
    try:
        return Literal(kind, reader(token.text), token.at)
    except (ValueError, OverflowError) as error:
        raise expressions.mistake(option, f"{token.text!r} is not {kind}: {error}", token.at) from None


def is_value(token: Token) -> bool:
    """Whether a token stands for a value."""
    return token.kind in _READERS


def moment(text: str) -> datetime:
    """A time with its zone. Raises ValueError."""
    return datetime.fromisoformat(text.upper().replace(" ", "+")).astimezone(UTC)


def _period(text: str) -> tuple[datetime, datetime]:
    first, _, last = text.partition("/")
    if moment(first) > moment(last):
        raise ValueError("it ends before it begins")
    return moment(first), moment(last)


def _duration(text: str) -> timedelta:
    match = _DURATION.fullmatch(text.upper())
    if match is None or text.upper().endswith(("P", "T")):
        raise ValueError("write for example duration'P1D' or duration'PT2H30M'")
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups()[1:])
    size = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -size if match[1] else size


_READERS: dict[str, tuple[Kind, Callable[[str], object]]] = {
    "text": (Kind.TEXT, lambda text: text.replace("''", "'")),
    "number": (Kind.NUMBER, float),
    "time": (Kind.TIME, moment),
    "period": (Kind.PERIOD, _period),
    "date": (Kind.DATE, date.fromisoformat),
    "clock": (Kind.CLOCK, time.fromisoformat),
    "duration": (Kind.DURATION, _duration),
    "shape": (Kind.GEOMETRY, geometries.read),
}
