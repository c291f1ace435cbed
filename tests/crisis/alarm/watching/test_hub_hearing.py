"""How a box answers a hub that has started: which boxes may have spoken while it was away."""

from __future__ import annotations

from crisis.alarm.watching.hub_hearing import HubHearing

MINUTE = 60.0
SILENT = 3 * MINUTE


def heard(start: str = "first") -> HubHearing:
    hub = HubHearing(0.0, SILENT)
    hub.hear_start(start, 0.0, {})
    hub.hear(0.0)
    return hub


def test_who_was_there_when_the_hub_was_lost_or_later_may_have_spoken_while_it_was_away() -> None:
    hub, now = heard(), 20 * MINUTE
    boxes = {"71-02": now - 1, "71-03": 1 * MINUTE, "71-04": -SILENT - 1}

    is_new = hub.hear_start("second", now, boxes)

    assert is_new
    assert hub.others(now) == frozenset({"71-02", "71-03"})
    assert hub.others(now + SILENT + 1) is None  # nobody asks any more


def test_a_word_of_the_sync_before_its_beat_makes_no_shorter_time_of_it() -> None:
    hub = heard()
    hub.hear(20 * MINUTE)

    hub.hear_start("second", 20 * MINUTE + 1, {"71-02": 1 * MINUTE})

    assert hub.others(20 * MINUTE + 1) == frozenset({"71-02"})


def test_a_box_that_has_not_heard_the_hub_before_does_not_know_who_was_there() -> None:
    hub = HubHearing(0.0, SILENT)

    assert hub.hear_start("first", 1.0, {"71-02": 1.0})
    assert hub.others(1.0) is None


def test_a_start_is_new_once_and_a_hub_of_before_says_none() -> None:
    hub = heard()

    assert not hub.hear_start("first", 1.0, {})
    assert not hub.hear_start("", 1.0, {})
    assert hub.start == "first"
