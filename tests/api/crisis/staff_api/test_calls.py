"""Calls for help and reports as staff's programs handle them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from crisis.model.event_bodies import DistressReceived, ReportReceived
from tests.api.crisis.staff_api.support.requests import why

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow


async def test_a_call_for_help_is_taken_closed_and_never_taken_back(hub: Application) -> None:
    call = await hub.node.receive(DistressReceived(text="Rauch im Keller"))
    path = f"/crisis/distress/{call.id}"

    early = await hub.ask("cem", "POST", f"{path}/close", {"outcome": "x"})
    taken = await hub.ask("cem", "POST", f"{path}/take", {"note": "Streife 3"})
    theirs = await hub.ask("dana", "POST", f"{path}/take", {})
    over = await hub.ask("dana", "POST", f"{path}/take", {"over": True})
    empty = await hub.ask("dana", "POST", f"{path}/close", {"outcome": " "})
    closed = await hub.ask("dana", "POST", f"{path}/close", {"outcome": "gelöscht"})
    late = await hub.ask("cem", "POST", f"{path}/take", {})
    unknown = await hub.ask("cem", "POST", f"/crisis/distress/{uuid4()}/take", {})

    assert why(early) == (409, "not_taken")
    assert (taken.json()["distress"]["status"], taken.json()["distress"]["taken"][0]["text"]) == ("taken", "Streife 3")
    assert why(theirs) == (409, "is_taken")
    assert "cem" in theirs.json()["detail"]
    assert [said["did"]["by"] for said in over.json()["distress"]["taken"]] == ["cem", "dana"]
    assert why(empty) == (422, "bad_value")
    assert closed.json()["distress"]["status"] == "closed"
    assert why(late) == (409, "is_closed")
    assert why(unknown) == (404, "unknown")


async def test_a_call_is_noted_upon_assigned_given_a_priority_and_opened_again(hub: Application) -> None:
    call = await hub.node.receive(DistressReceived(text="Aufzug steckt"))
    path = f"/crisis/distress/{call.id}"

    urgent = (await hub.ask("cem", "POST", f"{path}/priority", {"priority": 1})).json()["distress"]
    by_rule = (await hub.ask("cem", "POST", f"{path}/priority", {"priority": None})).json()["distress"]
    wrong = await hub.ask("cem", "POST", f"{path}/priority", {"priority": 5})
    forgotten = await hub.ask("cem", "POST", f"{path}/priority", {})
    assigned = (await hub.ask("cem", "POST", f"{path}/assign", {"to": "dana", "note": "Schlüssel"})).json()["distress"]
    nobody = await hub.ask("cem", "POST", f"{path}/assign", {"to": " "})
    early = await hub.ask("cem", "POST", f"{path}/reopen", {"reason": "x"})
    await hub.ask("dana", "POST", f"{path}/take", {})
    await hub.ask("dana", "POST", f"{path}/close", {"outcome": "befreit"})
    noted = (await hub.ask("cem", "POST", f"{path}/note", {"text": "steckt wieder"})).json()["distress"]
    viewer = await hub.ask("anna", "POST", f"{path}/reopen", {"reason": "x"})
    reopened = (await hub.ask("cem", "POST", f"{path}/reopen", {"reason": "steckt wieder"})).json()["distress"]
    situation = (await hub.ask("cem", "GET", "/crisis/situation")).json()["distress"]

    assert (urgent["priority"], urgent["priority_rule"]) == (1, "by_hand")
    assert (by_rule["priority"], by_rule["priority_rule"]) == (4, "kind")
    assert [found.status_code for found in (wrong, forgotten)] == [422, 422]
    assert (assigned["assigned"]["to"], assigned["assigned"]["note"], assigned["status"]) == (
        "dana",
        "Schlüssel",
        "received",
    )
    assert why(nobody) == (422, "bad_value")
    assert why(early) == (409, "not_closed")
    assert [(note["did"]["by"], note["text"]) for note in noted["notes"]] == [("cem", "steckt wieder")]
    assert (noted["status"], noted["assigned"]) == ("closed", None)
    assert viewer.status_code == 403
    assert (reopened["status"], reopened["taken"], reopened["closed"]) == ("received", [], [])
    assert [step["text"] for step in reopened["reopened"]] == ["steckt wieder"]
    assert [(found["id"], found["priority"]) for found in situation] == [(str(call.id), 4)]


async def test_a_report_is_answered_by_its_id_or_its_receipt(hub: Application) -> None:
    report = await hub.node.receive(ReportReceived(text="Insulin"))

    by_id = await hub.ask("cem", "POST", f"/crisis/reports/{report.id}/answer", {"text": "Rathaus"})
    typed = report.receipt.lower().replace("-", " ")
    by_receipt = await hub.ask("anna", "POST", f"/crisis/reports/{typed}/answer", {"text": "Bis 20 Uhr"})
    unknown = await hub.ask("anna", "POST", "/crisis/reports/nothing/answer", {"text": "x"})

    assert by_id.status_code == 200
    assert [answer["text"] for answer in by_receipt.json()["report"]["answers"]] == ["Rathaus", "Bis 20 Uhr"]
    assert unknown.status_code == 404
