"""The mode of an area: two people, or a commander."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crisis.accounts import accounts, sessions
from crisis.model.account_bodies import AccountCredential
from crisis.model.roles import Role
from tests.api.crisis.staff_api.support.requests import why

if TYPE_CHECKING:
    import httpx

    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow


async def test_an_emergency_takes_two_people_or_a_commander(hub: Application) -> None:
    propose = {"action": "propose", "area": "district-71", "reason": "Stromausfall"}

    proposed = await hub.ask("anna", "POST", "/crisis/mode", propose)
    proposal = proposed.json()["mode"]["proposals"][0]["id"]
    alone = await hub.ask("anna", "POST", "/crisis/mode", {"action": "confirm", "proposal": proposal})
    direct = await hub.ask("bert", "POST", "/crisis/mode", {"action": "set", "area": "all", "mode": "emergency"})
    confirmed = await hub.ask("bert", "POST", "/crisis/mode", {"action": "confirm", "proposal": proposal})
    commander = await hub.ask("dana", "POST", "/crisis/mode", {"action": "set", "area": "all", "mode": "emergency"})
    nonsense = await hub.ask("dana", "POST", "/crisis/mode", {"action": "cancel"})

    assert proposed.json()["mode"]["mode"] is None
    assert why(alone) == (409, "own_proposal")
    assert why(direct) == (409, "needs_second_person")
    mode = confirmed.json()["mode"]
    assert (mode["mode"], mode["proposed_by"], mode["decided"]["by"]) == ("emergency", "anna", "bert")
    assert commander.status_code == 200
    assert nonsense.status_code == 422
    assert (mode["alone"], commander.json()["mode"]["alone"]) == (False, True)


async def test_ending_an_emergency_of_the_city_takes_the_same_two_steps(hub: Application) -> None:
    async def mode(who: str, **body: str) -> httpx.Response:
        return await hub.ask(who, "POST", "/crisis/mode", body)

    nothing = await mode("anna", action="propose", area="all", mode="normal")
    await mode("dana", action="set", area="all", mode="emergency")
    alone = await mode("anna", action="set", area="all", mode="normal")
    proposed = await mode("anna", action="propose", area="all", mode="normal", reason="Der Strom ist wieder da")
    proposal = proposed.json()["mode"]["proposals"][0]
    own = await mode("anna", action="confirm", proposal=proposal["id"])
    ended = await mode("bert", action="confirm", proposal=proposal["id"])
    history = (await hub.ask("ewa", "GET", "/crisis/history?area=all")).json()["items"]

    assert why(nothing) == (409, "nothing_to_end")
    assert why(alone) == (409, "needs_second_person_to_end")
    assert proposal["mode"] == "normal"
    assert why(own) == (409, "own_proposal")
    decided = ended.json()["mode"]
    assert (decided["mode"], decided["proposed_by"], decided["alone"]) == ("normal", "anna", False)
    assert [item["body"].get("alone") for item in history if item["kind"] == "mode_set"] == [False, True]


async def test_whoever_gave_access_to_the_second_account_is_refused_with_its_name(hub: Application) -> None:
    await hub.deps.accounts.run(accounts.set_role, "bert", Role.COMMANDER, "anna")
    token = await hub.deps.accounts.run(sessions.add_token, "bert", "new", hub.node.now(), None, by="anna")
    proposed = await hub.ask("anna", "POST", "/crisis/mode", {"action": "propose", "area": "all"})
    proposal = proposed.json()["mode"]["proposals"][0]["id"]

    body = {"action": "confirm", "proposal": proposal}
    response = await hub.client.post("/crisis/mode", json=body, headers={"Authorization": f"Bearer {token}"})

    assert why(response) == (409, "made_by_other")
    assert response.json()["about"] == "bert"
    assert "made the account bert" in response.json()["detail"]


async def test_what_is_sealed_for_a_box_is_in_no_history(hub: Application) -> None:
    await hub.node.record(AccountCredential("anna", "71-01", "c2VhbGVk"), "hub")

    (item,) = (await hub.ask("ewa", "GET", "/crisis/history?kind=account_credential")).json()["items"]

    assert item["body"] == {"account": "anna", "box": "71-01", "v": 1}
