"""The position of the sun, good to about a degree: enough for a solar panel on a lamp post."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firmware_sim.box_ids import Position

_DAY_SECONDS = 86_400.0
_YEAR_SECONDS = 365.2422 * _DAY_SECONDS
_SOLSTICE_SECONDS = 355 * _DAY_SECONDS  # 22 December 1970
_TILT = math.radians(23.44)


def height(at_seconds: float, place: Position) -> float:
    """The sine of the sun's elevation: 1 overhead, 0 at the horizon, negative at night."""
    steady, swing = _terms(at_seconds, place)
    return steady + swing * math.cos(_hour_angle(at_seconds, place))


def day(at_seconds: float, place: Position) -> int:
    """The number of the solar day: it changes when `light_today` starts again."""
    return int(_turns(at_seconds, place) // 1)


def light_today(at_seconds: float, place: Position) -> float:
    """The integral of `height` above the horizon since midnight (solar time), in hours."""
    steady, swing = _terms(at_seconds, place)
    sunset = math.acos(max(-1.0, min(1.0, -steady / swing)))
    until = max(-sunset, min(sunset, _hour_angle(at_seconds, place)))
    area = steady * (until + sunset) + swing * (math.sin(until) + math.sin(sunset))
    return area * 12 / math.pi


def _terms(at_seconds: float, place: Position) -> tuple[float, float]:
    declination = -_TILT * math.cos(2 * math.pi * (at_seconds - _SOLSTICE_SECONDS) / _YEAR_SECONDS)
    latitude = math.radians(place.latitude)
    return math.sin(latitude) * math.sin(declination), math.cos(latitude) * math.cos(declination)


def _hour_angle(at_seconds: float, place: Position) -> float:
    """-pi at midnight, 0 at noon."""
    return (_turns(at_seconds, place) % 1.0 - 0.5) * 2 * math.pi


def _turns(at_seconds: float, place: Position) -> float:
    return at_seconds / _DAY_SECONDS + place.longitude / 360
