"""`?as_of=` for programs: the situation and the outages of a moment, and what no log holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.http.times import write
from crisis.model import commands, event_bodies
from crisis.model.event_bodies import PowerSeen
from devices.readings import Mode, Status
from tests.api.crisis.staff_api.test_outages import lose_power
from tests.api.crisis.support import events
from tests.crisis.support.examples import CEM, DANA
from tests.support.waiting import until

if TYPE_CHECKING:
    from datetime import datetime

    from tests.api.crisis.support.applications import Application


async def ask(at: Application, path: str, moment: datetime, **more: str) -> dict[str, Any]:
    query = "&".join(f"{name}={value}" for name, value in more.items())
    answer = await at.ask("ewa", "GET", f"/crisis/{path}?as_of={write(moment)}&{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def latest(at: Application) -> datetime:
    """When the newest event came in. What comes after this call comes in another millisecond."""
    moment = (await at.node.history(limit=1))[0].received_at
    await until(lambda: event_bodies.milliseconds(at.node.now()) > event_bodies.milliseconds(moment))
    return moment


async def test_the_situation_of_a_moment_is_that_of_the_log_and_says_what_no_log_holds(hub: Application) -> None:
    hub.node.presence.hear("71-01", Status(online=True, battery_percent=70.0, mains=True), hub.node.now())
    call = await events.call(hub, "Hilfe", box="71-01")
    moment = await latest(hub)
    await events.act(hub, commands.TakeDistress(call, ""), CEM)
    await events.act(hub, commands.CloseDistress(call, "erledigt"), CEM)
    await events.act(hub, commands.SetMode("all", Mode.EMERGENCY, "Ausfall"), DANA)

    then = await ask(hub, "situation", moment)
    now = (await hub.ask("ewa", "GET", "/crisis/situation")).json()

    assert (then["as_of"], then["open"]["distress"], then["modes"]) == (write(moment), 1, [])
    assert then["age_s"] >= 0
    assert then["past"]["known"] == "yes"
    assert 0 < then["past"]["events"] == then["this"]["events"] < now["this"]["events"]
    assert {"reachable", "battery", "values"} <= set(then["past"]["not_in_log"])
    (district,) = then["districts"]
    assert (district["reachable"], district["unreachable"], district["boxes"][0]["reachable"]) == (None, None, None)
    assert (district["boxes"][0]["values"], then["nodes"], then["this"]["held"]) == ([], [], None)
    assert (now["past"], now["open"]["distress"], len(now["modes"])) == (None, 0, 1)


async def test_the_outages_of_a_moment_are_those_of_then_and_their_age_is_not_made_up(hub: Application) -> None:
    await lose_power(hub, "71-01", "71-02")
    moment = await latest(hub)
    for box in ("71-01", "71-02"):
        await hub.node.record(PowerSeen(box, True, hub.node.now()), hub.node.name)

    then, now = await ask(hub, "outages", moment), (await hub.ask("ewa", "GET", "/crisis/outages")).json()

    (outage,) = then["outages"]
    assert (outage["until"], outage["grade"], outage["boxes_out"]) == (None, "firm", ["71-01", "71-02"])
    assert "ob die Boxen das weiter meldeten, steht nicht im Protokoll" in outage["sentence"]["de"]
    assert now["outages"][0]["until"] is not None
    assert now["outages"][0]["id"] == outage["id"]
    assert then["as_of"] == write(moment)


async def test_boxes_without_power_are_known_from_the_log(hub: Application) -> None:
    await lose_power(hub, "71-01")

    (district,) = (await ask(hub, "situation", await latest(hub)))["districts"]

    assert (district["on_battery"], district["boxes"][0]["power"]["mains"]) == (1, False)
    assert district["boxes"][0]["power"]["hours_left"] is None


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("as_of=2999-01-01T00:00:00Z", "in-the-future"),
        ("as_of=yesterday", "not-a-moment"),
        ("as_of=2026-03-29T02:30", "no-such-moment"),
        ("as_of=2026-01-01T00:00:00Z&known=maybe", "not-known"),
    ],
)
@pytest.mark.parametrize("path", ["situation", "outages"])
async def test_a_moment_that_cannot_be_shown_is_refused_by_name(
    hub: Application, path: str, query: str, slug: str
) -> None:
    answer = await hub.ask("ewa", "GET", f"/crisis/{path}?{query}")

    assert (answer.status_code, answer.json()["type"]) == (422, f"urn:kiezbox:problem:{slug}")


async def test_the_public_sees_no_past(hub: Application) -> None:
    await events.act(hub, commands.SetMode("all", Mode.EMERGENCY, "Ausfall"), DANA)

    answer = await hub.client.get("/crisis/outages?as_of=2026-01-01T00:00:00Z")

    assert answer.status_code == 401
