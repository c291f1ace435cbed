"""What the events about one thing add up to: modes, notices, places of help, calls; and what corrected times change."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from crisis.model import account_bodies, contents, event_bodies
from crisis.model.call_bodies import WITHDRAWN_TEXT, CallerSaid, DistressNoted
from crisis.model.contents import NoticeText
from crisis.model.event_bodies import DistressClosed, DistressReceived, DistressTaken, ModeProposed, ModeSet
from crisis.model.roles import Role
from crisis.state.state import State
from crisis.state.views import DistressStatus
from devices.readings import Mode
from tests.crisis.support.examples import NOW, after, event, notice, point
from tests.crisis.support.strategies import fold

if TYPE_CHECKING:
    from pydantic import JsonValue

    from crisis.model.events import Event
    from crisis.state.views import Notice, Point

# -- mode ------------------------------------------------------------------------------------------------------------


def test_without_any_decision_the_mode_is_normal_since_never() -> None:
    found = State().mode_at("71-01")

    assert (found.mode, found.since) == (Mode.NORMAL, None)


@pytest.mark.parametrize(
    ("decided", "mode", "area", "is_exercise"),
    [
        ([("all", Mode.EMERGENCY, False)], Mode.EMERGENCY, "all", False),
        ([("all", Mode.NORMAL, False), ("71-01", Mode.MAINTENANCE, False)], Mode.MAINTENANCE, "71-01", False),
        ([("all", Mode.EMERGENCY, False), ("71-01", Mode.MAINTENANCE, False)], Mode.EMERGENCY, "all", False),
        ([("all", Mode.NORMAL, False), ("district-71", Mode.EMERGENCY, False)], Mode.EMERGENCY, "district-71", False),
        ([("district-72", Mode.EMERGENCY, False)], Mode.NORMAL, "all", False),
        ([("all", Mode.EMERGENCY, False), ("district-71", Mode.EMERGENCY, True)], Mode.EMERGENCY, "all", False),
        ([("all", Mode.NORMAL, False), ("district-71", Mode.EMERGENCY, True)], Mode.EMERGENCY, "district-71", True),
        ([("all", Mode.EMERGENCY, False), ("71-01", Mode.EMERGENCY, False)], Mode.EMERGENCY, "71-01", False),
    ],
)
def test_the_mode_of_a_box_comes_from_the_areas_around_it(
    decided: list[tuple[str, Mode, bool]], mode: Mode, area: str, is_exercise: bool
) -> None:
    state = fold(event(ModeSet(name, value, exercise=exercise)) for name, value, exercise in decided)

    found = state.mode_at("71-01")

    assert (found.mode, found.area, found.exercise) == (mode, area, is_exercise)


def test_a_proposal_waits_until_it_is_confirmed() -> None:
    proposal = event(ModeProposed("all", Mode.EMERGENCY, "Stromausfall"), actor="anna")
    confirmed = event(ModeSet("all", Mode.EMERGENCY, proposal=proposal.id, proposed_by="anna"), 5, actor="bert")

    before, later = fold([proposal]).area_mode("all"), fold([confirmed, proposal]).area_mode("all")

    assert before is not None
    assert [found.id for found in before.proposals] == [proposal.id]
    assert before.mode is None
    assert later is not None
    assert (later.mode, later.proposals, later.proposed_by) == (Mode.EMERGENCY, (), "anna")


def test_a_proposal_that_is_older_than_a_decision_is_void() -> None:
    events = [event(ModeProposed("all", Mode.EMERGENCY)), event(ModeSet("all", Mode.NORMAL), 1)]

    found = fold(events).area_mode("all")

    assert found is not None
    assert found.proposals == ()


# -- notices and places of help --------------------------------------------------------------------------------------


def published(name: UUID, content: contents.NoticeContent, seconds: float = 0) -> Event:
    return event(event_bodies.NoticePublished(name, contents.fields_of(content)), seconds)


def the_notice(state: State, name: UUID) -> Notice:
    found = state.notice(name)
    assert found is not None
    return found


def test_two_people_who_change_different_fields_both_get_what_they_wanted() -> None:
    name = uuid4()
    text: JsonValue = {"headline": "Neu", "text": "", "instruction": ""}
    events = [
        published(name, notice()),
        event(event_bodies.NoticePublished(name, {"until_at": event_bodies.milliseconds(after(3600))}), 5),
        event(event_bodies.NoticePublished(name, {"texts.de": text}), 6),
    ]

    content = the_notice(fold(events), name).content

    assert (content.texts["de"], content.until_at) == (NoticeText(headline="Neu"), after(3600))


def test_of_two_who_change_one_field_the_later_wins_and_the_other_is_in_the_history() -> None:
    name = uuid4()
    first, second = (
        event(event_bodies.NoticePublished(name, {"severity": severity}), seconds, actor=actor)
        for severity, seconds, actor in (("Severe", 6, "anna"), ("Minor", 5, "bert"))
    )

    state = fold([first, second, published(name, notice())])

    assert the_notice(state, name).content.severity == "Severe"
    assert the_notice(state, name).changed.actor == "anna"
    assert [dated.event.actor for dated in state.history(name)] == ["anna", "bert", "anna"]


def test_of_two_at_the_same_millisecond_the_greater_id_wins() -> None:
    name, low, high = uuid4(), UUID(int=1 << 80), UUID(int=2 << 80)
    events = [
        published(name, notice(), -1),
        event(event_bodies.NoticePublished(name, {"area": "71-02"}), name=high),
        event(event_bodies.NoticePublished(name, {"area": "71-01"}), name=low),
    ]

    assert the_notice(fold(events), name).content.area == "71-02"


def test_a_withdrawn_notice_stays_withdrawn_whatever_a_node_that_did_not_know_wrote() -> None:
    name = uuid4()
    events = [
        published(name, notice()),
        event(event_bodies.NoticeWithdrawn(name, "falsch"), 5),
        event(event_bodies.NoticePublished(name, {"severity": "Extreme"}), 9),
    ]

    found = the_notice(fold(events), name)

    assert found.withdrawn is not None
    assert not found.is_active(after(10))


def test_a_notice_that_replaces_another_takes_its_place() -> None:
    old, new = uuid4(), uuid4()
    state = fold([published(new, notice("Neu", replaces=old), 5), published(old, notice())])

    assert the_notice(state, old).replaced_by == new
    assert not the_notice(state, old).is_active(after(6))
    assert the_notice(state, new).is_active(after(6))


def test_two_notices_that_replace_each_other_leave_the_newer_one() -> None:
    old, new = uuid4(), uuid4()
    state = fold([published(old, notice(replaces=new)), published(new, notice(replaces=old), 5)])

    assert the_notice(state, old).replaced_by == new
    assert the_notice(state, new).replaced_by is None


@pytest.mark.parametrize(("seconds", "is_active"), [(-1, False), (0, True), (59, True), (60, False)])
def test_a_notice_holds_from_its_beginning_until_its_end(seconds: float, is_active: bool) -> None:
    name = uuid4()
    found = the_notice(fold([published(name, notice(from_at=NOW, until_at=after(60)), -5)]), name)

    assert found.is_active(after(seconds)) is is_active


def test_a_notice_without_its_german_text_is_not_shown_until_that_comes() -> None:
    name = uuid4()
    change = event(event_bodies.NoticePublished(name, {"severity": "Severe"}), 5)
    state = fold([change])
    hidden = state.notices()

    state.apply(published(name, notice()))

    assert hidden == ()
    assert the_notice(state, name).content.severity == "Severe"


@pytest.mark.parametrize(
    "nonsense",
    [
        {"severity": "Terrible"},
        {"texts": 1},
        {"texts.fr": "salut"},
        {"texts.FR!": {"headline": "x"}},
        {"area": 5},
        {"from_at": 10**18},
        {"until_at": -(10**15)},
        {"colour": "red"},
        {"a.b.c": None},
        {"replaces": [[]]},
    ],
)
def test_a_field_that_makes_no_sense_hides_nothing_else(nonsense: dict[str, JsonValue]) -> None:
    name = uuid4()
    state = fold([published(name, notice("Bleibt")), event(event_bodies.NoticePublished(name, nonsense), 5)])

    assert the_notice(state, name).content.texts["de"].headline == "Bleibt"


def test_a_point_is_closed_until_it_is_put_again() -> None:
    name = uuid4()

    def found_after(*events: Event) -> Point:
        found = fold(events).point(name)
        assert found is not None
        return found

    put = event(event_bodies.PointPut(name, contents.fields_of(point())))
    closed = event(event_bodies.PointClosed(name, "kein Diesel"), 5)
    again = event(event_bodies.PointPut(name, {}), 9)

    assert found_after(closed, put).closed_reason == "kein Diesel"
    assert found_after(again, closed, put).closed is None


def test_who_changes_a_point_without_knowing_that_it_was_closed_does_not_open_it() -> None:
    name = uuid4()
    changed = event(event_bodies.PointPut(name, {"note": "mit Rampe"}, reopens=False), 9)
    events = [
        changed,
        event(event_bodies.PointClosed(name, "kein Diesel"), 5),
        event(event_bodies.PointPut(name, contents.fields_of(point()), reopens=False)),
    ]

    found = fold(events).point(name)

    assert found is not None
    assert (found.content.note, found.closed_reason) == ("mit Rampe", "kein Diesel")
    assert found.last.event == changed.id


# -- calls for help --------------------------------------------------------------------------------------------------


def test_a_call_goes_from_received_to_taken_to_closed_and_never_back() -> None:
    call = event(DistressReceived(text="Rauch"))
    taken, closed = event(DistressTaken(call.id), 5), event(DistressClosed(call.id, "gelöscht"), 9)

    def status(*events: Event) -> DistressStatus:
        found = fold(events).distress(call.id)
        assert found is not None
        return found.status

    assert status(call) is DistressStatus.RECEIVED
    assert status(taken, call) is DistressStatus.TAKEN
    assert status(closed, call) is DistressStatus.CLOSED
    assert status(closed, taken, call) is DistressStatus.CLOSED


def test_the_last_word_of_who_called_says_whether_it_is_withdrawn_and_that_closes_nothing() -> None:
    call = event(DistressReceived(text="Rauch"), 0)
    withdrawn = event(DistressNoted(call.id, WITHDRAWN_TEXT, CallerSaid.WITHDRAWN), 5)
    added = event(DistressNoted(call.id, "doch nicht", CallerSaid.ADDED), 9)

    first, last = fold([call, withdrawn]).distress(call.id), fold([added, withdrawn, call]).distress(call.id)

    assert first is not None
    assert last is not None
    assert first.withdrawn is not None
    assert (first.withdrawn.text, first.status) == ("", DistressStatus.RECEIVED)
    assert (last.withdrawn, [what for what, _ in last.story]) == (None, ["withdrawn", "added"])
    assert not last.notes


@pytest.mark.parametrize(("seconds", "has_news"), [(8, False), (20, True)])
def test_what_is_added_after_a_call_was_closed_is_news(seconds: float, has_news: bool) -> None:
    call = event(DistressReceived(text="Rauch"), 0)
    closed = event(DistressClosed(call.id, "gelöscht"), 9)
    added = event(DistressNoted(call.id, "es brennt wieder", CallerSaid.ADDED), seconds)

    found = fold([call, added, closed]).distress(call.id)

    assert found is not None
    assert (found.has_news_since_closing, found.status) == (has_news, DistressStatus.CLOSED)


def test_two_who_took_one_call_on_nodes_that_could_not_talk_are_both_shown() -> None:
    call = event(DistressReceived())
    events = [call, *(event(DistressTaken(call.id), 5, actor=actor, node=actor) for actor in ("anna", "bert"))]

    found = fold(reversed(events)).distress(call.id)

    assert found is not None
    assert {step.act.actor for step in found.taken} == {"anna", "bert"}


def test_what_was_done_about_an_unknown_call_waits_for_the_call() -> None:
    call = event(DistressReceived())
    state = fold([event(DistressTaken(call.id), 5)])
    before = state.distresses()

    state.apply(call)

    assert before == ()
    assert state.distresses()[0].status is DistressStatus.TAKEN


@pytest.mark.parametrize(("seconds", "is_escalated"), [(119, False), (120, True), (9999, True)])
def test_a_call_that_nobody_takes_escalates(seconds: float, is_escalated: bool) -> None:
    call = event(DistressReceived())
    found = fold([call]).distress(call.id)

    assert found is not None
    assert found.is_escalated(after(seconds), timedelta(seconds=120)) is is_escalated


def test_a_call_that_somebody_took_does_not_escalate() -> None:
    call = event(DistressReceived())
    found = fold([call, event(DistressTaken(call.id), 200)]).distress(call.id)

    assert found is not None
    assert not found.is_escalated(after(999), timedelta(seconds=120))


# -- clocks and unknown things ---------------------------------------------------------------------------------------


def test_a_corrected_time_counts_everywhere_and_marks_the_act() -> None:
    name = uuid4()
    from_2038 = event(event_bodies.NoticePublished(name, {"area": "71-01"}), 12 * 365 * 86400, node="71-01")
    later = event(event_bodies.NoticePublished(name, {"area": "71-02"}), 10)
    correction = event(event_bodies.TimeCorrected(from_2038.id, after(5)), 5)

    uncorrected = fold([published(name, notice()), from_2038, later])
    corrected = fold([later, from_2038, published(name, notice()), correction])

    assert the_notice(uncorrected, name).content.area == "71-01"
    assert the_notice(corrected, name).content.area == "71-02"
    assert [dated.act.is_doubtful for dated in corrected.history(name)] == [False, True, False]
    assert corrected.latest == after(10)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_of_several_corrections_the_one_counts_that_was_written_last_in_whatever_order_they_come(
    order: tuple[int, ...],
) -> None:
    wrong = event(DistressReceived(), 10**8)
    times = enumerate([after(5), after(9), after(7)])
    corrections = [event(event_bodies.TimeCorrected(wrong.id, at), written) for written, at in times]

    found = fold([(wrong, *corrections)[place] for place in order]).distress(wrong.id)

    assert found is not None
    assert found.received.at == after(7)


def test_an_account_is_what_the_hub_said_of_it_last_and_knows_whose_hands_opened_it() -> None:
    state = State()
    said: list[tuple[str, event_bodies.Body]] = [
        ("finn", account_bodies.AccountIssued("anna", Role.VIEWER, ("all",))),
        ("dana", account_bodies.AccountGranted("anna", ("71-01",))),
        ("Finn", account_bodies.AccountChanged("anna", "role", Role.OPERATOR)),
        ("bert", account_bodies.AccountRevoked("anna", ("all",))),
        ("bert", account_bodies.AccountDisabled("anna")),
        ("anna", account_bodies.AccountChanged("anna", "password")),
    ]
    for seconds, (actor, body) in enumerate(said):
        state.apply(event(body, seconds, actor=actor))

    found = state.account("anna")

    assert found is not None
    assert (found.role, found.is_enabled, set(found.areas)) == (Role.OPERATOR, False, {"71-01"})
    assert (found.issued.actor, found.changed.actor) == ("finn", "anna")
    hands = {hand.actor: hand.at for hand in found.hands}
    assert hands == {"Finn": after(2), "dana": after(1), "anna": after(5)}, "closing gives nobody access"
    assert found.is_granted_at("71-01")
    assert not found.is_granted_at("71-02")
    assert found.is_granted_at("99-99", frozenset({"71-01"}))
    assert [account.name for account in state.accounts()] == ["anna"]


def test_what_stands_in_the_history_alone_takes_no_memory_and_moves_no_clock() -> None:
    state = State()

    applied = [
        state.apply(event(body, 100))
        for body in (
            account_bodies.SignedIn("anna", "a1"),
            account_bodies.SignedOut("anna"),
            account_bodies.SignInsRefused("anna", 3, 10),
            account_bodies.LocalAccountChanged("anna", "made", Role.VIEWER),
        )
    ]

    assert applied == [False] * 4
    assert list(state.events()) == []
    assert state.latest is None
