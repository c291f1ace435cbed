"""What is chosen of calls: mine, open, kind, area, and words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from api.crisis.staff.desk.call_lines import CallLine
from api.crisis.staff.desk.selection import Selection
from crisis.model.call_bodies import DistressAssigned, DistressNoted
from crisis.model.event_bodies import DistressClosed, DistressReceived, DistressTaken, ReportReceived
from crisis.state import need
from crisis.state.state import State
from devices.readings import DistressKind
from tests.crisis.support.examples import after, event


def line(*, street: str = "", done: tuple[Any, ...] = (), **said: Any) -> CallLine:
    """A call through box 71-01 as its line; `done` are makers of the events about it."""
    state = State()
    call = event(DistressReceived(**{"box": "71-01", "number": 17, **said}), actor="resident")
    state.apply(call)
    for seconds, make in enumerate(done, 1):
        state.apply(event(make(call.id), seconds, actor="cem"))
    found = state.distresses()[0]
    return CallLine(found, street, "Schöneberg", False, False, need.of(found, after(9), timedelta(minutes=2)))


TAKEN, CLOSED = (DistressTaken,), (DistressTaken, DistressClosed)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, True),
        ({"mine": "yes"}, False),
        ({"state": "waiting"}, True),
        ({"state": "taken"}, False),
        ({"state": "nonsense"}, True),
        ({"kind": "fire"}, True),
        ({"kind": "medical"}, False),
        ({"area": "district-71"}, True),
        ({"area": "71-01"}, True),
        ({"area": "district-72"}, False),
        ({"q": "h 17"}, True),
        ({"q": "H17"}, True),
        ({"q": "H 17", "mine": "yes", "kind": "medical"}, True),
        ({"q": "H 1"}, False),
        ({"q": "H 71-01/17"}, False),
        ({"q": "17"}, True),
        ({"q": "hauptstr RAUCH"}, True),
        ({"q": "Hauptstr Wasser"}, False),
        ({"q": "7kq2-m0xa"}, True),
        ({"q": "7KQ2M0XB"}, False),
        ({"q": "schöneberg"}, True),
    ],
)
def test_a_waiting_call_is_chosen(query: dict[str, str], found: bool) -> None:
    call = line(street="Hauptstr. 23", text="Rauch im Keller", kind=DistressKind.FIRE, receipt="7KQ2-M0XA")

    assert Selection.read(query).has_call(call, "cem") is found


@pytest.mark.parametrize("done", [TAKEN, (lambda call: DistressAssigned(call, "dana"),)])
def test_mine_is_what_i_have_and_what_i_am_to_take(done: tuple[Any, ...]) -> None:
    who = "cem" if done is TAKEN else "dana"

    assert Selection(mine=True).has_call(line(done=done), who)
    assert not Selection(mine=True).has_call(line(done=done), "anna")


def test_closed_calls_are_left_out_until_they_are_asked_for_or_searched_for() -> None:
    call = line(done=CLOSED, text="Rauch")

    assert not Selection().has_call(call, "cem")
    assert Selection(state="closed").has_call(call, "cem")
    assert Selection(search="rauch").has_call(call, "cem")
    assert not Selection(search="rauch", state="open").has_call(call, "cem")


def test_a_number_of_the_radio_finds_its_call_in_whatever_state() -> None:
    chosen = Selection.read({"q": "H 17", "state": "waiting"})

    assert chosen.wants_closed
    assert chosen.has_call(line(done=CLOSED), "dana")


def test_notes_are_searched_too() -> None:
    assert Selection(search="charité").has_call(line(done=(lambda call: DistressNoted(call, "Charité"),)), "cem")


def test_a_selection_survives_its_address() -> None:
    chosen = Selection(mine=True, state="all", kind="fire", area="district-71", search="Haupt & Co")
    fields = dict(
        part.split("=") for part in chosen.query.replace("%26", "&amp;").replace("+", " ").split("&") if "=" in part
    )

    assert chosen.query == "mine=yes&state=all&kind=fire&area=district-71&q=Haupt+%26+Co"
    assert Selection.read({**fields, "q": "Haupt & Co"}) == chosen


def test_reports_are_chosen_by_area_and_words() -> None:
    state = State()
    state.apply(event(ReportReceived(text="Wo gibt es Wasser?", box="71-01"), actor="resident"))
    report = state.reports()[0]

    assert Selection(search="wasser", area="district-71").has_report(report, "anna")
    assert not Selection(area="district-72").has_report(report, "anna")
    assert not Selection(kind="fire").has_report(report, "anna")
