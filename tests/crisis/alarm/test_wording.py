"""What messages call districts and boxes: by their names, and never as the Bezirk of the same number."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crisis.alarm import wording
from crisis.alarm.alarms import Alarm
from crisis.alarm.channel import Place
from crisis.alarm.speaking import composing
from crisis.model.event_bodies import AreaNamed, DistressReceived, PowerSeen, whole
from tests.crisis.alarm.support.channels import KeepingChannel
from tests.crisis.alarm.support.speaking import speaking
from translations import catalogues, domains

if TYPE_CHECKING:
    from crisis.node import Node

NOW = datetime(2026, 11, 30, 2, 12, tzinfo=UTC)
GERMAN = domains.CRISIS.find("de")
assert GERMAN is not None
WORDS = catalogues.words(domains.CRISIS, GERMAN)
PLAN = """
[channels.push]
[people.anna]
push = "a"
[chains.call]
steps = [{after_minutes = 0, to = ["anna"]}]
[chains.critical]
steps = [{after_minutes = 600, to = ["anna"]}]
"""


def proposed(area: str) -> Alarm:
    return Alarm(kind="proposal", subject="1", opened_at=NOW, area=area)


@pytest.mark.parametrize("area", ["district-07", "district-71", "07-01"])
def test_a_district_without_a_name_is_said_by_its_boxes_and_is_no_bezirk(area: str) -> None:
    number = area.removeprefix("district-")[:2]

    assert wording.title_of(proposed(area), WORDS).endswith(f", Boxen {number}-…")


def test_a_district_with_a_name_is_called_by_it_in_titles_and_sentences() -> None:
    warm = Alarm(
        kind="heat",
        subject="71,32",
        opened_at=NOW,
        area="district-71",
        labels=(("district", "71"), ("threshold", "32")),
    )
    text = wording.alarm(warm, WORDS, NOW, names={"district-71": "Schöneberg"})

    assert text.title.endswith(", Schöneberg")
    assert text.lines[1].text == "Schöneberg: seit einer halben Stunde wärmer als 32 °C."
    assert "71" not in "".join(line.text for line in text.lines)


async def test_a_name_that_operators_gave_goes_out_and_the_place_of_a_box_stays_inside(node: Node) -> None:
    push = KeepingChannel("push")
    await node.record(AreaNamed("district-71", "Kiez am Park"), "hub")
    await node.record(AreaNamed("71-01", "Rathaus"), "hub")
    async with speaking(node, push, plan=PLAN) as alarms:
        await node.receive(DistressReceived(text="Rauch", box="71-01"))
        await alarms.look()
    (message,) = [each for each in push.sent if each.kind == "distress"]

    assert message.title == message.lines[0].text.rpartition(",")[0]
    assert "Kiez am Park" in message.text_for(Place.OUTSIDE)
    assert "Rathaus" not in message.text_for(Place.OUTSIDE) + message.title
    assert "Ort: Rathaus" in message.text_for(Place.INSIDE)


async def test_the_ortsteile_of_a_district_without_a_name_are_its_place_and_stay_inside(node: Node) -> None:
    await node.record(PowerSeen("72-01", True, whole(node.now()), latitude=52.55, longitude=13.349), "72-01")
    alarm = proposed("district-72")

    assert composing.place_of(node, alarm) == "Wedding"
    assert "Wedding" not in wording.title_of(alarm, WORDS)
    await node.record(AreaNamed("district-72", "Leopoldkiez"), "hub")
    assert composing.place_of(node, alarm) == ""
