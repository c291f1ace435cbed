"""The emergencies that hold now, as every public page says them above all else; none where another process knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.crisis.deps import CRISIS_DEPS
from crisis.model import areas
from crisis.state.conclusions import area_names
from devices.readings import Mode
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Request

    from crisis.node import Node
    from translations.words import Words

_CITY = N_("the whole city")
_REAL = N_("Emergency: %(areas)s")
_EXERCISE = N_("EXERCISE, no emergency: %(areas)s")


@dataclass(frozen=True, slots=True)
class Emergency:
    """A line above a page; `is_exercise`: nothing has happened."""

    text: str
    is_exercise: bool


def of(request: Request, words: Words) -> tuple[Emergency, ...]:
    """The real emergency first, then the exercise, if there are any."""
    found = CRISIS_DEPS.find(request.app)
    return () if found is None else told(found.node, area_names.given(found.node), words)


def told(node: Node, called: Mapping[str, str], words: Words) -> tuple[Emergency, ...]:
    """The emergencies that a node knows of, in words. `called`: what operators call areas."""
    lines = []
    for is_exercise, text in ((False, _REAL), (True, _EXERCISE)):
        found = [
            _name(each.area, called, words)
            for each in node.state.area_modes()
            if each.mode is Mode.EMERGENCY and each.exercise is is_exercise
        ]
        if found:
            lines.append(Emergency(words.text(text, areas=words.listed(found)), is_exercise))
    return tuple(lines)


def _name(area: str, called: Mapping[str, str], words: Words) -> str:
    if area == areas.EVERYWHERE:
        return words.text(_CITY)
    named = called.get(area)
    if named:
        return named
    if areas.district(area) != area:
        return words.text(N_("around box %(box)s"), box=area)
    return words.text(N_("around the boxes %(number)s-…"), number=area.removeprefix("district-"))
