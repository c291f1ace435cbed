"""Means of one kind or another (`Averaging`): what a mean is when all values count equally, and when it is valid."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from devices.quantities import Averaging

if TYPE_CHECKING:
    from collections.abc import Sequence

# Of the hours of a day (directive 2008/50/EC, annex XI), and of wider steps that are made of hours.
VALID_COVERAGE = 0.75
_HOUR = timedelta(hours=1)
# Under this length a mean of unit vectors points nowhere. SQL's means have the same bound.
_CANCELLED = 1e-9


def counts(coverage: float | None, width: timedelta) -> bool:
    """Whether the mean of a step counts beside those of other boxes: an hour, and less, as soon as it was heard.

    How many five-minutes of an hour are heard depends on how often a box measures; one that does so every ten minutes
    has half of them and misses nothing. Of wider steps three quarters of the hours have to be heard.
    """
    return width <= _HOUR or (coverage is not None and coverage >= VALID_COVERAGE)


def mean(values: Sequence[float], averaging: Averaging) -> float | None:
    """The mean of these values, in their unit; None for no values, for totals, and for directions that cancel out."""
    if not values or averaging is Averaging.NONE:
        return None
    if len(values) == 1 and averaging is not Averaging.CIRCULAR:  # 360 degrees are 0
        return values[0]
    if averaging is Averaging.ENERGETIC:
        return 10 * math.log10(_arithmetic([10 ** (value / 10) for value in values]))
    if averaging is Averaging.CIRCULAR:
        return _direction(values)
    return _arithmetic(values)


def _arithmetic(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _direction(degrees: Sequence[float]) -> float | None:
    """From 0 to below 360 degrees."""
    east = _arithmetic([math.sin(math.radians(each)) for each in degrees])
    north = _arithmetic([math.cos(math.radians(each)) for each in degrees])
    if math.hypot(east, north) < _CANCELLED:
        return None
    return math.degrees(math.atan2(east, north)) % 360 % 360  # -1e-15 % 360 is 360.0
