"""Colours of classes: what a value is called (devices/limits.py) decides how it looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards import mappings
from devices import limits

if TYPE_CHECKING:
    from dashboards.fields import Threshold
    from devices.limits import Statistic


def thresholds(quantity: str, statistic: Statistic) -> tuple[Threshold, ...]:
    """Where the colours of a number change, the least class first."""
    found = [each for each in limits.CLASSES if (each.quantity, each.statistic) == (quantity, statistic)]
    found.sort(key=lambda each: float("-inf") if each.low is None else each.low)
    return tuple((each.low, mappings.CLASSES[each.name].color) for each in found)
