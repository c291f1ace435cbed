from __future__ import annotations

import pytest

from devices import means
from devices.quantities import Averaging
from tests.support import mean_cases

FIVE_MINUTES = {case.name: case for case in mean_cases.CASES if ("5m", mean_cases.BERLIN) in case.says}


@pytest.mark.parametrize("name", FIVE_MINUTES)
def test_a_mean_of_five_minutes_is_what_the_case_says(name: str) -> None:
    case = FIVE_MINUTES[name]
    first = case.says["5m", mean_cases.BERLIN][0]
    values = [value for at, value in case.all_readings if at - first.begins < mean_cases.FIVE_MINUTES]

    found = means.mean(values, Averaging(case.averaging))

    assert mean_cases.is_same(case.averaging, first.avg, found)


def test_a_direction_is_never_360() -> None:
    assert means.mean([360.0 - 1e-14, 0.0], Averaging.CIRCULAR) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("averaging", Averaging)
def test_there_is_no_mean_of_nothing(averaging: Averaging) -> None:
    assert means.mean([], averaging) is None


def test_a_total_has_no_mean() -> None:
    assert means.mean([1.0, 2.0], Averaging.NONE) is None
