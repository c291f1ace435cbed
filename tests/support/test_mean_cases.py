"""The reference says of every case what is written out there, by hand or by another way of computing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import mean_cases

if TYPE_CHECKING:
    from tests.support.mean_cases import Case, OverBoxes


@pytest.mark.parametrize("case", mean_cases.CASES, ids=lambda case: case.name)
def test_the_reference_says_what_is_written_out(case: Case) -> None:
    for (width, zone), wanted in case.says.items():
        found = case.buckets(width, zone)

        assert [(one.begins, one.count) for one in found] == [(one.begins, one.count) for one in wanted]
        assert [one.coverage for one in found] == pytest.approx([one.coverage for one in wanted])
        assert [one.growth for one in found] == pytest.approx([one.growth for one in wanted])
        for got, want in zip(found, wanted, strict=True):
            assert mean_cases.is_same(case.averaging, want.avg, got.avg), (width, zone, got)


@pytest.mark.parametrize("case", mean_cases.OVER_BOXES, ids=lambda case: case.name)
def test_the_reference_over_boxes_says_what_is_written_out(case: OverBoxes) -> None:
    for (width, zone), wanted in case.says.items():
        found = case.means(width, zone)

        assert [(one.begins, one.boxes) for one in found] == [(one.begins, one.boxes) for one in wanted]
        for got, want in zip(found, wanted, strict=True):
            assert mean_cases.is_same(case.averaging, want.avg, got.avg), (width, zone, got)


def test_valid_is_three_quarters() -> None:
    days = {case.name: case.buckets("1d")[0].is_valid for case in mean_cases.CASES}

    assert days["18 of 24 hours are enough"]
    assert days["18 of 23 hours are enough"]
    assert not days["17 of 24 hours are not enough"]
    assert not days["18 of 25 hours are not enough"]


def test_a_case_moves_by_days_with_its_numbers() -> None:
    case = next(one for one in mean_cases.CASES if one.name.startswith("83"))

    moved = case.moved(3).buckets("1d", "UTC")

    assert [one.avg for one in moved] == [13.75]
