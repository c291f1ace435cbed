"""Calls through one door never hide a call through another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from api.crisis.staff import shares
from api.crisis.staff.desk import call_lines
from api.crisis.staff.shares import Overflow
from crisis.model.event_bodies import DistressReceived, ReportReceived, Source
from crisis.state.views import Act, Distress, Report, Step
from tests.api.crisis.support.browser import OVERVIEW, sign_in, text_of
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

FLOOD = 2_000


def calls(count: int, node: str = "71-01", *, is_taken: bool = False, **body: Any) -> list[Distress]:
    taken = (Step(Act(uuid4(), NOW, "cem", "hub"), ""),) if is_taken else ()
    received = Act(uuid4(), NOW, "resident", node)
    return [Distress(uuid4(), DistressReceived(**body), received, taken) for _ in range(count)]


def test_2_000_calls_through_one_box_stand_behind_those_of_others() -> None:
    flood, real = calls(FLOOD), calls(1, "72-02")

    found, beyond = shares.divide([*flood, *real])

    assert found.index(real[0]) == shares.CALLS
    assert len(found) == FLOOD + 1  # nothing is lost
    assert beyond == (Overflow("71-01", FLOOD - shares.CALLS),)


def test_messages_in_the_name_of_a_box_do_not_hide_the_calls_of_its_page() -> None:
    flood, real = calls(FLOOD, "hub", box="71-01", source=Source.MQTT), calls(1, "71-01")

    found, _ = shares.divide([*flood, *real])

    assert found.index(real[0]) == shares.CALLS


def test_what_is_taken_does_not_count() -> None:
    taken = calls(100, is_taken=True)

    found, beyond = shares.divide([*taken, *calls(shares.CALLS)])

    assert (len(found), beyond) == (100 + shares.CALLS, ())


def test_few_calls_stay_in_their_order() -> None:
    found = [*calls(shares.CALLS), *calls(shares.CALLS, "72-02")]

    assert shares.divide(found) == (found, ())


def test_reports_have_a_share_as_well() -> None:
    flood = [Report(uuid4(), ReportReceived(text="x"), Act(uuid4(), NOW, "resident", "71-01")) for _ in range(FLOOD)]
    real = Report(uuid4(), ReportReceived(text="Insulin"), Act(uuid4(), NOW, "resident", "72-02"))

    found, beyond = shares.divide([*flood, real])

    assert found.index(real) == shares.REPORTS
    assert beyond == (Overflow("71-01", FLOOD - shares.REPORTS),)


async def test_the_staff_s_page_shows_the_real_call_and_says_what_stands_below(hub: Application) -> None:
    """Through the hub's own page by one phone that describes itself differently each time; and one call of a box."""
    node = hub.node
    statuses = set()
    for number in range(150):
        headers = {"User-Agent": f"phone {number}"}
        sent = await hub.client.post("/crisis/distress", json={"text": f"forged {number}"}, headers=headers)
        statuses.add(sent.status_code)
    await node.receive(DistressReceived(text="Rauch im Keller", box="72-02", source=Source.MQTT))
    await node.receive(ReportReceived(text="Insulin", box="72-02", source=Source.MQTT))
    for number in range(40):
        await node.receive(ReportReceived(text=f"noise {number}"))

    staff = await sign_in(hub, "bert")
    words = text_of(await staff.get(OVERVIEW))
    listed = text_of(await staff.get("/crisis/staff/calls"))
    reports = text_of(await staff.get("/crisis/staff/reports"))
    of_the_box = text_of(await staff.get("/crisis/staff/boxes/72-02/calls"))
    in_order, _ = call_lines.in_order(node, node.now())

    assert statuses == {201}
    assert "Very many calls from hub: 130 of them stand below all others. None is lost." in words
    assert "Rauch im Keller" in words
    assert "Rauch im Keller" in listed
    assert "Insulin" in words
    assert "Very many reports from hub: 30 of them stand below all others." in words
    assert "30 of them stand below" in reports
    assert re.search(r"130 of them stand below", listed)
    assert "Rauch im Keller" in of_the_box
    assert "forged" not in of_the_box
    assert len(in_order) == 151
