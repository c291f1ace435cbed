from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from api.charts import time_axis
from tests.api.charts.support.made_charts import BERLIN, ENGLISH, GERMAN, START

if TYPE_CHECKING:
    from translations.words import Words


def texts(start: datetime, span: timedelta, words: Words = GERMAN) -> list[str]:
    return [mark.text for mark in time_axis.marks(start, start + span, BERLIN, words)]


def test_a_day_is_marked_in_hours_and_its_midnight_by_the_date() -> None:
    assert texts(START, timedelta(hours=24)) == [
        *("27. März", "03:00", "06:00", "09:00"),
        *("12:00", "15:00", "18:00", "21:00"),
    ]


def test_a_week_is_marked_in_days_of_the_readers_language() -> None:
    assert texts(START, timedelta(days=7), ENGLISH)[:3] == ["27 Mar", "28 Mar", "29 Mar"]


def test_a_month_is_marked_on_mondays() -> None:
    marks = time_axis.marks(START, START + timedelta(days=31), BERLIN, GERMAN)

    days = [datetime.fromtimestamp(mark.at, UTC).astimezone(BERLIN) for mark in marks]
    assert [day.weekday() for day in days] == [0] * len(days)
    assert {day.hour for day in days} == {0}  # before and after the clocks were changed


def test_a_year_is_marked_in_months_with_the_year_where_it_begins() -> None:
    assert texts(START, timedelta(days=365)) == ["Mai 2025", "Jul", "Sep", "Nov", "Jan. 2026", "Mär"]


def test_a_day_of_23_hours_has_marks_at_the_hours_that_its_clock_shows() -> None:
    changed = datetime(2025, 3, 29, 23, tzinfo=UTC)

    marks = time_axis.marks(changed, changed + timedelta(hours=23), BERLIN, GERMAN)

    assert [mark.text for mark in marks][:3] == ["30. März", "03:00", "06:00"]
    assert [later.at - earlier.at for earlier, later in pairwise(marks)][:2] == [2 * 3600, 3 * 3600]


def test_a_day_of_25_hours_has_marks_at_the_hours_that_its_clock_shows() -> None:
    changed = datetime(2025, 10, 25, 22, tzinfo=UTC)

    marks = time_axis.marks(changed, changed + timedelta(hours=25), BERLIN, GERMAN)

    assert [later.at - earlier.at for earlier, later in pairwise(marks)][:2] == [7 * 3600, 6 * 3600]


@pytest.mark.parametrize("days", [0.01, 0.5, 1, 3, 7, 31, 92, 365, 3_000, 30_000])
def test_there_are_few_marks_however_long_the_time(days: float) -> None:
    assert 0 < len(time_axis.marks(START, START + timedelta(days=days), BERLIN, GERMAN)) <= 9


def test_an_hour_that_the_clock_leaves_out_has_no_mark() -> None:
    assert texts(datetime(2025, 3, 29, 23, tzinfo=UTC), timedelta(hours=4))[-3:] == ["01:00", "03:00", "04:00"]
