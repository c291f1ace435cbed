"""The survey of a node: made anew when something may have changed, and otherwise the one from before."""

from __future__ import annotations

from datetime import timedelta

from crisis.places.gazetteer import Gazetteer
from crisis.presence import Presence
from crisis.state.power.episodes import BoxPower
from crisis.state.power.outlook import Outlook
from tests.crisis.support.examples import NOW

PLACES = Gazetteer()
POWER = {"71-01": BoxPower("71-01", True, NOW, NOW, (52.48, 13.34))}


def test_a_survey_holds_for_seconds_and_a_change_of_the_log_or_the_map_makes_a_new_one_at_once() -> None:
    outlook, presence = Outlook(), Presence()
    first = outlook.survey(POWER, presence, PLACES, NOW)

    assert outlook.survey(POWER, presence, PLACES, NOW + timedelta(seconds=4)) is first
    assert outlook.survey(POWER, presence, PLACES, NOW + timedelta(seconds=5)) is not first
    now = NOW + timedelta(seconds=5)
    second = outlook.survey(POWER, presence, PLACES, now)
    assert outlook.survey(dict(POWER), presence, PLACES, now) is not second
    third = outlook.survey(POWER, presence, PLACES, now)
    assert outlook.survey(POWER, presence, Gazetteer(), now) is not third


def test_a_clock_that_was_set_back_does_not_keep_a_survey_of_the_future() -> None:
    outlook, presence = Outlook(), Presence()
    first = outlook.survey(POWER, presence, PLACES, NOW)

    assert outlook.survey(POWER, presence, PLACES, NOW - timedelta(days=1)) is not first
