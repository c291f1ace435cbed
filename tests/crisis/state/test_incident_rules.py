"""What staff may do about incidents, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from crisis.model.event_bodies import DistressClosed, DistressReceived, DistressTaken, ReportReceived
from crisis.model.incidents.bodies import CardPut, IncidentPut, ItemLinked, ItemsToldApart, ItemUnlinked, group_of
from crisis.model.incidents.commands import (
    CloseIncident,
    LinkItems,
    MergeIncidents,
    PutCard,
    PutIncident,
    TellApart,
    UnlinkItem,
)
from crisis.model.incidents.contents import IncidentContent, IncidentState
from crisis.state import incident_rules
from crisis.state.rules import Refusal, Why
from crisis.state.state import State
from tests.crisis.support.examples import ANNA, CEM, DANA, EWA, FEE, event, incident, task, unit

if TYPE_CHECKING:
    from pydantic import JsonValue

    from crisis.model.commands import Actor
    from crisis.model.event_bodies import Body
    from crisis.model.incidents.commands import IncidentCommand

E1, E2 = uuid4(), uuid4()
CALL, TAKEN, CLOSED, REPORT, DRILL = (uuid4() for _ in range(5))


@pytest.fixture
def state() -> State:
    """Two incidents, and calls in every state, none of them linked."""
    made = State()
    for name in (CALL, TAKEN, CLOSED):
        made.apply(event(DistressReceived(text="x"), name=name))
    made.apply(event(DistressTaken(TAKEN), 1))
    made.apply(event(DistressClosed(CLOSED, "x"), 1))
    made.apply(event(ReportReceived(text="x"), name=REPORT))
    made.apply(event(DistressReceived(text="x", exercise=True), name=DRILL))
    for name in (E1, E2):
        do(made, PutIncident(name, incident()))
    return made


_seconds = iter(range(10, 10_000))


def do(state: State, command: IncidentCommand, who: Actor = DANA) -> tuple[Body, ...]:
    """Let the state have what a command becomes."""
    made = incident_rules.decide(state, command, who)
    assert not isinstance(made, Refusal), made
    second = next(_seconds)
    for body in made:
        state.apply(event(body, second, actor=who.name))
    return made


def refused(state: State, command: IncidentCommand, who: Actor = DANA) -> tuple[Why, str]:
    found = incident_rules.decide(state, command, who)
    assert isinstance(found, Refusal), found
    return found.why, found.detail


def content(state: State, name: UUID = E1) -> IncidentContent:
    found = state.incidents.of(name)
    assert found is not None
    return found.content


@pytest.mark.parametrize("who", [ANNA, CEM, DANA, FEE], ids=lambda who: who.role)
def test_operators_responders_and_commanders_enter_incidents(state: State, who: Actor) -> None:
    name = uuid4()
    made = do(state, PutIncident(name, incident("Heim"), (CALL, REPORT), same=True), who)

    assert [type(body) for body in made] == [IncidentPut, ItemLinked, ItemLinked]
    assert content(state, name).title == "Heim"
    assert [found.id for found in state.incidents.having(REPORT)] == [name]


def test_viewers_do_not(state: State) -> None:
    for command in (PutIncident(uuid4(), incident()), PutCard(uuid4(), task()), CloseIncident(E1, "x")):
        assert refused(state, command, EWA) == (Why.NOT_ALLOWED, "edit_incidents")


def test_a_change_carries_what_changed_alone(state: State) -> None:
    (made,) = do(state, PutIncident(E1, incident(priority=1)))

    assert made == IncidentPut(E1, {"priority": 1})
    assert refused(state, PutIncident(E1, incident(priority=1)))[0] is Why.ALREADY_SO


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": " "}, "/title"),
        ({"latitude": 52.5}, "/latitude"),
        ({"state": IncidentState.CLOSED}, "/state"),
    ],
)
def test_what_cannot_be_an_incident_is_refused(state: State, wrong: dict[str, object], said: str) -> None:
    title = str(wrong.pop("title", "Aufzug"))
    why, detail = refused(state, PutIncident(uuid4(), incident(title, **wrong)))

    assert (why, detail.partition(":")[0]) == (Why.BAD_VALUE, said)


def test_closing_an_incident_closes_its_calls_with_its_outcome(state: State) -> None:
    do(state, LinkItems(E1, (CALL, TAKEN, CLOSED, REPORT), same=True))
    made = do(state, CloseIncident(E1, "Person befreit"), CEM)

    assert [body for body in made if isinstance(body, DistressClosed)] == [
        DistressClosed(CALL, "Person befreit"),
        DistressClosed(TAKEN, "Person befreit"),
    ]
    assert content(state).state is IncidentState.CLOSED
    call = state.distress(CALL)
    assert call is not None
    assert [step.text for step in call.closed] == ["Person befreit"]
    assert refused(state, CloseIncident(E1, "noch einmal")) == (Why.IS_CLOSED, "cem")


def test_a_call_that_another_open_incident_has_stays_open(state: State) -> None:
    do(state, LinkItems(E1, (CALL, TAKEN)))
    do(state, LinkItems(E2, (TAKEN,)))

    made = do(state, CloseIncident(E1, "erledigt"))

    assert [body for body in made if isinstance(body, DistressClosed)] == [DistressClosed(CALL, "erledigt")]


def test_whoever_may_not_close_calls_closes_only_incidents_without_open_ones(state: State) -> None:
    do(state, LinkItems(E1, (CALL,)))

    assert refused(state, CloseIncident(E1, "x"), ANNA) == (Why.NOT_ALLOWED, "handle_distress")
    assert [type(body) for body in do(state, CloseIncident(E2, "nichts gefunden"), ANNA)] == [IncidentPut]


def test_an_incident_is_closed_with_what_was_done_and_can_be_opened_again(state: State) -> None:
    assert refused(state, CloseIncident(E1, " "))[0] is Why.BAD_VALUE
    do(state, CloseIncident(E1, "abgesucht"))
    assert refused(state, LinkItems(E1, (CALL,)))[0] is Why.IS_CLOSED

    do(state, PutIncident(E1, incident(outcome="abgesucht")))

    assert content(state).state is IncidentState.OPEN


def test_links_are_made_once_and_undone_once(state: State) -> None:
    assert do(state, LinkItems(E1, (CALL, CALL, REPORT), same=True)) == (
        ItemLinked(E1, CALL, True),
        ItemLinked(E1, REPORT, True),
    )
    assert refused(state, LinkItems(E1, (CALL,), same=True))[0] is Why.ALREADY_SO
    assert do(state, LinkItems(E1, (CALL,))) == (ItemLinked(E1, CALL, False),)
    assert do(state, UnlinkItem(E1, CALL)) == (ItemUnlinked(E1, CALL),)
    assert refused(state, UnlinkItem(E1, CALL))[0] is Why.ALREADY_SO
    assert state.incidents.having(CALL) == ()


def test_what_is_told_apart_once_can_be_taken_back_once(state: State) -> None:
    group = group_of((CALL, REPORT))
    made = do(state, TellApart((REPORT, CALL), True, "all"))

    assert made == (ItemsToldApart(group, tuple(sorted((CALL, REPORT), key=str)), True, "all"),)
    assert [told.group for told in state.incidents.told_apart()] == [group]
    assert refused(state, TellApart((CALL, REPORT), True, "all"))[0] is Why.ALREADY_SO
    do(state, TellApart((CALL, REPORT), False, "all"))
    assert state.incidents.told_apart() == ()
    assert refused(state, TellApart((CALL, REPORT), False, "all"))[0] is Why.ALREADY_SO


@pytest.mark.parametrize("items", [(CALL,), (CALL, CALL), (CALL, E1), (CALL, uuid4())])
def test_only_two_calls_or_reports_that_are_there_are_told_apart(state: State, items: tuple[UUID, ...]) -> None:
    assert refused(state, TellApart(items, True, "all"))[0] in {Why.BAD_VALUE, Why.UNKNOWN}


def test_nothing_is_linked_that_is_not_there(state: State) -> None:
    unknown = uuid4()

    assert refused(state, LinkItems(E1, (CALL, unknown))) == (Why.UNKNOWN, str(unknown))
    assert refused(state, LinkItems(unknown, (CALL,))) == (Why.UNKNOWN, str(unknown))
    assert refused(state, LinkItems(E1, (E1,)))[0] is Why.BAD_VALUE
    assert refused(state, LinkItems(E1, tuple(uuid4() for _ in range(101))))[0] is Why.BAD_VALUE


def test_a_drill_and_what_is_real_are_never_mixed(state: State) -> None:
    drill = uuid4()
    assert refused(state, LinkItems(E1, (DRILL,)))[0] is Why.MIXED_EXERCISE
    assert refused(state, PutIncident(drill, incident(exercise=True), (CALL,)))[0] is Why.MIXED_EXERCISE

    do(state, PutIncident(drill, incident(exercise=True), (DRILL,)))

    assert [found.id for found in state.incidents.having(DRILL)] == [drill]


def test_an_incident_of_a_drill_is_never_merged_with_a_real_one_and_none_becomes_the_other(state: State) -> None:
    drill = uuid4()
    do(state, PutIncident(drill, incident(exercise=True), (DRILL,)))
    do(state, LinkItems(E1, (CALL,)))

    merged = incident_rules.decide(state, MergeIncidents(drill, E1, "x"), DANA)
    renamed = incident_rules.decide(state, PutIncident(E1, incident(exercise=True)), DANA)

    assert merged == Refusal(Why.MIXED_EXERCISE)
    assert renamed == Refusal(Why.MIXED_EXERCISE)
    do(state, PutIncident(E2, incident(exercise=True)))  # nothing belongs to it yet


def test_two_incidents_that_are_one_are_merged_and_no_call_is_closed(state: State) -> None:
    job = uuid4()
    do(state, LinkItems(E1, (CALL, REPORT), same=True))
    do(state, LinkItems(E2, (REPORT,)))
    do(state, PutCard(job, task(incident=E1)))

    do(state, MergeIncidents(E1, E2, "gehört zu E 2"))

    kept = state.incidents.of(E2)
    assert kept is not None
    assert [(link.item, link.same) for link in kept.links] == [(REPORT, False), (E1, True), (CALL, True)]
    assert content(state, E1).state is IncidentState.CLOSED
    assert [found.id for found in state.incidents.tasks_of(E2)] == [job]
    assert {call.id for call in state.open_distresses()} >= {CALL, TAKEN}
    assert refused(state, MergeIncidents(E2, E2, "x"))[0] is Why.BAD_VALUE


def test_cards_are_entered_and_changed(state: State) -> None:
    job, force = uuid4(), uuid4()
    do(state, PutCard(job, task(incident=E1)))
    do(state, PutCard(force, unit(leaders=1, helpers=8)))

    assert do(state, PutCard(force, unit(leaders=1, helpers=9))) == (CardPut(force, "unit", {"helpers": 9}),)
    assert refused(state, PutCard(force, unit(leaders=1, helpers=9)))[0] is Why.ALREADY_SO
    assert refused(state, PutCard(job, unit()))[0] is Why.BAD_VALUE
    assert refused(state, PutCard(uuid4(), task(" ")))[1].startswith("/title")
    assert refused(state, PutCard(uuid4(), unit(" ")))[1].startswith("/name")
    assert refused(state, PutCard(uuid4(), task(incident=uuid4())))[0] is Why.UNKNOWN


def test_at_a_box_the_missing_words_of_elsewhere_are_not_overwritten() -> None:
    state = State()
    public: dict[str, JsonValue] = {"sort": "rescue", "area": "district-71", "state": "open"}
    state.apply(event(IncidentPut(E1, public, begins=True, withheld=True)))
    seen = content(state)

    changed = IncidentContent(**{**{name: getattr(seen, name) for name in seen.__dataclass_fields__}, "priority": 1})

    assert do(state, PutIncident(E1, changed)) == (IncidentPut(E1, {"priority": 1}),)
