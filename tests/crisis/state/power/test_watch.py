"""When a change of a box's mains power is written down: once it is sure, and at most four times an hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from crisis.state.power.episodes import BoxPower
from crisis.state.power.watch import IN_AN_HOUR, PowerWatch
from devices.readings import Status
from tests.crisis.support.examples import NOW, after

if TYPE_CHECKING:
    from crisis.model.event_bodies import PowerSeen

BOX = "71-01"
ON = BoxPower(BOX, True, NOW - timedelta(days=3), NOW - timedelta(days=3))


class Hub:
    """A watch, the events that it made, and the time, in seconds since NOW."""

    def __init__(self, known: BoxPower | None = ON) -> None:
        self.watch = PowerWatch()
        self.known = known
        self.written: list[tuple[float, PowerSeen]] = []

    def hear(
        self, seconds: float, mains: bool | None, *, at: datetime | None = None, retained: bool = False, **more: float
    ) -> None:
        status = Status(True, at or after(seconds), mains=mains, **more)  # type: ignore[arg-type]  # numbers, as a test says them
        self.watch.hear(BOX, status, after(seconds), seconds, retained=retained)
        self.look(seconds)

    def look(self, seconds: float) -> None:
        if BOX not in self.watch.open():
            return
        recent = sum(seconds - 3600 < when for when, _ in self.written)
        body = self.watch.settle(BOX, self.known, seconds, recent)
        if body is not None:
            self.written.append((seconds, body))
            self.known = BoxPower(
                BOX, body.mains, body.since, after(seconds), self._position(body), flapping=body.flapping
            )

    @staticmethod
    def _position(body: PowerSeen) -> tuple[float, float] | None:
        return None if body.latitude is None or body.longitude is None else (body.latitude, body.longitude)

    def said(self) -> list[tuple[float, bool]]:
        return [(seconds, body.mains) for seconds, body in self.written]


def test_a_change_that_is_said_twice_counts_since_it_was_said_first() -> None:
    hub = Hub()

    hub.hear(0, True)
    hub.hear(60, False)
    hub.hear(120, False, battery_percent=97.5, latitude=52.48, longitude=13.34, interval_s=60)

    ((seconds, body),) = hub.written
    assert (seconds, body.mains, body.since) == (120, False, after(60))
    assert (body.battery_percent, body.latitude, body.longitude, body.cadence_s) == (97.5, 52.48, 13.34, 60)


def test_a_box_that_falls_silent_after_its_one_word_counts_after_a_minute() -> None:
    hub = Hub()
    hub.hear(0, False)

    hub.look(59)
    assert hub.written == []

    hub.look(60)
    assert hub.said() == [(60, False)]


def test_one_word_that_the_next_takes_back_is_no_change() -> None:
    hub = Hub()

    for seconds, mains in ((0, False), (30, True), (90, True), (200, True)):
        hub.hear(seconds, mains)

    assert hub.written == []


def test_the_same_message_twice_is_one_word() -> None:
    hub = Hub()

    hub.hear(0, False, at=NOW)
    hub.hear(5, False, at=NOW, retained=True)

    assert hub.written == []


def test_the_first_word_of_a_new_box_is_written_down_so_that_others_know_where_it_has_power() -> None:
    hub = Hub(known=None)

    hub.hear(0, True)
    hub.hear(60, True)
    hub.hear(120, True)

    assert hub.said() == [(60, True)]


@pytest.mark.parametrize("says", [Status(False), Status(True, NOW, mains=None)])
def test_a_last_will_and_a_status_without_mains_say_nothing(says: Status) -> None:
    watch = PowerWatch()

    watch.hear(BOX, says, NOW, 0)

    assert watch.open() == ()


def test_a_box_whose_supply_comes_and_goes_is_written_down_four_times_an_hour_and_the_last_time_says_so() -> None:
    hub = Hub()

    for minute in range(4 * 60):
        hub.hear(minute * 60, minute % 4 < 2)  # on for two minutes, off for two

    times = [seconds for seconds, _ in hub.written]
    assert all(sum(at - 3600 < other <= at for other in times) <= IN_AN_HOUR for at in times)
    assert [body.flapping for _, body in hub.written[:5]] == [False, False, False, True, True]
    assert len(times) >= 3 * IN_AN_HOUR


def test_what_was_held_back_is_written_as_soon_as_there_is_room() -> None:
    hub = Hub()
    for minute in range(20):
        hub.hear(minute * 60, minute % 4 < 2)
    assert len(hub.written) == IN_AN_HOUR
    last_word = 19 % 4 < 2
    assert hub.written[-1][1].mains is not last_word

    for minute in range(20, 90):
        hub.look(minute * 60)

    assert hub.written[-1][1].mains is last_word


def test_a_supply_that_has_not_changed_for_an_hour_does_not_come_and_go_any_more() -> None:
    hub = Hub(known=BoxPower(BOX, True, NOW, NOW, flapping=True))

    for minute in range(120):
        hub.hear(minute * 60, True)

    ((seconds, body),) = hub.written
    assert (seconds, body.mains, body.flapping, body.since) == (3_600, True, False, NOW)


def test_a_box_that_moves_says_where_it_is_now_and_keeps_since_when() -> None:
    hub = Hub(known=BoxPower(BOX, True, NOW - timedelta(days=3), NOW, (52.48, 13.34)))

    for seconds, longitude in ((0, 13.34), (60, 13.3405), (120, 13.36)):
        hub.hear(seconds, True, latitude=52.48, longitude=longitude)

    ((_, body),) = hub.written
    assert (body.longitude, body.since) == (13.36, NOW - timedelta(days=3))


# -- clocks ----------------------------------------------------------------------------------------------------------


def test_a_clock_that_is_hours_behind_does_not_date_the_outage() -> None:
    hub, behind = Hub(), timedelta(hours=2)

    for seconds, mains in ((0, True), (60, True), (120, False), (180, False)):
        hub.hear(seconds, mains, at=after(seconds) - behind)

    assert hub.written[0][1].since == after(120)


def test_messages_that_waited_at_the_broker_are_as_old_as_they_say() -> None:
    hub = Hub()

    for seconds, minutes_ago, mains in ((0, 32, True), (0.1, 31, True), (0.2, 30, False), (0.3, 29, False)):
        hub.hear(seconds, mains, at=NOW - timedelta(minutes=minutes_ago))

    assert hub.written[0][1].since == NOW - timedelta(minutes=30)


def test_a_change_is_never_dated_before_the_one_before_it_nor_after_now() -> None:
    hub = Hub(known=BoxPower(BOX, True, NOW, NOW))

    hub.hear(60, False, at=NOW - timedelta(hours=1))
    hub.hear(120, False, at=NOW - timedelta(minutes=59))
    hub.hear(180, True, at=after(300))
    hub.hear(240, True, at=after(360))

    assert [body.since for _, body in hub.written] == [NOW + timedelta(milliseconds=1), after(180)]
