"""What an event is about."""

from __future__ import annotations

from uuid import UUID

import pytest

from crisis.model import event_bodies, subjects
from crisis.model.event_bodies import (
    DistressReceived,
    DistressTaken,
    ModeSeen,
    ModeSet,
    PointClosed,
    ReportAnswered,
    ReportReceived,
)
from devices.readings import Mode
from tests.crisis.support.examples import NOW, event

SUBJECT = UUID(int=7)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (ModeSet("district-71", Mode.EMERGENCY), ("area", "district-71")),
        (PointClosed(SUBJECT), ("point", SUBJECT)),
        (DistressTaken(SUBJECT), ("distress", SUBJECT)),
        (ReportAnswered(SUBJECT, "Wir kommen."), ("report", SUBJECT)),
    ],
)
def test_an_event_names_its_subject(body: event_bodies.Body, expected: tuple[str, UUID | str]) -> None:
    assert subjects.of(event(body)) == expected
    assert not subjects.is_beginning(event(body))


@pytest.mark.parametrize(("body", "family"), [(DistressReceived(), "distress"), (ReportReceived(), "report")])
def test_a_call_or_report_begins_a_subject_with_its_own_id(body: event_bodies.Body, family: str) -> None:
    assert subjects.of(event(body, name=SUBJECT)) == (family, SUBJECT)
    assert subjects.is_beginning(event(body))


def test_what_a_box_shows_has_no_subject() -> None:
    with pytest.raises(KeyError):
        subjects.of(event(ModeSeen("71-01", Mode.NORMAL, NOW)))
