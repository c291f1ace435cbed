"""Constants of a query: from their text to the values that are bound to a statement."""

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from api.sensorthings import expressions
from api.sensorthings.expressions import Kind, Literal
from api.sensorthings.tokens import Token

_DURATION = re.compile(r"(-?)P(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,6})?)S)?)?")
_NUMBER = r"[+\-]?\d+(?:\.\d+)?(?:[eE][+\-]?\d+)?"
_POSITION = re.compile(rf"\s*({_NUMBER})\s+({_NUMBER})(?:\s+{_NUMBER})?\s*")
_POINT = re.compile(r"\s*(?:SRID=4326;)?\s*POINT\s*Z?\s*\(([^()]*)\)\s*", re.IGNORECASE)
_POLYGON = re.compile(r"\s*(?:SRID=4326;)?\s*POLYGON\s*Z?\s*\(((?:\s*\([^()]*\)\s*,?)+)\)\s*", re.IGNORECASE)
_CORNERS_MIN = 4  # a ring is closed: a triangle has four

Position = tuple[float, float]  # longitude, latitude
Rings = tuple[tuple[Position, ...], ...]  # the outline, then the holes


def read(option: str, token: Token) -> Literal:
    """The value of a token that stands for one (`is_value`). Raises a 400 problem."""
    kind, reader = _READERS[token.kind]
    try:
        if token.kind == "shape":
            return _shape(token)
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


def _position(text: str) -> Position:
    match = _POSITION.fullmatch(text)
    if match is None:
        raise ValueError("a position is longitude and latitude with a space between")
    longitude, latitude = float(match[1]), float(match[2])
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise ValueError("a position is finite")
    return longitude, latitude


def _shape(token: Token) -> Literal:
    if point := _POINT.fullmatch(token.text):
        return Literal(Kind.POINT, _position(point[1]), token.at)
    polygon = _POLYGON.fullmatch(token.text)
    if polygon is None:
        raise ValueError("write POINT(13.4 52.5), or POLYGON((13 52,14 52,14 53,13 52)); nothing else is known here")
    rings = tuple(
        tuple(_position(corner) for corner in ring.split(",")) for ring in re.findall(r"\(([^()]*)\)", polygon[1])
    )
    if any(len(ring) < _CORNERS_MIN or ring[0] != ring[-1] for ring in rings):
        raise ValueError("a ring ends where it begins and has at least four positions")
    return Literal(Kind.POLYGON, rings, token.at)


_READERS: dict[str, tuple[Kind, Callable[[str], object]]] = {
    "text": (Kind.TEXT, lambda text: text.replace("''", "'")),
    "number": (Kind.NUMBER, float),
    "time": (Kind.TIME, moment),
    "period": (Kind.PERIOD, _period),
    "date": (Kind.DATE, date.fromisoformat),
    "clock": (Kind.CLOCK, time.fromisoformat),
    "duration": (Kind.DURATION, _duration),
    "shape": (Kind.POINT, _position),
}
