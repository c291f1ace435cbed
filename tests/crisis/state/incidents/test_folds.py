"""Incidents and cards: the last writer of each field, links that can be undone, and nodes that were apart."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from crisis.model import contents
from crisis.model.event_bodies import DistressReceived
from crisis.model.incidents.bodies import CardPut, IncidentPut, ItemLinked, ItemUnlinked
from crisis.model.incidents.contents import IncidentState, TaskState, UnitStatus
from crisis.state.incidents.views import Link, Task, Unit
from crisis.state.state import State
from tests.crisis.support.examples import event, incident, task, unit
from tests.crisis.support.strategies import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import JsonValue

    from crisis.model.events import Event

E1, E2, CARD = uuid4(), uuid4(), uuid4()
CALL, OTHER_CALL = uuid4(), uuid4()


def begun(name: object = E1, **more: object) -> IncidentPut:
    return IncidentPut(name, contents.fields_of(incident(**more)), begins=True)  # type: ignore[arg-type]  # E1 or E2


def links(events: Iterable[Event]) -> list[tuple[object, bool]]:
    found = fold(events).incidents.of(E1)
    assert found is not None
    return [(link.item, link.same) for link in found.links]


def test_two_who_change_different_fields_both_win() -> None:
    state = fold(
        [
            event(begun()),
            event(IncidentPut(E1, {"priority": 1}), 10, node="71-01"),
            event(IncidentPut(E1, {"place": "Hauptstr. 23", "priority": 2}), 5),
        ]
    )
    found = state.incidents.of(E1)

    assert found is not None
    assert (found.content.priority, found.content.place) == (1, "Hauptstr. 23")
    assert (found.put.actor, found.is_open, found.withheld) == ("anna", True, False)


def test_a_link_is_undone_and_can_be_made_again() -> None:
    made = [event(begun()), event(ItemLinked(E1, CALL, True), 1), event(ItemLinked(E1, OTHER_CALL), 2)]
    undone = [*made, event(ItemUnlinked(E1, CALL), 3)]

    assert links(made) == [(CALL, True), (OTHER_CALL, False)]
    assert links(undone) == [(OTHER_CALL, False)]
    assert links([*undone, event(ItemLinked(E1, CALL), 4)]) == [(OTHER_CALL, False), (CALL, False)]


def test_nodes_that_linked_differently_while_apart_end_in_the_same_state() -> None:
    calls = [event(DistressReceived(text=text), name=name) for name, text in ((CALL, "eins"), (OTHER_CALL, "zwei"))]
    hub = [event(begun(E1)), event(ItemLinked(E1, CALL, True), 3), event(ItemLinked(E1, OTHER_CALL, True), 4)]
    box = [
        event(begun(E2), 1, node="71-01"),
        event(ItemLinked(E2, CALL), 3, node="71-01"),
        event(ItemUnlinked(E1, OTHER_CALL), 5, node="71-01"),
    ]

    states = [fold([*calls, *order]) for order in itertools.permutations([*hub, *box])]

    assert all(state == states[0] for state in states)
    for state in states:
        assert [found.id for found in state.incidents.having(CALL)] == [E1, E2]
        assert state.incidents.having(OTHER_CALL) == ()
        assert {call.id for call in state.open_distresses()} == {CALL, OTHER_CALL}  # a link hides no call


def test_a_link_waits_for_its_incident() -> None:
    state = fold([event(ItemLinked(E1, CALL), 1)])
    assert (state.incidents.of(E1), state.incidents.having(CALL)) == (None, ())

    state.apply(event(begun()))

    assert [link.item for found in state.incidents.having(CALL) for link in found.links] == [CALL]


def test_closing_is_a_field_and_says_who_did_it() -> None:
    closing = event(IncidentPut(E1, {"state": "closed", "outcome": "befreit"}), 5, actor="cem")
    state = fold([event(begun()), closing])
    found = state.incidents.of(E1)
    assert found is not None
    assert (found.content.state, found.content.outcome, found.closed and found.closed.actor) == (
        IncidentState.CLOSED,
        "befreit",
        "cem",
    )
    assert state.incidents.open() == ()

    state.apply(event(IncidentPut(E1, {"state": "open"}), 9))

    assert [each.closed for each in state.incidents.open()] == [None]


def test_open_incidents_stand_by_priority_and_then_the_oldest_first() -> None:
    names = [uuid4() for _ in range(4)]
    urgencies = (3, 1, 3, 2)
    state = fold(
        event(begun(name, priority=priority), second)
        for second, (name, priority) in enumerate(zip(names, urgencies, strict=True))
    )

    assert [found.id for found in state.incidents.open()] == [names[1], names[3], names[0], names[2]]


def test_an_incident_of_elsewhere_has_its_kind_area_and_state_and_says_that_words_are_missing() -> None:
    public: dict[str, JsonValue] = {"sort": "rescue", "area": "district-71", "state": "open", "exercise": True}
    state = fold([event(IncidentPut(E1, public, begins=True, withheld=True))])
    found = state.incidents.of(E1)

    assert found is not None
    assert (found.content.title, found.content.sort, found.content.area) == ("", "rescue", "district-71")
    assert (found.withheld, found.is_exercise) == (True, True)


@pytest.mark.parametrize("wrong", [{"priority": 9}, {"priority": "hoch"}, {"colour": "red"}, {"people": -1}])
def test_a_field_that_cannot_be_read_hides_nothing_else(wrong: dict[str, JsonValue]) -> None:
    state = fold([event(begun(priority=2, people=3)), event(IncidentPut(E1, wrong), 1)])
    found = state.incidents.of(E1)

    assert found is not None
    assert found.content.title == "Aufzug Hauptstr. 23"


def test_a_unit_s_status_is_the_last_that_was_said() -> None:
    first = CardPut(CARD, "unit", contents.fields_of(unit(leaders=1, sub_leaders=8, status=UnitStatus.ON_THE_WAY)))
    state = fold([event(first), event(CardPut(CARD, "unit", {"status": 4}), 60)])
    found = state.incidents.card(CARD)

    assert isinstance(found, Unit)
    assert (found.content.status, found.content.strength) == (UnitStatus.AT_THE_SCENE, "1/8/0//9")
    assert state.incidents.units() == (found,)


def test_a_card_of_a_sort_that_nobody_knows_is_kept_and_not_shown() -> None:
    state = fold([event(CardPut(CARD, "drone", {"title": "x"})), event(CardPut(uuid4(), "sector", {"title": "y"}))])

    assert state.incidents.card(CARD) is None
    assert state.incidents.cards() == ()
    assert len(list(state.events())) == 2


def test_tasks_stand_by_when_they_are_due_those_that_are_done_last() -> None:
    soon, late, never, done = (uuid4() for _ in range(4))
    at = event(begun()).at
    cards = [
        (done, task(state=TaskState.DONE, due_at=at)),
        (never, task()),
        (late, task(due_at=at.replace(hour=20))),
        (soon, task(due_at=at)),
    ]
    state = State()
    for name, content in cards:
        state.apply(event(CardPut(name, "task", contents.fields_of(content))))

    tasks = state.incidents.tasks()
    assert [found.id for found in tasks] == [soon, late, never, done]
    assert [found.is_late(at) for found in tasks] == [True, False, False, False]
    assert all(isinstance(found, Task) for found in tasks)


def test_a_link_s_act_says_who_linked() -> None:
    linked = event(ItemLinked(E1, CALL, True), 4, actor="cem", node="71-01")
    found = fold([event(begun()), linked]).incidents.of(E1)

    assert found is not None
    assert isinstance(found.links[0], Link)
    assert (found.links[0].act.actor, found.links[0].act.node, found.last.event) == ("cem", "71-01", linked.id)
