"""What is held back, and marks of what nobody vouches for, on the staff's pages."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from crisis.model import contents, events
from crisis.model.event_bodies import DistressReceived, ModeSet, NoticePublished, ReportReceived
from crisis.sync import acceptance
from crisis.trust.admission import Sender
from devices.readings import Mode
from tests.api.crisis.support.browser import OVERVIEW, sign_in, text_of
from tests.crisis.support import peer
from tests.crisis.support.examples import event, notice

if TYPE_CHECKING:
    from crisis.model.event_bodies import Body
    from tests.api.crisis.support.applications import Application


async def box_sends(hub: Application, *bodies: Body) -> None:
    """A member for district-71 sends these."""
    peer.certify(hub.node, "71-01", ("district-71",))
    made = [events.encode(dataclasses.replace(event(body, node="71-01"), at=hub.node.now())) for body in bodies]
    await peer.box_sends(hub.node, made)


async def test_staff_see_what_a_node_sent_and_may_not_write_and_why(hub: Application) -> None:
    evacuation = NoticePublished(event(ReportReceived()).id, contents.fields_of(notice("<b>Evakuieren!</b>")))
    await box_sends(hub, ModeSet("all", Mode.EMERGENCY, "gefälscht"), evacuation)
    browser = await sign_in(hub, "ewa")

    overview, page = await browser.get(), await browser.get(f"{OVERVIEW}/held")

    for shown in (text_of(overview), text_of(page)):
        assert "Held back" in shown
        assert "the area is not that node's" in shown
        assert "gefälscht" in shown
        assert "<b>Evakuieren!</b>" in shown
    assert "<b>Evakuieren!" not in page.text


async def test_without_anything_held_back_the_overview_has_no_such_part(hub: Application) -> None:
    browser = await sign_in(hub, "ewa")

    assert "Held back" not in text_of(await browser.get())
    assert "Nothing is held back." in text_of(await browser.get(f"{OVERVIEW}/held"))


async def test_in_german_too(hub: Application) -> None:
    await box_sends(hub, ModeSet("all", Mode.EMERGENCY))
    browser = await sign_in(hub, "ewa", "de")

    assert "das Gebiet gehört nicht zu diesem Knoten" in text_of(await browser.get())


async def test_a_call_without_a_signature_is_marked(hub: Application) -> None:
    call = dataclasses.replace(event(DistressReceived(text="Rauch"), node="71-09"), at=hub.node.now())
    unsigned = dataclasses.replace(events.encode(call), serial=events.UNSIGNED)
    await acceptance.take(hub.node, [unsigned], "71-09/x", Sender("71-09"))
    browser = await sign_in(hub, "cem")

    shown = text_of(await browser.get())
    situation = (await hub.ask("ewa", "GET", "/crisis/situation")).json()

    assert "Rauch" in shown
    assert "not signed: the node has no key yet" in shown
    assert situation["distress"][0]["received"]["unsigned"] is True
    assert situation["this"]["held"] == 0


async def test_words_that_are_elsewhere_are_not_called_empty(hub: Application) -> None:
    await hub.node.keep(dataclasses.replace(event(DistressReceived(withheld=True)), at=hub.node.now()))
    browser = await sign_in(hub, "cem")

    assert "the words are at the hub and where they were said" in text_of(await browser.get())


@pytest.mark.parametrize(
    ("rejected", "said"),
    [(None, "not a member yet"), ("revoked", "The hub does not take this box for a member. the node was revoked")],
)
async def test_a_box_says_that_its_hub_does_not_know_it(box: Application, rejected: str | None, said: str) -> None:
    box.node.rejected = rejected
    browser = await sign_in(box, "ewa")

    assert said in text_of(await browser.get())


async def test_staff_at_a_box_are_told_what_it_may_not_decide(box: Application) -> None:
    box.node.identity.certificate = peer.certificate("71-01", ("district-71",))

    refused = await box.ask(
        "dana", "POST", "/crisis/mode", {"action": "set", "area": "all", "mode": "maintenance", "reason": "x"}
    )
    done = await box.ask(
        "dana", "POST", "/crisis/mode", {"action": "set", "area": "71-02", "mode": "maintenance", "reason": "x"}
    )

    assert (refused.status_code, refused.json()["why"]) == (403, "outside_areas")
    assert "district-71" in refused.json()["detail"]
    assert done.status_code == 200
