"""What a hub knows of boxes from what they say about themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from crisis.presence import Presence, hours_left
from devices.readings import Status
from tests.crisis.support.examples import NOW, after

BOX = "71-01"
ON_BATTERY = Status(online=True, mains=False, battery_percent=80.0)


def test_a_box_that_speaks_is_reachable_since_it_first_did() -> None:
    presence = Presence()

    presence.hear(BOX, ON_BATTERY, NOW)
    presence.hear(BOX, ON_BATTERY, after(60))

    seen = presence.of(BOX)
    assert seen is not None
    assert (seen.is_reachable, seen.since, seen.heard_at) == (True, NOW, after(60))


def test_a_last_will_says_since_when_a_box_is_gone_and_forgets_nothing() -> None:
    presence = Presence()
    presence.hear(BOX, ON_BATTERY, NOW)

    presence.hear(BOX, Status(online=False), after(60))
    presence.hear(BOX, Status(online=False), after(90))

    seen = presence.of(BOX)
    assert seen is not None
    assert (seen.is_reachable, seen.since) == (False, after(60))
    assert (seen.status, seen.status_at) == (ON_BATTERY, NOW)


def test_what_the_broker_retained_has_an_age_but_no_beginning() -> None:
    presence = Presence()

    presence.hear(BOX, Status(online=True, at=NOW, mains=True), after(3600), retained=True)
    presence.hear("71-02", Status(online=False), after(3600), retained=True)

    there, gone = presence.of(BOX), presence.of("71-02")
    assert there is not None
    assert gone is not None
    assert (there.since, there.status_at) == (None, NOW)
    assert (gone.is_reachable, gone.since, gone.status) == (False, None, None)


def test_how_long_a_battery_lasts_follows_from_how_it_fell() -> None:
    presence = Presence()
    for minutes in range(0, 121, 10):
        status = Status(online=True, mains=False, battery_percent=80.0 - minutes / 12)
        presence.hear(BOX, status, after(minutes * 60))

    seen = presence.of(BOX)
    assert seen is not None
    assert seen.hours_left == pytest.approx(14.0)  # it fell 10 % in two hours, and 70 % are left


def test_on_mains_nobody_says_how_long_the_battery_lasts() -> None:
    presence = Presence()
    presence.hear(BOX, ON_BATTERY, NOW)
    presence.hear(BOX, Status(online=True, mains=False, battery_percent=70.0), after(3600))
    before = presence.of(BOX)

    presence.hear(BOX, Status(online=True, mains=True, battery_percent=71.0), after(7200))

    seen = presence.of(BOX)
    assert before is not None
    assert before.hours_left == pytest.approx(7.0)
    assert seen is not None
    assert seen.hours_left is None


@pytest.mark.parametrize(
    "levels", [(), ((NOW, 80.0),), ((NOW, 80.0), (after(60), 79.0)), ((NOW, 80.0), (after(3600), 79.9))]
)
def test_too_little_is_no_forecast(levels: tuple[tuple[datetime, float], ...]) -> None:
    assert hours_left(levels) is None


def test_a_battery_that_was_charged_in_between_is_judged_from_then_on() -> None:
    presence = Presence()
    for minutes, percent in ((0, 30.0), (60, 20.0), (61, 90.0), (121, 87.0)):
        presence.hear(BOX, Status(online=True, mains=False, battery_percent=percent), NOW + timedelta(minutes=minutes))

    seen = presence.of(BOX)
    assert seen is not None
    assert seen.hours_left == pytest.approx(29.0)
