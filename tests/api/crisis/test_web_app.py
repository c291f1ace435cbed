"""The mode and the place, as the existing web app asks for them: what is old, or not known, says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crisis.model import commands
from devices.readings import Mode
from tests.api.crisis.support.peers import hear_the_hub
from tests.crisis.support.examples import DANA

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application


def looks_like_an_emergency(answer: dict[str, Any]) -> bool:
    """How the published Kiezbox web app judges `mode`."""
    assert type(answer["mode"]) is int
    return answer["mode"] % 2 == 0


@pytest.mark.parametrize("mode", [Mode.NORMAL, Mode.MAINTENANCE])
async def test_neither_normal_nor_maintenance_looks_like_an_emergency(hub: Application, mode: Mode) -> None:
    await hub.node.act(commands.SetMode("all", mode, ""), DANA)

    answer = (await hub.client.get("/api/mode")).json()

    assert not looks_like_an_emergency(answer)
    assert (answer["name"], answer["is_emergency"]) == (mode.value, False)


async def test_an_emergency_looks_like_one_and_says_since_when(still_box: Application) -> None:
    hear_the_hub(still_box, is_silent=False)
    await still_box.node.act(commands.SetMode("district-71", Mode.EMERGENCY, "Stromausfall"), DANA)

    answer = (await still_box.client.get("/api/mode")).json()

    assert looks_like_an_emergency(answer)
    assert (answer["mode"], answer["is_emergency"], answer["area"]) == (2, True, "district-71")
    assert datetime.fromisoformat(answer["since"]) <= datetime.now(UTC) + timedelta(minutes=1)


async def test_an_exercise_and_a_stale_emergency_look_like_none(still_box: Application) -> None:
    hear_the_hub(still_box, is_silent=False)
    await still_box.node.act(commands.SetMode("all", Mode.EMERGENCY, "Übung", exercise=True), DANA)
    exercise = (await still_box.client.get("/api/mode")).json()
    await still_box.node.act(commands.SetMode("all", Mode.EMERGENCY, "Stromausfall"), DANA)
    hear_the_hub(still_box, is_silent=True, ago=timedelta(days=1))
    stale = (await still_box.client.get("/api/mode")).json()

    assert not looks_like_an_emergency(exercise)
    assert exercise["exercise"] is True
    assert not looks_like_an_emergency(stale)
    assert (stale["name"], stale["stale"], stale["is_emergency"]) == ("emergency", True, False)
    assert stale["age_s"] > 86_000


async def test_a_box_that_never_heard_its_hub_does_not_know_how_old_its_mode_is(still_box: Application) -> None:
    answer = (await still_box.client.get("/api/mode")).json()

    assert (answer["stale"], answer["as_of"], answer["age_s"], answer["mode"]) == (True, None, None, 1)


async def test_a_phone_that_polls_the_mode_gets_a_304_until_it_changes(hub: Application) -> None:
    first = await hub.client.get("/api/mode")
    known = {"If-None-Match": first.headers["etag"]}
    same = await hub.client.get("/api/mode", headers=known)
    await hub.node.act(commands.SetMode("all", Mode.EMERGENCY, ""), DANA)
    other = await hub.client.get("/api/mode", headers=known)

    assert (first.status_code, same.status_code, other.status_code) == (200, 304, 200)
    assert same.content == b""


async def test_the_app_learns_where_its_box_stands(hub: Application) -> None:
    unknown = (await hub.client.get("/api/info")).json()
    settings = hub.node.settings
    hub.node.settings = settings.model_copy(update={"latitude": 52.4886, "longitude": 13.3425, "place": "Rathaus"})
    known = (await hub.client.get("/api/info")).json()
    mode = (await hub.client.get("/api/mode")).json()

    assert (unknown["lon"], unknown["lat"], unknown["coordinates"]) == (None, None, None)
    assert (known["lon"], known["lat"], known["place"]) == (13.3425, 52.4886, "Rathaus")
    assert known["coordinates"] == mode["coordinates"] == [13.3425, 52.4886]
