"""Where the power is out: for staff with cells and streets; for anyone only in an emergency, and then by Ortsteil."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crisis.clock import Clock
from crisis.model import commands
from crisis.model.event_bodies import PowerSeen
from devices.readings import Mode
from tests.crisis.support.examples import DANA

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

RATHAUS = (52.4847, 13.3435)
PUBLIC_KEYS = {"id", "since", "until", "ortsteile", "sentence"}


async def lose_power(at: Application, *boxes: str, minutes_ago: float = 5) -> None:
    """These boxes lose their power; they stand half a kilometre apart."""
    since = at.node.now() - timedelta(minutes=minutes_ago)
    for number, box in enumerate(boxes):
        place = (RATHAUS[0], RATHAUS[1] + 0.0074 * number)
        await at.node.record(PowerSeen(box, False, since + timedelta(seconds=number), 80.0, *place, 60.0), at.node.name)


async def outages(at: Application, who: str | None = "ewa") -> dict[str, Any]:
    answer = await (at.client.get("/crisis/outages") if who is None else at.ask(who, "GET", "/crisis/outages"))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("where", ["hub", "box"])
async def test_staff_see_outages_with_streets_and_cells_on_a_hub_and_on_a_box(
    hub: Application, box: Application, where: str
) -> None:
    at = {"hub": hub, "box": box}[where]
    await lose_power(at, "71-01", "71-02")
    await at.node.record(PowerSeen("71-03", True, at.node.now(), None, RATHAUS[0], RATHAUS[1] + 0.02), at.node.name)

    found = await outages(at)

    (outage,) = found["outages"]
    assert (outage["grade"], outage["boxes_out"], outage["boxes_heard"]) == ("firm", ["71-01", "71-02"], 3)
    assert [each["name"] for each in outage["ortsteile"]] == ["Schöneberg"]
    assert outage["id"] in outage["names"]
    assert "In Schöneberg ist der Strom weg" in outage["sentence"]["de"]
    assert "Power is out in Schöneberg" in outage["sentence"]["en"]
    states = {each["id"]: (each["properties"]["state"], each["properties"]["outage"]) for each in found["features"]}
    assert states == {"71-01": ("out", outage["id"]), "71-02": ("out", outage["id"]), "71-03": ("on", None)}
    ring = found["features"][0]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert min(longitude for longitude, _ in ring) < RATHAUS[1] < max(longitude for longitude, _ in ring)


async def test_outages_are_in_the_situation(hub: Application) -> None:
    await lose_power(hub, "71-01", "71-02")

    situation = (await hub.ask("ewa", "GET", "/crisis/situation")).json()

    assert situation["outages"] == (await outages(hub))["outages"]


async def test_a_node_that_knows_nothing_answers_with_nothing(hub: Application) -> None:
    found = await outages(hub)

    assert (found["outages"], found["features"], found["coarse"]) == ([], [], False)


async def test_a_box_without_a_position_is_a_feature_without_a_geometry(hub: Application) -> None:
    await hub.node.record(PowerSeen("71-09", False, hub.node.now()), "hub")

    (feature,) = (await outages(hub))["features"]

    assert (feature["id"], feature["geometry"], feature["properties"]["state"]) == ("71-09", None, "out")


# -- anyone ----------------------------------------------------------------------------------------------------------


async def test_without_an_emergency_nobody_else_sees_anything(hub: Application) -> None:
    await lose_power(hub, "71-01", "71-02")

    answer = await hub.client.get("/crisis/outages")

    assert answer.status_code == 401
    assert "71-01" not in answer.text


async def test_an_exercise_shows_nobody_else_anything(hub: Application) -> None:
    await lose_power(hub, "71-01", "71-02")
    await hub.node.act(commands.SetMode("district-71", Mode.EMERGENCY, "Übung", exercise=True), DANA)
    exercise = await hub.client.get("/crisis/outages")
    await hub.node.act(commands.SetMode("district-72", Mode.EMERGENCY, "Hochwasser"), DANA)

    assert exercise.status_code == 401
    assert (await outages(hub, None))["features"] == []


async def test_in_an_emergency_anyone_sees_sure_outages_by_ortsteil_and_neither_streets_nor_boxes(
    hub: Application,
) -> None:
    await lose_power(hub, "71-01", "71-02")
    await hub.node.act(commands.SetMode("district-71", Mode.EMERGENCY, "Stromausfall"), DANA)

    found = await outages(hub, None)

    assert found["coarse"] is True
    (feature,) = found["features"]
    assert feature["properties"].keys() == PUBLIC_KEYS
    assert feature["properties"]["sentence"]["de"].startswith("In Schöneberg ist seit ")
    assert feature["geometry"]["type"] == "MultiPoint"
    assert "71-0" not in str(found)


@pytest.mark.parametrize("case", ["a fuse", "an old fuse", "elsewhere"])
async def test_in_an_emergency_the_public_does_not_see(hub: Application, case: str) -> None:
    await lose_power(hub, *(["72-01", "72-02"] if case == "elsewhere" else ["71-01"]))
    if case == "an old fuse":
        ahead = hub.node.wall() + timedelta(hours=3)
        hub.node._clock = Clock(lambda: ahead)
    await hub.node.act(commands.SetMode("district-71", Mode.EMERGENCY, "Stromausfall"), DANA)

    assert (await outages(hub, None))["features"] == []


async def test_a_token_that_is_not_valid_is_refused_and_not_taken_for_the_public(hub: Application) -> None:
    await hub.node.act(commands.SetMode("all", Mode.EMERGENCY, "Stromausfall"), DANA)

    answer = await hub.client.get("/crisis/outages", headers={"Authorization": "Bearer wrong"})

    assert answer.status_code == 401
