"""When the hub doubts its own clock, and when it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from devices.quantities import CATALOGUE
from devices.readings import Message
from ingest.hub_clock import HubClock
from tests.ingest.support.messages import NOW, millis, telemetry

if TYPE_CHECKING:
    from ingest.batch import Arrival

HOUR = timedelta(hours=1)


def ahead(by: timedelta = 2 * HOUR, box: str = "71-01", at: datetime = NOW, **more: Any) -> Arrival:
    """A message of a box that is so much ahead of the hub, received at `at` by the hub's clock."""
    said: dict[str, Any] = {"sent": millis(at + by), "measured_at": at + by} | more
    return telemetry(1, {"noise": 40.0}, box=box, received_at=at, **said)


def due(clock: HubClock, arrival: Arrival, seconds: float = 0.0) -> datetime | None:
    assert isinstance(arrival.content, Message)
    return clock.due_at(arrival.delivery, arrival.content, CATALOGUE, seconds)


def hear(clock: HubClock, arrival: Arrival, seconds: float = 0.0) -> None:
    assert isinstance(arrival.content, Message)
    clock.hear(arrival.content, arrival.delivery.received_at, seconds)


@pytest.mark.parametrize("said", ["ntp", "gps"])
@pytest.mark.parametrize("by", [2 * HOUR, timedelta(days=730), timedelta(minutes=6)])
def test_what_a_box_that_knows_the_time_sends_ahead_of_the_hub_waits_until_then(said: str, by: timedelta) -> None:
    assert due(HubClock(), ahead(by, clock=said)) == NOW + by


@pytest.mark.parametrize("said", ["rtc", "none", None, "galileo"])
def test_a_box_that_does_not_know_the_time_is_no_reason_for_doubt(said: str | None) -> None:
    assert due(HubClock(), ahead(clock=said)) is None


def test_one_box_that_is_ahead_of_others_and_of_the_hub_is_wrong() -> None:
    clock = HubClock()
    hear(clock, ahead(timedelta(0), "71-02"))

    assert due(clock, ahead()) is None


def test_once_the_hub_is_in_doubt_what_other_boxes_send_waits_as_well() -> None:
    clock = HubClock()
    hear(clock, ahead(2 * HOUR, "71-02"))

    assert due(clock, ahead(2 * HOUR, "71-01", clock="rtc")) == NOW + 2 * HOUR


def test_a_time_that_the_doubt_does_not_explain_does_not_wait() -> None:
    clock = HubClock()
    hear(clock, ahead(2 * HOUR, "71-02"))

    assert due(clock, ahead(timedelta(0), measured_at=NOW + timedelta(days=3))) is None


def test_a_hub_before_what_it_has_stored_is_in_doubt_whatever_clock_the_boxes_have() -> None:
    clock = HubClock(NOW + HOUR)

    assert due(clock, ahead(clock="none")) == NOW + 2 * HOUR


def test_a_hub_that_starts_in_1970_is_in_doubt() -> None:
    start = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)

    assert due(HubClock(), ahead(NOW - start, at=start, clock="none")) == NOW


def test_boxes_that_agree_with_the_hub_outweigh_a_time_stored_by_a_clock_that_was_ahead() -> None:
    clock = HubClock(NOW + HOUR)
    hear(clock, ahead(timedelta(0), "71-02"))

    assert due(clock, ahead(clock="none")) is None


def test_a_step_of_the_hubs_clock_makes_what_boxes_said_void() -> None:
    clock = HubClock()
    for box in ("71-02", "71-03"):
        hear(clock, ahead(timedelta(0), box, NOW + 2 * HOUR), 100.0)
    assert clock.is_confirmed

    stepped = due(clock, ahead(2 * HOUR, at=NOW + timedelta(seconds=1)), 101.0)

    assert stepped == NOW + timedelta(seconds=1) + 2 * HOUR
    assert not clock.is_confirmed


def test_what_boxes_said_long_ago_does_not_count() -> None:
    clock = HubClock()
    hear(clock, ahead(timedelta(0), "71-02"), 0.0)

    assert due(clock, ahead(at=NOW + HOUR), 3600.0) is not None


@pytest.mark.parametrize("year", [2126, 9999])
def test_a_box_in_another_century_does_not_know_the_time_and_stops_nothing(year: int) -> None:
    clock = HubClock()
    last = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)

    for second in range(3):
        at = NOW + second * timedelta(seconds=1)
        assert due(clock, ahead(last - at, at=at, clock="ntp"), second) is None

    assert due(clock, ahead(2 * HOUR, "71-02"), 4) == NOW + 2 * HOUR


def test_a_time_of_another_century_does_not_date_a_message_that_waits() -> None:
    clock = HubClock()
    hear(clock, ahead(2 * HOUR, "71-02"))

    assert due(clock, ahead(clock="none", sent=253_402_300_799_000)) == NOW + 2 * HOUR


def test_when_too_many_wait_a_message_is_rejected_as_ever() -> None:
    clock = HubClock(waiting_max=10)
    clock.waiting = 10

    assert due(clock, ahead()) is None
