"""Which mode holds, of those that were decided for areas around a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisis.model import areas
from crisis.state.views import AreaMode, ModeThere
from devices.readings import Mode

if TYPE_CHECKING:
    from collections.abc import Iterable


def holding(decided: Iterable[AreaMode]) -> ModeThere:
    """The mode that holds, of those of a place's own area and of the areas around it, the narrowest first.

    An emergency holds wherever it was declared, whatever was set for other areas, and a real one goes before an
    exercise. Without an emergency the narrowest decision holds, and without any decision the mode is normal.
    """
    found = [(each, each.mode, each.act) for each in decided if each.mode is not None and each.act is not None]
    # Sorting is stable: within one rank the narrowest stays first.
    found.sort(key=lambda entry: _rank(entry[1], exercise=entry[0].exercise))
    for each, mode, act in found:
        return ModeThere(mode, each.area, act.at, each.reason, each.exercise)
    return ModeThere(Mode.NORMAL, areas.EVERYWHERE, None)


def _rank(mode: Mode, *, exercise: bool) -> int:
    if mode is not Mode.EMERGENCY:
        return 2
    return 1 if exercise else 0
