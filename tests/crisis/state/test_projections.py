"""What a change costs: the views that it changes are folded again, and no others."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from crisis.model import event_bodies
from crisis.model.event_bodies import PointPut, ReportAnswered, ReportReceived
from crisis.state import folds
from crisis.state.state import State
from tests.crisis.support.examples import after, event
from tests.crisis.support.strategies import fold

if TYPE_CHECKING:
    from crisis.model.events import Event

REPORTS = 200


class CountingFold:
    """Which reports were folded, in place of folds.report."""

    def __init__(self) -> None:
        self.subjects: list[Any] = []

    def __call__(self, name: Any, history: Any) -> Any:
        self.subjects.append(name)
        return _report(name, history)


_report = folds.report


@pytest.fixture
def folded(monkeypatch: pytest.MonkeyPatch) -> CountingFold:
    made = CountingFold()
    monkeypatch.setattr(folds, "report", made)
    return made


def sent() -> list[Event]:
    return [event(ReportReceived(text=str(number)), number) for number in range(REPORTS)]


def test_each_report_is_folded_once_however_often_all_are_asked_for(folded: CountingFold) -> None:
    state = fold(sent())

    assert state.reports() is state.reports()
    assert len(folded.subjects) == REPORTS


def test_an_answer_folds_its_own_report_again_and_no_other(folded: CountingFold) -> None:
    reports = sent()
    state = fold(reports)
    state.reports()
    folded.subjects.clear()

    state.apply(event(ReportAnswered(reports[7].id, "ja"), 999))

    assert [len(report.answers) for report in state.reports()].count(1) == 1
    assert folded.subjects == [reports[7].id]


def test_corrections_fold_what_they_correct_again_and_nothing_else(folded: CountingFold) -> None:
    reports = sent()
    state = fold(reports)
    state.reports()
    folded.subjects.clear()

    for each in (reports[3], reports[5]):
        state.apply(event(event_bodies.TimeCorrected(each.id, after(-1))))
    state.apply(event(event_bodies.TimeCorrected(uuid4(), after(-1))))

    assert {report.id for report in state.reports()[-2:]} == {reports[3].id, reports[5].id}
    assert sorted(folded.subjects) == sorted([reports[3].id, reports[5].id])


def test_after_each_single_change_the_order_is_that_of_all_at_once() -> None:
    reports = sent()
    chance = random.Random(1)
    changes = [event(event_bodies.TimeCorrected(each.id, after(chance.random() * REPORTS))) for each in reports]
    events = [*reports, *changes]
    chance.shuffle(events)
    state = State()

    for each in events:
        state.apply(each)
        state.reports()

    assert state.reports() == fold(events).reports()
    assert len(state.reports()) == REPORTS


@pytest.mark.parametrize("length", [1, 19, 20, 21, 50])
def test_a_history_of_any_length_knows_what_it_has(length: int) -> None:
    name = uuid4()
    puts = [event(PointPut(name, {"note": str(number)}), number) for number in range(length)]
    state = fold(puts)

    assert [state.apply(each) for each in puts] == [False] * length
    assert state.apply(event(PointPut(name, {"note": "neu"}), 999)) is True
    assert len(state.history(name)) == length + 1
