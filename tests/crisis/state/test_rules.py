"""What may happen: roles, two people for an emergency, and a state machine that says why it refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from crisis.model import account_bodies, commands, event_bodies, roles
from crisis.model.commands import RIGHT_FOR, Actor
from crisis.model.contents import NoticeContent, NoticeText, Severity
from crisis.model.event_bodies import DistressReceived, ReportReceived
from crisis.model.roles import Right, Role
from crisis.state import rules
from crisis.state.rules import Refusal, Why
from crisis.state.state import State
from crisis.state.views import DistressStatus
from devices.readings import Mode
from tests.crisis.support.examples import ANNA, BERT, CEM, DANA, EWA, FEE, NOW, after, event, notice, point

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.model.commands import Command
    from crisis.model.events import Event

N1, N2, N3 = (UUID(int=number) for number in (1, 2, 3))


class Situation:
    """A state at which people act, one after the other; a second passes each time."""

    def __init__(self) -> None:
        self.state = State()
        self.now = NOW

    def apply(self, body: event_bodies.Body, actor: str = "resident") -> Event:
        made = event(body, (self.now - NOW).total_seconds(), actor=actor)
        self.state.apply(made)
        self.now += timedelta(seconds=1)
        return made

    def decide(self, command: Command, who: Actor, now: datetime | None = None, box: str | None = None) -> Event | Why:
        """Decide about the command, and apply its event; the event, or why it was refused. `box` decides."""
        decision = rules.decide(self.state, command, who, now or self.now, box)
        if isinstance(decision, Refusal):
            return decision.why
        (body,) = decision
        return self.apply(body, who.name)


@pytest.fixture
def situation() -> Situation:
    return Situation()


EVERYBODY = (ANNA, CEM, DANA, EWA, FEE)


@pytest.mark.parametrize(
    ("command", "allowed"),
    [
        (commands.ProposeMode("all", "x"), {"anna", "dana", "fee"}),
        (commands.SetMode("all", Mode.MAINTENANCE, "x"), {"anna", "dana", "fee"}),
        (commands.SetMode("all", Mode.EMERGENCY, "x"), {"dana"}),
        (commands.PutNotice(N1, notice()), {"anna", "dana", "fee"}),
        (commands.PutPoint(N1, point()), {"anna", "dana", "fee"}),
        (commands.TakeDistress(N2), {"cem", "dana", "fee"}),
        (commands.AssignDistress(N2, "cem"), {"cem", "dana", "fee"}),
        (commands.NoteDistress(N2, "unterwegs"), {"cem", "dana", "fee"}),
        (commands.PrioritizeDistress(N2, 1), {"cem", "dana", "fee"}),
        (commands.AnswerReport(N3, "ja"), {"anna", "cem", "dana", "fee"}),
    ],
)
def test_the_table_of_roles_says_who_may_do_what(command: Command, allowed: set[str]) -> None:
    def may(who: Actor) -> bool:
        situation = Situation()
        situation.state.apply(event(DistressReceived(), name=N2))
        situation.state.apply(event(ReportReceived(), name=N3))
        return not isinstance(situation.decide(command, who), Why)

    assert {who.name for who in EVERYBODY if may(who)} == allowed


def test_every_command_needs_a_right_and_every_role_has_rights() -> None:
    assert set(RIGHT_FOR) == set(commands.Command.__args__)
    assert set(roles.RIGHTS) == set(Role)
    assert all(Right.SEE in rights for rights in roles.RIGHTS.values())


# -- mode ------------------------------------------------------------------------------------------------------------


def proposed(situation: Situation, who: Actor = ANNA, **more: Any) -> UUID:
    made = situation.decide(commands.ProposeMode("all", "Stromausfall", **more), who)
    assert not isinstance(made, Why)
    return made.id


def test_an_emergency_takes_two_people(situation: Situation) -> None:
    proposal = proposed(situation)
    before = situation.state.mode_at("71-01").mode

    situation.decide(commands.ConfirmMode(proposal), BERT)

    assert before is Mode.NORMAL
    assert situation.state.mode_at("71-01").mode is Mode.EMERGENCY


@pytest.mark.parametrize("name", ["anna", "Anna", "ANNA"])
def test_nobody_confirms_their_own_proposal_from_whichever_node(situation: Situation, name: str) -> None:
    assert situation.decide(commands.ConfirmMode(proposed(situation)), Actor(name, Role.COMMANDER)) is Why.OWN_PROPOSAL


def test_a_proposal_can_be_confirmed_once(situation: Situation) -> None:
    proposal = proposed(situation)
    situation.decide(commands.ConfirmMode(proposal), BERT)

    assert situation.decide(commands.ConfirmMode(proposal), DANA) is Why.UNKNOWN


def test_a_proposal_lapses_after_an_hour_and_can_be_made_again(situation: Situation) -> None:
    proposal = proposed(situation)
    later = situation.now + timedelta(hours=1)

    assert situation.decide(commands.ConfirmMode(proposal), BERT, later) is Why.PROPOSAL_LAPSED
    assert not isinstance(situation.decide(commands.ProposeMode("all", "x"), BERT, later), Why)


def test_what_is_proposed_already_is_to_be_confirmed_instead(situation: Situation) -> None:
    proposed(situation)

    assert situation.decide(commands.ProposeMode("all", "x"), BERT) is Why.ALREADY_PROPOSED
    assert not isinstance(situation.decide(commands.ProposeMode("all", "x", exercise=True), BERT), Why)


def test_one_operator_alone_declares_no_emergency(situation: Situation) -> None:
    assert situation.decide(commands.SetMode("all", Mode.EMERGENCY, "x"), ANNA) is Why.NEEDS_SECOND_PERSON


def test_one_operator_alone_ends_the_emergency_of_a_district_but_not_of_the_city(situation: Situation) -> None:
    for area in ("all", "district-71"):
        situation.decide(commands.SetMode(area, Mode.EMERGENCY, "x"), DANA)

    ended = {
        (area, mode): situation.decide(commands.SetMode(area, mode, "vorbei"), ANNA)
        for area in ("all", "district-71")
        for mode in (Mode.MAINTENANCE, Mode.NORMAL)
    }

    assert [ended["all", mode] for mode in (Mode.MAINTENANCE, Mode.NORMAL)] == [Why.NEEDS_SECOND_PERSON_TO_END] * 2
    assert situation.state.mode_at("71-01").area == "all"


@pytest.mark.parametrize("exercise", [False, True])
def test_two_people_end_the_emergency_of_the_city(situation: Situation, *, exercise: bool) -> None:
    situation.decide(commands.SetMode("all", Mode.EMERGENCY, "x", exercise), DANA)

    proposal = proposed(situation, mode=Mode.NORMAL)
    before = situation.state.mode_at("71-01").mode
    alone = situation.decide(commands.ConfirmMode(proposal), ANNA)
    situation.decide(commands.ConfirmMode(proposal), BERT)

    assert (before, alone) == (Mode.EMERGENCY, Why.OWN_PROPOSAL)
    decided = situation.state.area_mode("all")
    assert decided is not None
    assert (decided.mode, decided.proposed_by, decided.is_alone) == (Mode.NORMAL, "anna", False)


def test_only_the_end_of_the_emergency_of_the_city_can_be_proposed(situation: Situation) -> None:
    situation.decide(commands.SetMode("district-71", Mode.EMERGENCY, "x"), DANA)

    for area in ("all", "district-71"):
        command = commands.ProposeMode(area, "vorbei", mode=Mode.NORMAL)
        assert situation.decide(command, ANNA) is Why.NOTHING_TO_END


def test_a_commander_declares_and_ends_alone_and_that_is_marked(situation: Situation) -> None:
    for mode in (Mode.EMERGENCY, Mode.NORMAL):
        situation.decide(commands.SetMode("all", mode, "x"), DANA)
        decided = situation.state.area_mode("all")
        assert decided is not None
        assert (decided.mode, decided.is_alone) == (mode, True)

    situation.decide(commands.SetMode("all", Mode.MAINTENANCE, "x"), DANA)
    decided = situation.state.area_mode("all")
    assert decided is not None
    assert decided.is_alone is False


@pytest.mark.parametrize(
    ("device", "minutes", "why"),
    [("phone", 9, Why.SAME_DEVICE), ("phone", 10, None), ("other", 0, None), ("", 0, None)],
)
def test_two_people_take_two_devices_within_ten_minutes(
    situation: Situation, device: str, minutes: int, why: Why | None
) -> None:
    proposal = proposed(situation, Actor("anna", Role.OPERATOR, "phone"))
    later = situation.now - timedelta(seconds=1) + timedelta(minutes=minutes)

    decided = situation.decide(commands.ConfirmMode(proposal), Actor("bert", Role.OPERATOR, device), later)

    assert (decided if isinstance(decided, Why) else None) is why


def test_accounts_without_a_known_device_are_told_apart_by_their_names_alone(situation: Situation) -> None:
    assert not isinstance(situation.decide(commands.ConfirmMode(proposed(situation)), BERT), Why)


@pytest.mark.parametrize("what", ["issued", "password", "enabled", "granted"])
@pytest.mark.parametrize(("proposer", "confirmer"), [(ANNA, BERT), (BERT, ANNA)])
def test_whoever_made_or_opened_an_account_does_not_count_beside_it_for_a_day(
    situation: Situation, proposer: Actor, confirmer: Actor, what: str
) -> None:
    maker = "Anna" if what == "issued" else "command line"
    situation.apply(account_bodies.AccountIssued("bert", Role.OPERATOR), maker)
    match what:
        case "password":
            situation.apply(account_bodies.AccountChanged("bert", "password"), "anna")
        case "enabled":
            situation.apply(account_bodies.AccountEnabled("bert"), "anna")
        case "granted":
            situation.apply(account_bodies.AccountGranted("bert", ("district-71",)), "anna")
    opened_at = situation.now - timedelta(seconds=1)

    soon = situation.decide(commands.ConfirmMode(proposed(situation, proposer)), confirmer)
    situation.now = opened_at + timedelta(hours=23, minutes=59)
    proposal = situation.decide(commands.ProposeMode("all", "x", exercise=True), proposer)
    assert not isinstance(proposal, Why)
    late = situation.decide(commands.ConfirmMode(proposal.id), confirmer, opened_at + timedelta(days=1))

    assert soon is Why.MADE_BY_OTHER
    assert not isinstance(late, Why)


@pytest.mark.parametrize("maker", ["command line", "finn", "bert"])
def test_an_account_made_by_nobody_or_by_a_third_person_counts_at_once(situation: Situation, maker: str) -> None:
    situation.apply(account_bodies.AccountIssued("bert", Role.OPERATOR), maker)

    assert not isinstance(situation.decide(commands.ConfirmMode(proposed(situation)), BERT), Why)


def test_a_box_does_not_let_anybody_confirm_whom_it_does_not_know_but_lets_them_propose_anew(
    situation: Situation,
) -> None:
    proposal = proposed(situation)  # at the hub

    unknown = situation.decide(commands.ConfirmMode(proposal), BERT, box="71-01")
    anew = situation.decide(commands.ProposeMode("all", "Stromausfall"), BERT, box="71-01")
    situation.apply(account_bodies.AccountIssued("anna", Role.OPERATOR), "command line")
    known = situation.decide(commands.ConfirmMode(proposal), BERT, box="71-01")

    assert unknown is Why.UNKNOWN_MAKER
    assert not isinstance(anew, Why)
    assert not isinstance(known, Why)


@pytest.mark.parametrize("box", [None, "hub"])  # the events of these tests are all written at the node "hub"
def test_where_it_was_proposed_and_at_a_hub_an_account_of_one_box_alone_can_be_confirmed(
    situation: Situation, box: str | None
) -> None:
    assert not isinstance(situation.decide(commands.ConfirmMode(proposed(situation)), BERT, box=box), Why)


def test_whoever_only_closed_an_account_still_counts_beside_it(situation: Situation) -> None:
    situation.apply(account_bodies.AccountIssued("bert", Role.OPERATOR), "command line")
    situation.apply(account_bodies.AccountRevoked("bert", ("district-71",)), "anna")

    assert not isinstance(situation.decide(commands.ConfirmMode(proposed(situation)), BERT), Why)


def test_an_exercise_stays_one_from_proposal_to_mode(situation: Situation) -> None:
    situation.decide(commands.ConfirmMode(proposed(situation, exercise=True)), BERT)

    assert situation.state.mode_at("71-01").exercise is True


def test_setting_what_is_set_already_is_refused_but_an_exercise_may_become_real(situation: Situation) -> None:
    situation.decide(commands.SetMode("all", Mode.EMERGENCY, "Probe", exercise=True), DANA)

    assert situation.decide(commands.SetMode("all", Mode.EMERGENCY, "x", exercise=True), DANA) is Why.ALREADY_SO
    assert not isinstance(situation.decide(commands.SetMode("all", Mode.EMERGENCY, "ernst"), DANA), Why)


def test_no_area_is_told_to_be_unknown(situation: Situation) -> None:
    assert situation.decide(commands.SetMode("all", Mode.UNKNOWN, "x"), DANA) is Why.BAD_VALUE


# -- notices and places of help --------------------------------------------------------------------------------------


def test_a_change_writes_only_what_changed(situation: Situation) -> None:
    situation.decide(commands.PutNotice(N1, notice()), ANNA)

    made = situation.decide(commands.PutNotice(N1, notice(severity=Severity.SEVERE)), BERT)

    assert not isinstance(made, Why)
    assert made.body == event_bodies.NoticePublished(N1, {"severity": "Severe"})


def test_a_language_that_is_left_out_is_gone(situation: Situation) -> None:
    both = {"de": NoticeText(headline="Strom"), "en": NoticeText(headline="Power")}
    situation.decide(commands.PutNotice(N1, _with_texts(both)), ANNA)

    situation.decide(commands.PutNotice(N1, _with_texts({"de": NoticeText(headline="Strom")})), ANNA)

    assert list(situation.state.notices()[0].content.texts) == ["de"]


def _with_texts(texts: dict[str, NoticeText]) -> NoticeContent:
    return NoticeContent(texts=texts)


def test_a_change_that_changes_nothing_is_refused(situation: Situation) -> None:
    situation.decide(commands.PutNotice(N1, notice()), ANNA)

    assert situation.decide(commands.PutNotice(N1, notice()), BERT) is Why.ALREADY_SO


def test_an_unknown_notice_cannot_be_withdrawn(situation: Situation) -> None:
    assert situation.decide(commands.WithdrawNotice(N1), ANNA) is Why.UNKNOWN


def test_a_withdrawn_notice_can_be_neither_changed_nor_withdrawn_again(situation: Situation) -> None:
    situation.decide(commands.PutNotice(N1, notice()), ANNA)
    situation.decide(commands.WithdrawNotice(N1), ANNA)

    assert situation.decide(commands.WithdrawNotice(N1), BERT) is Why.IS_WITHDRAWN
    assert situation.decide(commands.PutNotice(N1, notice("Neu")), BERT) is Why.IS_WITHDRAWN


def test_a_replaced_notice_can_be_withdrawn_but_neither_changed_nor_replaced_again(situation: Situation) -> None:
    situation.decide(commands.PutNotice(N1, notice()), ANNA)
    situation.decide(commands.PutNotice(N2, notice("Neu", replaces=N1)), ANNA)

    assert situation.decide(commands.PutNotice(N1, notice("Anders")), BERT) is Why.IS_REPLACED
    assert situation.decide(commands.PutNotice(N3, notice("Noch", replaces=N1)), BERT) is Why.IS_REPLACED
    assert not isinstance(situation.decide(commands.WithdrawNotice(N1), BERT), Why)


@pytest.mark.parametrize(("replaces", "why"), [(N1, Why.UNKNOWN), (N3, Why.UNKNOWN)])
def test_a_notice_replaces_only_another_one_that_there_is(situation: Situation, replaces: UUID, why: Why) -> None:
    assert situation.decide(commands.PutNotice(N1, notice(replaces=replaces)), ANNA) is why


def test_a_notice_cannot_come_to_replace_itself(situation: Situation) -> None:
    situation.decide(commands.PutNotice(N1, notice()), ANNA)

    assert situation.decide(commands.PutNotice(N1, notice(replaces=N1)), ANNA) is Why.BAD_VALUE


def test_a_notice_cannot_end_in_the_past(situation: Situation) -> None:
    assert situation.decide(commands.PutNotice(N1, notice(until_at=after(-1))), ANNA) is Why.IS_OVER


def test_a_notice_too_large_to_be_sent_is_refused(situation: Situation) -> None:
    languages = ("de", "ar", "tr", "uk", "ru", "pl", "fr", "es")
    texts = {language: NoticeText(headline="x", text="ط" * 4_000) for language in languages}

    assert situation.decide(commands.PutNotice(N1, _with_texts(texts)), ANNA) is Why.BAD_VALUE


def test_a_place_of_help_closes_once_and_opens_again_as_it_was(situation: Situation) -> None:
    situation.decide(commands.PutPoint(N1, point()), ANNA)
    situation.decide(commands.ClosePoint(N1, "kein Diesel"), ANNA)

    assert situation.decide(commands.ClosePoint(N1), ANNA) is Why.IS_CLOSED
    assert not isinstance(situation.decide(commands.PutPoint(N1, point()), ANNA), Why)
    assert situation.decide(commands.PutPoint(N1, point()), ANNA) is Why.ALREADY_SO


def test_an_unknown_place_cannot_be_closed(situation: Situation) -> None:
    assert situation.decide(commands.ClosePoint(N1), ANNA) is Why.UNKNOWN


# -- calls for help and reports --------------------------------------------------------------------------------------


@pytest.fixture
def call(situation: Situation) -> UUID:
    return situation.apply(DistressReceived(text="Rauch")).id


def test_an_unknown_call_can_be_neither_taken_nor_closed(situation: Situation) -> None:
    name = uuid4()

    assert situation.decide(commands.TakeDistress(name), CEM) is Why.UNKNOWN
    assert situation.decide(commands.CloseDistress(name, "x"), CEM) is Why.UNKNOWN


def test_a_call_must_be_taken_before_it_is_closed(situation: Situation, call: UUID) -> None:
    assert situation.decide(commands.CloseDistress(call, "x"), CEM) is Why.NOT_TAKEN


def test_a_call_that_another_has_is_taken_over_only_on_purpose(situation: Situation, call: UUID) -> None:
    situation.decide(commands.TakeDistress(call), CEM)

    assert situation.decide(commands.TakeDistress(call), CEM) is Why.ALREADY_SO
    assert situation.decide(commands.TakeDistress(call), DANA) is Why.IS_TAKEN
    assert not isinstance(situation.decide(commands.TakeDistress(call, over=True), DANA), Why)
    assert situation.state.distresses()[0].taken[-1].act.actor == "dana"


def test_a_refusal_names_who_has_the_call(situation: Situation, call: UUID) -> None:
    situation.decide(commands.TakeDistress(call), CEM)

    assert rules.decide(situation.state, commands.TakeDistress(call), DANA, situation.now) == Refusal(
        Why.IS_TAKEN, "cem"
    )


def test_a_closed_call_is_closed(situation: Situation, call: UUID) -> None:
    situation.decide(commands.TakeDistress(call), CEM)
    situation.decide(commands.CloseDistress(call, "gelöscht"), CEM)

    assert situation.decide(commands.TakeDistress(call, over=True), DANA) is Why.IS_CLOSED
    assert situation.decide(commands.CloseDistress(call, "x"), DANA) is Why.IS_CLOSED


def test_closing_says_what_was_done(situation: Situation, call: UUID) -> None:
    situation.decide(commands.TakeDistress(call), CEM)

    assert situation.decide(commands.CloseDistress(call, "  "), CEM) is Why.BAD_VALUE


def test_a_report_may_be_answered_more_than_once(situation: Situation) -> None:
    report = situation.apply(ReportReceived(text="Wo gibt es Wasser?")).id
    for text in ("Pumpe am Platz", "jetzt auch im Rathaus"):
        situation.decide(commands.AnswerReport(report, text), ANNA)

    assert [step.text for step in situation.state.reports()[0].answers] == ["Pumpe am Platz", "jetzt auch im Rathaus"]


def test_an_unknown_report_cannot_be_answered_and_an_answer_says_something(situation: Situation) -> None:
    report = situation.apply(ReportReceived()).id

    assert situation.decide(commands.AnswerReport(uuid4(), "x"), ANNA) is Why.UNKNOWN
    assert situation.decide(commands.AnswerReport(report, " "), ANNA) is Why.BAD_VALUE


@pytest.mark.parametrize(
    "command",
    [
        commands.ProposeMode("no area", "x"),
        commands.SetMode("all", Mode.NORMAL, "x" * 5_000),
        commands.SetMode("71-01 ", Mode.NORMAL, ""),
    ],
)
def test_a_value_that_does_not_fit_is_named(situation: Situation, command: Command) -> None:
    decision = rules.decide(situation.state, command, DANA, situation.now)

    assert isinstance(decision, Refusal)
    assert decision.why is Why.BAD_VALUE
    assert decision.detail.startswith("/")


# -- what else is done about a call ----------------------------------------------------------------------------------


def _closed_call(situation: Situation) -> UUID:
    call = situation.apply(DistressReceived()).id
    situation.decide(commands.TakeDistress(call), CEM)
    situation.decide(commands.CloseDistress(call, "verlegt"), CEM)
    return call


def test_a_closed_call_is_opened_again_and_waits_like_a_new_one(situation: Situation) -> None:
    call = _closed_call(situation)

    assert not isinstance(situation.decide(commands.ReopenDistress(call, "ruft wieder an"), DANA), Why)

    found = situation.state.distress(call)
    assert found is not None
    assert (found.status, found.taken, found.closed) == (DistressStatus.RECEIVED, (), ())
    assert found.waits_since == found.reopened[0].act.at > found.received.at
    assert not found.is_escalated(found.waits_since, timedelta(seconds=1))
    assert situation.decide(commands.ReopenDistress(call, "noch einmal"), CEM) is Why.NOT_CLOSED


def test_opening_a_call_again_needs_a_reason(situation: Situation) -> None:
    assert situation.decide(commands.ReopenDistress(_closed_call(situation), " "), CEM) is Why.BAD_VALUE


def test_whoever_has_a_call_keeps_it_until_it_is_taken_over(situation: Situation) -> None:
    call = situation.apply(DistressReceived()).id
    situation.decide(commands.TakeDistress(call), CEM)
    situation.decide(commands.AssignDistress(call, "dana", "Schicht zu Ende"), CEM)

    before = situation.state.distress(call)
    assert before is not None
    assert (before.taken[-1].act.actor, before.assignment and before.assignment.to) == ("cem", "dana")
    situation.decide(commands.TakeDistress(call, over=True), DANA)
    found = situation.state.distress(call)
    assert found is not None
    assert (found.taken[-1].act.actor, found.assignment) == ("dana", None)


def test_an_assigned_call_waits_until_somebody_takes_it(situation: Situation) -> None:
    call = situation.apply(DistressReceived()).id
    situation.decide(commands.AssignDistress(call, "RTW 1"), DANA)

    found = situation.state.distress(call)
    assert found is not None
    assert found.status is DistressStatus.RECEIVED
    assert situation.decide(commands.AssignDistress(call, "RTW 1"), DANA) is Why.ALREADY_SO
    assert situation.decide(commands.AssignDistress(call, "  "), DANA) is Why.BAD_VALUE


def test_notes_are_kept_in_order_also_when_the_call_is_closed(situation: Situation) -> None:
    call = _closed_call(situation)
    situation.decide(commands.NoteDistress(call, "angekommen in der Charité"), CEM)

    found = situation.state.distress(call)
    assert found is not None
    assert [step.text for step in found.notes] == ["angekommen in der Charité"]
    assert situation.decide(commands.NoteDistress(call, ""), CEM) is Why.BAD_VALUE


@pytest.mark.parametrize("priority", [0, 5])
def test_a_priority_is_one_to_four(situation: Situation, priority: int) -> None:
    call = situation.apply(DistressReceived()).id

    assert situation.decide(commands.PrioritizeDistress(call, priority), CEM) is Why.BAD_VALUE
    assert situation.decide(commands.PrioritizeDistress(call, None), CEM) is Why.ALREADY_SO
    assert not isinstance(situation.decide(commands.PrioritizeDistress(call, 1), CEM), Why)


def test_a_closed_call_is_not_assigned_or_prioritized(situation: Situation) -> None:
    call = _closed_call(situation)

    assert situation.decide(commands.AssignDistress(call, "dana"), CEM) is Why.IS_CLOSED
    assert situation.decide(commands.PrioritizeDistress(call, 1), CEM) is Why.IS_CLOSED
