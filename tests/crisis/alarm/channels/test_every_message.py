"""Every message that is made of any alarm, as a channel carries it: nothing of a resident goes out."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from crisis.alarm.alarms import Alarm
from crisis.alarm.channel import Disclosure, Place, Sort
from crisis.alarm.channels import carrying
from crisis.alarm.kinds import KINDS
from crisis.alarm.outbox.rows import WAITING, KeptMessage
from crisis.alarm.plan import Person
from crisis.alarm.speaking import composing
from crisis.alarm.speaking.composing import Addressee, Material
from crisis.alarm.wording import Details
from crisis.model.alarm_bodies import ClosedBy
from tests.crisis.alarm.channels.test_carrying import Recording
from tests.crisis.alarm.support.messages import CONTACT, NAME, PLACE, WORDS

if TYPE_CHECKING:
    from crisis.alarm.channel import Message
    from crisis.alarm.channels.carrying import Carried

NOW = datetime(2026, 11, 30, 2, 12, tzinfo=UTC)
DETAILS = Details(PLACE, (52.4851, 13.3436), WORDS, CONTACT, NAME)
OF_RESIDENTS = (WORDS, "Mutter", CONTACT, "98765432", NAME, "Przybylski", "52.48", "13.34")


@dataclass(frozen=True, slots=True)
class Case:
    """What a message is about, and in which language."""

    kind: str
    sort: Sort
    language: str
    exercise: bool
    closed_by: ClosedBy = ClosedBy.TAKEN

    def made(self) -> Message:
        alarm = Alarm(
            kind=self.kind,
            subject=str(uuid.UUID(int=7)),
            opened_at=NOW,
            area="71-01",
            label="H 17",
            labels=(("box", "71-01"), ("node", "71-01"), ("place", PLACE)),
            exercise=self.exercise,
            call_kind="medical",
            people=2,
        )
        row = KeptMessage(
            id=uuid.UUID(int=1),
            alarm=alarm.name,
            opening=uuid.UUID(int=2),
            person="Anna",
            step=0,
            sort=self.sort,
            only="",
            state=WAITING,
            channel="",
            tried=(),
            attempts=0,
            unsure=0,
            is_failing=False,
            made_chain_ms=0,
            sent_ms=None,
            reason="",
            counted_in=None,
            is_noted=False,
        )
        counted = (alarm, alarm) if self.sort is Sort.COUNT else ()
        material = Material(alarm, counted, 0, self.closed_by, DETAILS)
        return composing.message(row, Addressee(Person("Anna", language=self.language), ""), material, NOW)

    def carried(self, **table: Any) -> Carried:
        return carrying.carried(self.made(), Recording(**table))


CASES = [
    *(Case(*each) for each in itertools.product(sorted(KINDS), Sort, ("de", "en"), (False, True))),
    *(Case(kind, Sort.END, "de", exercise=False, closed_by=by) for kind in sorted(KINDS) for by in ClosedBy),
]


def test_all_kinds_of_alarms_and_messages_are_tried() -> None:
    assert len(CASES) == len(KINDS) * (len(Sort) * 4 + len(ClosedBy))


def test_the_place_of_a_large_outage_stays_inside_and_in_no_title() -> None:
    case = Case("large_outage", Sort.ALARM, "de", exercise=False)

    assert PLACE in case.carried(place=Place.INSIDE).body
    assert PLACE not in case.carried(place=Place.OUTSIDE).line
    assert PLACE not in case.made().title


@pytest.mark.parametrize(("place", "carried"), [(Place.OUTSIDE, False), (Place.INSIDE, True)])
def test_nothing_of_a_resident_goes_out(place: Place, carried: bool) -> None:
    told = [(case, case.carried(place=place).line) for case in CASES]

    assert [(case, secret) for case, line in told for secret in OF_RESIDENTS if secret in line] == []
    assert any(PLACE in line for _, line in told) is carried


def test_what_an_operator_allows_is_there_to_go_out() -> None:
    """Else the test above would look for what no message has."""
    allows = frozenset(Disclosure)
    lines = [case.carried(allows=allows, reason="Leitstelle im Haus").line for case in CASES]

    assert {secret for secret in (WORDS, CONTACT, NAME) if any(secret in line for line in lines)} == {
        WORDS,
        CONTACT,
        NAME,
    }


def test_every_exercise_begins_with_its_word_once() -> None:
    lines = [case.carried().line for case in CASES if case.made().exercise]

    assert len(lines) > len(KINDS)
    assert [line for line in lines if not line.startswith("ÜBUNG") or line.count("ÜBUNG ÜBUNG")] == []


def test_what_is_real_never_looks_like_an_exercise() -> None:
    assert [line for case in CASES if not case.made().exercise and "ÜBUNG" in (line := case.carried().line)] == []
