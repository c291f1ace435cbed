"""Whether an outage may be a large one."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from crisis.state.power import large
from crisis.state.power.large import Limits, Reason
from crisis.state.power.outages import Grade
from tests.crisis.state.power.test_outages import SINCE, back, only, row
from tests.crisis.support.examples import NOW

SMALL = only(row(SINCE, SINCE, None))
LIMITS = Limits(boxes=5, streets=200, lasts=timedelta(hours=2))


@pytest.mark.parametrize(
    ("limits", "hours", "why"),
    [
        (LIMITS, 0, ()),
        (dataclasses.replace(LIMITS, boxes=2), 0, (Reason.BOXES,)),
        (dataclasses.replace(LIMITS, streets=10), 0, (Reason.STREETS,)),
        (LIMITS, 2, (Reason.DURATION,)),
        (Limits(2, 1, timedelta(minutes=1)), 2, (Reason.BOXES, Reason.STREETS, Reason.DURATION)),
    ],
)
def test_boxes_streets_or_time_make_an_outage_large(limits: Limits, hours: float, why: tuple[Reason, ...]) -> None:
    assert large.reasons(SMALL, limits, NOW + timedelta(hours=hours)) == why


def test_neither_a_single_box_nor_an_outage_that_is_over_is_ever_large() -> None:
    limits = Limits(2, 1, timedelta(minutes=1))
    days_later = NOW + timedelta(days=3)

    assert large.reasons(only(row(SINCE)), limits, days_later) == ()
    assert large.reasons(only(row(SINCE), days_later), limits, days_later) == ()
    assert only(row(SINCE), days_later).grade is Grade.OLD
    assert large.reasons(only([back(each, NOW) for each in row(SINCE, SINCE)]), limits, NOW) == ()
