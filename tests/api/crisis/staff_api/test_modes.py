"""The mode of an area: two people, or a commander."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.crisis.staff_api.support.requests import why

if TYPE_CHECKING:
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
