"""Residents' words: left out for others, sealed for the hub, and given back to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from crisis.model import contents, events
from crisis.model.call_bodies import CallerSaid, DistressNoted
from crisis.model.event_bodies import (
    KINDS,
    DistressClosed,
    DistressReceived,
    DistressTaken,
    ReportAnswered,
    ReportReceived,
)
from crisis.model.incidents.bodies import CardPut, IncidentPut
from crisis.model.incidents.contents import IncidentSort
from crisis.model.log_bodies import EntrySort, EntryStruck, EntryWritten
from crisis.trust import signatures, words
from crisis.trust.identity import Identity
from devices.readings import DistressKind
from tests.crisis.support.examples import event, incident, task, unit

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import JsonValue

    from crisis.model.event_bodies import Body

SAID = "Frau M., 2. Stock"
CALL = event(DistressReceived()).id
PERSONAL: list[Body] = [
    DistressReceived(
        kind=DistressKind.FIRE,
        text=SAID,
        contact=SAID,
        latitude=52.5,
        longitude=13.3,
        receipt="AAAA",
        box="71-01",
        people=3,
    ),
    ReportReceived(text=SAID, contact=SAID, receipt="AAAA", box="71-01"),
    DistressTaken(CALL, SAID),
    DistressClosed(CALL, SAID),
    DistressNoted(CALL, SAID, CallerSaid.ADDED),
    ReportAnswered(CALL, SAID),
    EntryWritten(SAID, sender=SAID, recipient=SAID, channel="AAAA", latitude=52.5, longitude=13.3, about=(CALL,)),
    EntryStruck(CALL, SAID),
    IncidentPut(CALL, contents.fields_of(incident(SAID, place=SAID, note=SAID, latitude=52.5, outcome="AAAA"))),
    CardPut(CALL, "task", contents.fields_of(task(SAID, assignee=SAID, note=SAID, outcome="AAAA"))),
    CardPut(CALL, "unit", contents.fields_of(unit(SAID, note="AAAA"))),
]


@pytest.fixture
def hub(tmp_path: Path) -> Identity:
    made = Identity(tmp_path, "hub", is_hub=True)
    assert made.key is not None
    return made


@pytest.mark.parametrize("body", PERSONAL, ids=lambda body: type(body).__name__)
def test_no_word_is_left_and_the_hub_gets_all_of_them_back(hub: Identity, body: Body, tmp_path: Path) -> None:
    whole = hub.sign(events.encode(event(body, node="71-01")))

    made = words.withheld(whole, hub)

    assert words.is_withheld(made)
    assert not words.is_withheld(whole)
    assert not any(word in made.body for word in (SAID, "AAAA", "52.5"))
    assert signatures.is_valid(made, hub.root.key)  # type: ignore[union-attr]  # the fixture has one
    assert (made.id, made.node, made.at_ms, made.kind) == (whole.id, whole.node, whole.at_ms, whole.kind)
    assert words.opened(made, hub) == whole
    assert words.opened(made, Identity(tmp_path / "other", "hub", is_hub=True)) == made


def test_what_happened_where_is_still_there(hub: Identity) -> None:
    made = events.decode(words.withheld(events.encode(event(PERSONAL[0], node="71-01")), hub))

    assert isinstance(made.body, DistressReceived)
    assert (made.body.kind, made.body.people, made.body.box) == (DistressKind.FIRE, 3, "71-01")
    assert made.body.withheld


def test_that_a_call_was_withdrawn_is_known_everywhere(hub: Identity) -> None:
    said = DistressNoted(CALL, SAID, CallerSaid.WITHDRAWN)

    made = events.decode(words.withheld(events.encode(event(said, node="71-01")), hub))

    assert made.body == DistressNoted(CALL, "", CallerSaid.WITHDRAWN)


def test_a_call_of_a_drill_is_one_without_its_words_too(hub: Identity) -> None:
    made = events.decode(words.withheld(events.encode(event(DistressReceived(text=SAID, exercise=True))), hub))

    assert isinstance(made.body, DistressReceived)
    assert made.body.exercise


def test_of_an_entry_its_kind_and_its_area_are_left(hub: Identity) -> None:
    entry = EntryWritten(SAID, EntrySort.ORDER, area="district-71", exercise=True)
    made = events.decode(words.withheld(events.encode(event(entry)), hub))

    assert made.body == EntryWritten("", EntrySort.ORDER, area="district-71", exercise=True, withheld=True)


def test_of_an_incident_its_kind_its_area_and_its_state_are_left(hub: Identity) -> None:
    content = incident(SAID, sort=IncidentSort.RESCUE, area="district-71", people=3, exercise=True)
    whole = IncidentPut(CALL, contents.fields_of(content), begins=True)
    made = events.decode(words.withheld(events.encode(event(whole)), hub))

    left: dict[str, JsonValue] = {"sort": "rescue", "area": "district-71", "state": "open", "exercise": True}
    assert made.body == IncidentPut(CALL, left, begins=True, withheld=True)


def test_of_a_unit_its_status_and_its_incident_are_left(hub: Identity) -> None:
    whole = CardPut(CALL, "unit", {"name": SAID, "status": 4, "incident": str(CALL)})
    made = events.decode(words.withheld(events.encode(event(whole)), hub))

    assert made.body == CardPut(CALL, "unit", {"status": 4, "incident": str(CALL)}, withheld=True)


def test_what_a_resident_writes_cannot_look_withheld(hub: Identity) -> None:
    said = events.encode(event(ReportReceived(text='{"withheld":true}')))

    assert not words.is_withheld(said)
    assert words.opened(said, hub) == said


def test_a_text_too_long_to_be_sealed_into_an_event_stays_at_the_hub(hub: Identity) -> None:
    made = words.withheld(events.encode(event(ReportReceived(text="ظ" * 16_000, contact="x"))), hub)
    huge = events.encode(event(ReportReceived(text="\u0001" * 9_000)))

    assert len(words.withheld(huge, hub).body) < events.BODY_BYTES_MAX
    assert len(made.body) < events.BODY_BYTES_MAX


def test_a_sealed_event_under_another_name_is_not_opened(hub: Identity) -> None:
    one, two = (events.encode(event(ReportReceived(text=text))) for text in ("eins", "zwei"))
    mixed = words.blank(one, json.loads(words.withheld(two, hub).body)["sealed"])

    assert words.opened(mixed, hub) == mixed


def test_every_kind_with_words_is_known() -> None:
    assert set(words.PUBLIC) < set(KINDS)
