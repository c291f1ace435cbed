"""Strikes and seals in memory: the first strike of a line, the newest seal of a log, and never many logs of a node."""

from __future__ import annotations

import itertools
from uuid import uuid4

from crisis.model.log_bodies import EntryStruck, LogSealed
from crisis.state.log_marks import LogMarks
from tests.crisis.support.examples import event

LINE, LOG = uuid4(), uuid4()
HEAD = "0" * 64


def test_of_two_strikes_of_a_line_the_first_counts_whichever_came_first() -> None:
    strikes = [event(EntryStruck(LINE, "falsch"), 5), event(EntryStruck(LINE, "doppelt"), 3)]

    for order in itertools.permutations(strikes):
        marks = LogMarks()
        for each in order:
            marks.apply(each)
        assert marks.strike_of(LINE) == strikes[1]


def test_of_a_log_s_seals_the_newest_is_held() -> None:
    marks = LogMarks()
    seals = [event(LogSealed(LOG, count, count, HEAD), count, node="71-01") for count in (2, 3, 1)]

    changed = [marks.apply(each) for each in seals]

    assert changed == [True, True, False]
    assert marks.seals_of("71-01") == (seals[1],)
    assert list(marks.events()) == [seals[1]]
    assert (marks.sealing_nodes(), marks.seals_of("hub")) == (("71-01",), ())


def test_a_node_that_invents_logs_does_not_make_the_state_grow() -> None:
    seals = [event(LogSealed(uuid4(), 1, 1, HEAD), second, node="71-01") for second in range(50)]

    for order in (seals, seals[::-1]):
        marks = LogMarks()
        for each in order:
            marks.apply(each)
        assert marks.seals_of("71-01") == tuple(seals[:-5:-1])


def test_the_same_event_twice_changes_nothing() -> None:
    marks = LogMarks()
    both = [event(EntryStruck(LINE, "falsch")), event(LogSealed(LOG, 1, 1, HEAD))]
    for each in both:
        marks.apply(each)

    assert [marks.apply(each) for each in both] == [False, False]
