"""The situation for staff: what is old, or not known, says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.crisis.memory.newest_values import Value
from crisis.model import commands, event_bodies
from crisis.model.event_bodies import DistressReceived, ReportReceived
from devices.readings import Mode, Status
from tests.api.crisis.support.peers import hear_the_hub
from tests.crisis.support.examples import DANA

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application


async def situation(at: Application) -> dict[str, Any]:
    answer = await at.ask("ewa", "GET", "/crisis/situation")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def box_of(found: dict[str, Any], box: str) -> dict[str, Any]:
    (made,) = [each for district in found["districts"] for each in district["boxes"] if each["box"] == box]
    return dict(made)


async def test_a_hub_that_knows_nothing_says_so(hub: Application) -> None:
    found = await situation(hub)

    assert (found["districts"], found["distress"], found["nodes"], found["stale"]) == ([], [], [], False)
    assert found["this"]["boxes_current"] is False
    assert (found["this"]["values_stale"], found["this"]["values_as_of"]) == (True, None)


async def test_a_box_is_shown_with_its_power_and_its_way(hub: Application) -> None:
    now = datetime.now(UTC)
    status = Status(online=True, mains=False, battery_percent=81.5, uplink="mesh", clients=4)
    hub.node.presence.is_current = lambda: True
    hub.node.presence.hear("71-01", status, now - timedelta(seconds=30))
    hub.node.presence.hear("72-01", Status(online=False), now)

    found = await situation(hub)

    assert [
        (each["district"], each["reachable"], each["unreachable"], each["on_battery"]) for each in found["districts"]
    ] == [
        ("71", 1, 0, 1),
        ("72", 0, 1, 0),
    ]
    box = box_of(found, "71-01")
    assert (box["reachable"], box["uplink"], box["clients"]) == (True, "mesh", 4)
    assert (box["power"]["mains"], box["power"]["battery_percent"], box["power"]["hours_left"]) == (False, 81.5, None)
    assert 29 < box["power"]["age_s"] < 90
    assert box_of(found, "72-01")["power"] is None


async def test_without_the_broker_nobody_knows_who_is_reachable(hub: Application) -> None:
    hub.node.presence.hear("71-01", Status(online=True, mains=True), datetime.now(UTC))

    box = box_of(await situation(hub), "71-01")

    assert box["reachable"] is None
    assert box["power"]["mains"] is True


@pytest.mark.parametrize(
    ("seconds_after_the_will", "delay_s", "is_there"),
    [(5, 1, True), (-5, 1, False), (-5, 60, False), (3600, -3595, True), (3600, -3606, False)],
)
async def test_a_box_that_measured_after_its_last_will_is_reachable(
    hub: Application, seconds_after_the_will: int, delay_s: int, is_there: bool
) -> None:
    will_at = datetime.now(UTC) - timedelta(minutes=1)
    hub.node.presence.is_current = lambda: True
    hub.node.presence.hear("71-01", Status(online=True), will_at - timedelta(minutes=1))
    hub.node.presence.hear("71-01", Status(online=False), will_at)
    measured_at = will_at + timedelta(seconds=seconds_after_the_will)
    known = hub.deps.newest_values
    assert known is not None
    known._learn(Value("71-01", "core", "noise", "dB", 50, measured_at, measured_at + timedelta(seconds=delay_s)))

    found = await situation(hub)

    assert box_of(found, "71-01")["reachable"] is is_there
    assert found["districts"][0]["unreachable"] == (0 if is_there else 1)


async def test_open_calls_and_reports_stand_at_their_boxes(hub: Application) -> None:
    call = await hub.node.receive(DistressReceived(text="Rauch", box="71-01"))
    await hub.node.receive(DistressReceived(text="ohne Box"))
    await hub.node.receive(ReportReceived(text="Insulin", box="71-01"))
    answered = await hub.node.receive(ReportReceived(text="beantwortet", box="71-01"))
    await hub.node.act(commands.AnswerReport(answered.id, "ja"), DANA)
    await hub.node.act(commands.TakeDistress(call.id), DANA)

    found = await situation(hub)

    assert found["open"] == {"distress": 2, "escalated": 0, "reports": 1}
    assert [(each["district"], each["open_distress"], each["open_reports"]) for each in found["districts"]] == [
        ("71", 1, 1),
        (None, 1, 0),
    ]
    assert [each["status"] for each in found["distress"]] == ["received", "taken"]
    assert [each["text"] for each in found["reports"]] == ["Insulin"]


async def test_the_mode_that_a_box_shows_is_held_against_what_was_decided(hub: Application) -> None:
    now = event_bodies.whole(datetime.now(UTC))
    await hub.node.record(event_bodies.ModeSeen("71-01", Mode.NORMAL, now), "hub")
    await hub.node.act(commands.SetMode("district-71", Mode.EMERGENCY, "Stromausfall"), DANA)

    before = box_of(await situation(hub), "71-01")["mode"]
    await hub.node.record(event_bodies.ModeSeen("71-01", Mode.EMERGENCY, now + timedelta(seconds=1)), "hub")
    after = box_of(await situation(hub), "71-01")["mode"]

    assert (before["decided"], before["seen"], before["agrees"]) == ("emergency", "normal", False)
    assert (after["seen"], after["agrees"]) == ("emergency", True)


async def test_the_newest_values_stay_with_their_age_when_the_database_goes(hub: Application) -> None:
    at = datetime.now(UTC) - timedelta(minutes=5)
    known = hub.deps.newest_values
    assert known is not None
    known._learn(Value("71-01", "core", "temperature_outside", "Cel", -4.25, at, at))
    known.read_at = at

    found = await situation(hub)

    (value,) = box_of(found, "71-01")["values"]
    assert (value["quantity"], value["value"]) == ("temperature_outside", -4.25)
    assert 299 < value["age_s"] < 400
    assert found["this"]["values_stale"] is True


async def test_a_box_without_its_hub_says_that_its_situation_is_old(still_box: Application) -> None:
    hear_the_hub(still_box, is_silent=False)
    live = await situation(still_box)
    hear_the_hub(still_box, is_silent=True, ago=timedelta(days=4))
    alone = await situation(still_box)

    assert (live["stale"], live["age_s"]) == (False, 0.0)
    assert alone["stale"] is True
    assert timedelta(days=4).total_seconds() - 5 < alone["age_s"] < timedelta(days=4).total_seconds() + 60
    assert [each["box"] for each in alone["districts"][0]["boxes"]] == ["71-01"]
