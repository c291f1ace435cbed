"""What a hub gives a box: its areas and the city; and no words but those of its own residents."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from crisis.model import contents
from crisis.model.account_bodies import AccountChanged, AccountCredential, AccountIssued, SignedIn
from crisis.model.event_bodies import (
    DistressReceived,
    DistressTaken,
    ModeProposed,
    ModeSet,
    NodeCertified,
    NoticePublished,
    NoticeWithdrawn,
    PointPut,
    PowerSeen,
    ReportAnswered,
    ReportReceived,
    TimeCorrected,
)
from crisis.model.incidents.bodies import CardPut, IncidentPut, ItemLinked, ItemsToldApart, ItemUnlinked
from crisis.model.log_bodies import EntryStruck, EntryWritten, LogSealed
from crisis.model.roles import Role
from crisis.state.state import State
from crisis.sync.needs import Need, Needs
from crisis.trust.directory import Directory
from devices.readings import Mode
from tests.crisis.support.examples import NOW, event, incident, notice, point

if TYPE_CHECKING:
    from crisis.model.event_bodies import Body

OWN_CALL, NEAR_CALL, FAR_CALL, CITY_CALL = (uuid4() for _ in range(4))
OWN_REPORT = uuid4()
FAR_NOTICE, NEAR_NOTICE = uuid4(), uuid4()
FAR_INCIDENT, NEAR_INCIDENT = uuid4(), uuid4()


@pytest.fixture
def needs() -> Needs:
    """Those of 71-01, for district-71."""
    state = State()
    for name, box in ((OWN_CALL, "71-01"), (NEAR_CALL, "71-02"), (FAR_CALL, "72-01"), (CITY_CALL, None)):
        state.apply(event(DistressReceived(text="x", box=box), name=name))
    state.apply(event(ReportReceived(text="x"), name=OWN_REPORT, node="71-01"))
    for name, area in ((FAR_NOTICE, "district-72"), (NEAR_NOTICE, "71-02")):
        state.apply(event(NoticePublished(name, contents.fields_of(notice(area=area)))))
    for name, area in ((FAR_INCIDENT, "district-72"), (NEAR_INCIDENT, "71-02")):
        state.apply(event(IncidentPut(name, contents.fields_of(incident(area=area)))))
    return Needs("71-01", ("district-71",), state, Directory())


CASES: list[tuple[Body, str, Need]] = [
    (ModeSet("all", Mode.EMERGENCY), "hub", Need.WHOLE),
    (ModeSet("district-71", Mode.EMERGENCY), "hub", Need.WHOLE),
    (ModeSet("71-02", Mode.EMERGENCY), "hub", Need.WHOLE),
    (ModeSet("district-72", Mode.EMERGENCY), "hub", Need.NOTHING),
    (ModeSet("72-01", Mode.EMERGENCY), "hub", Need.NOTHING),
    (NoticePublished(uuid4(), contents.fields_of(notice())), "hub", Need.WHOLE),
    (NoticePublished(uuid4(), contents.fields_of(notice(area="district-72"))), "hub", Need.NOTHING),
    (NoticePublished(FAR_NOTICE, {"severity": "Severe"}), "hub", Need.NOTHING),
    (NoticePublished(FAR_NOTICE, {"area": "all"}), "hub", Need.WHOLE),
    (NoticeWithdrawn(NEAR_NOTICE), "hub", Need.WHOLE),
    (NoticeWithdrawn(FAR_NOTICE), "hub", Need.NOTHING),
    (NoticeWithdrawn(uuid4()), "hub", Need.WHOLE),
    (PowerSeen("72-01", False, NOW), "hub", Need.WHOLE),
    (PointPut(uuid4(), contents.fields_of(point(area="72-01"))), "hub", Need.NOTHING),
    (DistressReceived(text="x", box="71-01"), "hub", Need.WHOLE),
    (DistressReceived(text="x"), "71-01", Need.WHOLE),
    (DistressReceived(text="x", box="71-02"), "71-02", Need.WITHHELD),
    (DistressReceived(text="x", box="72-01"), "72-01", Need.NOTHING),
    (ReportReceived(text="x"), "hub", Need.WITHHELD),
    (DistressTaken(OWN_CALL, "x"), "hub", Need.WHOLE),
    (DistressTaken(NEAR_CALL, "x"), "hub", Need.WITHHELD),
    (DistressTaken(NEAR_CALL, "x"), "71-01", Need.WHOLE),
    (DistressTaken(FAR_CALL, "x"), "hub", Need.NOTHING),
    (DistressTaken(CITY_CALL, "x"), "hub", Need.WITHHELD),
    (ReportAnswered(OWN_REPORT, "x"), "hub", Need.WHOLE),
    (EntryWritten("x", area="all"), "71-01", Need.WHOLE),
    (EntryWritten("x", area="district-71"), "hub", Need.WITHHELD),
    (EntryWritten("x", area="71-01"), "hub", Need.WITHHELD),
    (EntryWritten("x", area="district-72"), "hub", Need.NOTHING),
    (EntryStruck(FAR_CALL, "x", "district-71"), "71-01", Need.WHOLE),
    (EntryStruck(FAR_CALL, "x"), "hub", Need.WITHHELD),
    (EntryStruck(FAR_CALL, "x", "72-01"), "hub", Need.NOTHING),
    (IncidentPut(uuid4(), contents.fields_of(incident(area="district-71"))), "hub", Need.WITHHELD),
    (IncidentPut(uuid4(), contents.fields_of(incident(area="district-72"))), "hub", Need.NOTHING),
    (IncidentPut(NEAR_INCIDENT, {"priority": 1}), "hub", Need.WITHHELD),
    (IncidentPut(NEAR_INCIDENT, {"priority": 1}), "71-01", Need.WHOLE),
    (IncidentPut(FAR_INCIDENT, {"priority": 1}), "hub", Need.NOTHING),
    (IncidentPut(FAR_INCIDENT, {"area": "71-01"}), "hub", Need.WITHHELD),
    (ItemLinked(NEAR_INCIDENT, OWN_CALL), "hub", Need.WHOLE),
    (ItemUnlinked(FAR_INCIDENT, FAR_CALL), "hub", Need.NOTHING),
    (CardPut(uuid4(), "task", {"title": "x", "area": "all"}), "hub", Need.WITHHELD),
    (CardPut(uuid4(), "task", {"title": "x", "area": "72-01"}), "hub", Need.NOTHING),
    (LogSealed(uuid4(), 1, 1, "0" * 64), "72-01", Need.WHOLE),
    (ItemsToldApart(uuid4(), (OWN_CALL, NEAR_CALL)), "hub", Need.WHOLE),
    (ItemsToldApart(uuid4(), (FAR_CALL, NEAR_CALL), area="72-01"), "72-01", Need.NOTHING),
    (TimeCorrected(FAR_CALL, NOW), "hub", Need.WHOLE),
    (NodeCertified("71-01", "x"), "hub", Need.WHOLE),
    (NodeCertified("71-02", "x"), "hub", Need.WHOLE),
    (NodeCertified("72-01", "x"), "hub", Need.NOTHING),
    (AccountCredential("anna", "71-01", "x"), "hub", Need.WHOLE),
    (AccountCredential("anna", "71-02", "x"), "hub", Need.NOTHING),
    (SignedIn("anna"), "71-02", Need.WHOLE),
    (SignedIn("anna"), "72-01", Need.NOTHING),
]


@pytest.mark.parametrize(("body", "node", "need"), CASES, ids=lambda each: getattr(type(each), "__name__", ""))
def test_a_box_gets_what_it_needs(needs: Needs, body: Body, node: str, need: Need) -> None:
    assert needs.of(event(body, node=node)) is need


def test_with_a_proposal_goes_who_made_the_proposer_s_account(needs: Needs) -> None:
    made = event(AccountIssued("bert", Role.OPERATOR, ("72-01",)))
    opened = event(AccountChanged("bert", "password"), seconds=1)
    for each in (made, opened):
        needs._state.apply(each)

    assert needs.of(made) is Need.NOTHING
    assert needs.earlier(event(ModeProposed("all", Mode.EMERGENCY), actor="bert")) == (made.id, opened.id)
    assert needs.earlier(event(ModeProposed("all", Mode.EMERGENCY), actor="unknown")) == ()


def test_a_notice_that_moves_into_a_box_s_areas_brings_its_beginning(needs: Needs) -> None:
    moved = event(NoticePublished(FAR_NOTICE, {"area": "district-71"}), 5)
    beginning = next(needs._state._notices.events_of(FAR_NOTICE).__iter__())

    assert needs.earlier(moved) == (beginning.id,)
    assert needs.earlier(event(NoticePublished(FAR_NOTICE, {"severity": "Severe"}))) == ()
    assert needs.earlier(event(NoticePublished(uuid4(), contents.fields_of(notice())))) == ()
