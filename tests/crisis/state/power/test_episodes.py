"""What the power_seen events of one box add up to: the same whatever their order, and however clocks were corrected."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crisis.model import subjects
from crisis.model.event_bodies import PowerSeen, TimeCorrected
from crisis.state.power import episodes
from crisis.state.state import State
from tests.crisis.support.examples import NOW, after, event

if TYPE_CHECKING:
    from crisis.model.events import Event
    from crisis.state.power.episodes import BoxPower

BOX = "71-01"
MINUTE = 60


def seen(mains: bool, minutes: float, *, written: float | None = None, **more: float | bool) -> Event:
    """The box has mains power or not since so many minutes after NOW, `written` down then or later."""
    body = PowerSeen(BOX, mains, after(minutes * MINUTE), **more)  # type: ignore[arg-type]  # what the test says
    return event(body, (minutes if written is None else written) * MINUTE)


def power(*events: Event) -> BoxPower:
    state = State()
    for each in events:
        state.apply(each)
    found = state.power_of(BOX)
    assert found is not None
    return found


def test_a_box_that_loses_power_and_gets_it_back_has_an_episode_with_an_end() -> None:
    off, on = seen(False, 3), seen(True, 120)

    found = power(seen(True, 0), off, on)

    assert found.mains
    assert found.since == after(120 * MINUTE)
    assert found.episodes == (episodes.Episode(BOX, (off.id,), after(3 * MINUTE), after(120 * MINUTE)),)


def test_the_hub_and_the_box_that_saw_the_same_make_one_episode_since_the_earlier() -> None:
    hubs, boxs = seen(False, 4), seen(False, 3)

    found = power(hubs, boxs)

    assert found.episodes == (episodes.Episode(BOX, (boxs.id, hubs.id), after(3 * MINUTE)),)


def test_an_outage_that_a_hub_learns_of_after_its_end_is_over() -> None:
    found = power(seen(False, 3), seen(True, 60), seen(False, 4, written=90))

    assert found.mains
    assert found.episodes[0].back_at == after(60 * MINUTE)


def test_power_that_is_back_for_minutes_only_was_not_back() -> None:
    found = power(seen(False, 0), seen(True, 60), seen(False, 65))

    assert [(episode.since, episode.back_at) for episode in found.episodes] == [(NOW, None)]


def test_power_that_is_back_for_longer_ends_the_episode() -> None:
    found = power(seen(False, 0), seen(True, 60), seen(False, 75))

    assert [episode.back_at for episode in found.episodes] == [after(60 * MINUTE), None]


def test_the_order_of_arrival_does_not_matter() -> None:
    events = [seen(True, 0), seen(False, 3), seen(True, 60), seen(False, 90), seen(False, 91, written=95)]

    found = {power(*order) for order in itertools.permutations(events)}

    assert len(found) == 1


def test_what_is_held_of_a_box_that_flaps_is_bounded_and_the_same_in_any_order() -> None:
    events = [seen(bool(minute % 2), minute) for minute in range(200)]
    forwards, backwards = State(), State()
    for each in events:
        forwards.apply(each)
    for each in reversed(events):
        backwards.apply(each)

    assert forwards == backwards
    assert len(list(forwards.events())) == episodes.EVENTS_HELD


def test_a_correction_of_the_events_time_moves_what_it_saw_by_as_much() -> None:
    off = seen(False, 3, written=5)
    correction = event(TimeCorrected(off.id, after(5 * MINUTE) - timedelta(days=2)), 10 * MINUTE)

    assert power(off, correction).since == after(3 * MINUTE) - timedelta(days=2)


def test_a_time_that_cannot_be_stops_nobody() -> None:
    first = datetime(1, 1, 1, tzinfo=UTC)

    for since, at in ((first, NOW), (NOW, first), (first, first), (datetime(9999, 12, 31, tzinfo=UTC), NOW)):
        found = power(event(PowerSeen(BOX, False, since), (at - NOW).total_seconds()))

        assert found.since <= at


def test_the_last_position_that_a_box_said_stays_when_it_says_none() -> None:
    found = power(seen(True, 0, latitude=52.48, longitude=13.34), seen(False, 3))

    assert found.position == (52.48, 13.34)


def test_what_boxes_say_of_their_power_dates_no_act_of_a_person() -> None:
    state = State()

    state.apply(seen(False, 3))

    assert state.latest is None


def test_the_events_of_a_box_can_be_looked_up() -> None:
    state, off = State(), seen(False, 3)
    state.apply(off)

    assert [dated.event for dated in state.history(subjects.power(BOX))] == [off]


def test_boxes_that_speak_seldom_have_more_time_to_be_together() -> None:
    assert episodes.together(60, None) == timedelta(minutes=10)
    assert episodes.together(60, 900) == timedelta(minutes=30)
