"""The emergencies above every public page: where they hold, as people call it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from api.site.layout import emergency
from crisis.model.event_bodies import ModeSet
from crisis.state.state import State
from devices.readings import Mode
from tests.crisis.support.examples import event
from translations import catalogues, domains

GERMAN = catalogues.words(domains.SITE, next(each for each in domains.SITE.languages if each.tag == "de"))


@pytest.mark.parametrize(
    ("area", "called", "told"),
    [
        ("all", {}, "Notfall: ganze Stadt"),
        ("district-71", {}, "Notfall: rund um die Boxen 71-…"),
        ("district-71", {"district-71": "Schöneberg"}, "Notfall: Schöneberg"),
        ("71-01", {}, "Notfall: rund um die Box 71-01"),
        ("rathaus", {}, "Notfall: rund um die Box rathaus"),
    ],
)
def test_an_area_is_named_as_what_it_is(area: str, called: dict[str, str], told: str) -> None:
    state = State()
    state.apply(event(ModeSet(area, Mode.EMERGENCY)))

    (found,) = emergency.told(SimpleNamespace(state=state), called, GERMAN)  # type: ignore[arg-type]  # all it reads

    assert (found.text, found.is_exercise) == (told, False)
