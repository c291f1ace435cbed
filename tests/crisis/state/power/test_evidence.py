"""What is known of a box: its word from the log, made fresh by what it says now, and never changed by that."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from crisis.presence import Presence
from crisis.state.power import evidence
from crisis.state.power.episodes import BoxPower
from devices.readings import Status
from tests.crisis.support.examples import NOW

BOX = "71-01"
SAID = BoxPower(BOX, False, NOW - timedelta(hours=2), NOW - timedelta(hours=2), (52.48, 13.34), 60.0, 90.0)


def seen(status: Status, ago: timedelta = timedelta()) -> evidence.Evidence:
    presence = Presence()
    presence.hear(BOX, status, NOW - ago)
    (found,) = evidence.gather({BOX: SAID}, presence)
    return found


@pytest.mark.parametrize(
    ("cadence_s", "minutes", "is_fresh"), [(60.0, 10, True), (60.0, 11, False), (900.0, 45, True), (None, 11, False)]
)
def test_a_word_is_fresh_for_three_messages_or_ten_minutes(
    cadence_s: float | None, minutes: int, is_fresh: bool
) -> None:
    (found,) = evidence.gather({BOX: dataclasses.replace(SAID, told_at=NOW, cadence_s=cadence_s)}, Presence())

    assert found.is_fresh(NOW + timedelta(minutes=minutes)) is is_fresh


def test_a_box_that_says_the_same_again_is_fresh() -> None:
    found = seen(Status(True, mains=False, battery_percent=70.0), timedelta(minutes=1))

    assert (found.mains, found.since, found.told_at) == (False, SAID.since, NOW - timedelta(minutes=1))
    assert (found.battery_percent, found.reachable) == (70.0, True)


@pytest.mark.parametrize("status", [Status(True, mains=True), Status(True), Status(False)])
def test_another_word_that_is_not_in_the_log_yet_and_silence_change_nothing(status: Status) -> None:
    found = seen(status)

    assert (found.mains, found.since, found.told_at) == (False, SAID.since, SAID.told_at)
    assert found.reachable is status.online


def test_a_box_that_never_said_anything_of_its_power_is_known_by_its_place_alone() -> None:
    presence = Presence()
    presence.hear("71-09", Status(True, latitude=52.5, longitude=13.3), NOW)

    (found,) = evidence.gather({}, presence)

    assert (found.mains, found.position, found.is_fresh(NOW)) == (None, (52.5, 13.3), False)
