"""The axis of values: round numbers that people count in, far enough for all that is drawn. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devices.quantities import Averaging

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.charts.chart import Chart

_TICKS = 4  # about so many distances
_CIRCLE = (0.0, 90.0, 180.0, 270.0, 360.0)
# An axis begins at 0 when its lowest value is nearer to it than this share of its highest one.
_NEAR_ZERO = 0.6
# A limit further away than so many times the highest value would press the values flat.
_LIMIT_REACH = 4.0
_CONSTANT_MARGIN = 200  # a constant of 1013 lies between 1003 and 1023
_FARTHEST = 1e300  # a broken sensor says anything, and the distance of two doubles may be no double
_FLAT = 1e-9  # relative: less than that is a constant


@dataclass(frozen=True, slots=True)
class ValueAxis:
    """From `low` to `high`, with a line at each of `ticks`, which are written with `decimals`."""

    low: float
    high: float
    ticks: Sequence[float]
    decimals: int

    def share(self, value: float) -> float:
        """How far up a value lies: 0 at the bottom, 1 at the top; what lies beyond stays at the edge."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


def of(chart: Chart) -> ValueAxis:
    """The axis for all lines of a chart, and for its limits as far as they are near."""
    if chart.is_direction:
        return ValueAxis(0.0, 360.0, _CIRCLE, 0)
    lists = [values for line in chart.lines for values in (_known(line.value), line.low, line.high) if values]
    if not lists:
        lists = [[0.0, *(limit.value for limit in chart.limits)]]
    low, high = min(map(min, lists)), max(map(max, lists))
    near = [limit.value for limit in chart.limits if _is_near(limit.value, low, high)]
    low, high = min(low, *near, low), max(high, *near, high)
    if 0 < low < _NEAR_ZERO * high and chart.averaging is not Averaging.ENERGETIC:
        low = 0.0
    return between(low, high)


def between(low: float, high: float) -> ValueAxis:
    """Round numbers from below `low` to above `high`, as far as they can be counted."""
    low, high = (min(max(each, -_FARTHEST), _FARTHEST) for each in (low, high))
    if high - low <= _FLAT * max(abs(low), abs(high), 1e-300):
        margin = _round_step(abs(low) / _CONSTANT_MARGIN) if low else 1.0
        low, high = low - margin, high + margin
    step = _round_step((high - low) / _TICKS)
    first, last = math.floor(low / step + _FLAT), math.ceil(high / step - _FLAT)
    ticks = [_exact(number, step) for number in range(first, last + 1)]
    return ValueAxis(ticks[0], ticks[-1], ticks, max(0, -math.floor(math.log10(step) + _FLAT)))


def is_shown(axis: ValueAxis, value: float) -> bool:
    """Whether a value lies on the axis."""
    return axis.low <= value <= axis.high


def _known(values: Sequence[float | None]) -> Sequence[float]:
    return [value for value in values if value is not None]


def _is_near(limit: float, low: float, high: float) -> bool:
    size = max(abs(low), abs(high))
    return abs(limit) <= _LIMIT_REACH * size if size else True


def _round_step(size: float) -> float:
    """1, 2 or 5 times a power of ten, at least `size`."""
    if size <= 0 or not math.isfinite(size):
        return 1.0
    power = 10.0 ** math.floor(math.log10(size))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= size * (1 - _FLAT)), 10 * power)


def _exact(number: int, step: float) -> float:
    """A multiple of the step without what binary fractions add: 0.3, not 0.30000000000000004."""
    return round(number * step, max(0, 2 - math.floor(math.log10(step))))
