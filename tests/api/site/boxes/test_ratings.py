from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from api.readings.means.steps import Steps
from api.site.boxes import ratings

if TYPE_CHECKING:
    from devices.limits import Statistic

NOW = datetime(2025, 11, 23, 12, tzinfo=UTC)


def row(**columns: object) -> dict[str, object]:
    return {
        "quantity": "pm10",
        "value": 7.0,
        "flag": 0,
        "measured_at": NOW - timedelta(minutes=5),
        "averaging": "arithmetic",
        **columns,
    }


def hours(count: int, *, last: int = 23, coverage: float = 1.0) -> Steps:
    """So many hours up to the hour `last` of the last 24, each with its number as its mean."""
    numbers = range(last - count + 1, last + 1)
    return Steps(number=numbers, avg=[float(number) for number in numbers], coverage=[coverage] * count)


def test_a_newest_value_is_rated_while_it_is_new_and_sound() -> None:
    assert ratings.rated_value(row(), "newest", None, NOW) == 7
    assert ratings.rated_value(row(flag=1), "newest", None, NOW) is None
    assert ratings.rated_value(row(measured_at=NOW - timedelta(hours=1)), "newest", None, NOW) is None


@pytest.mark.parametrize(("count", "value"), [(24, 11.5), (18, 14.5), (17, None)])
def test_a_mean_of_24_hours_is_of_18_at_least(count: int, value: float | None) -> None:
    assert ratings.rated_value(row(), "day_mean", hours(count), NOW) == value


def test_a_mean_of_an_hour_is_of_the_last_one_if_a_quarter_of_it_was_heard() -> None:
    assert ratings.rated_value(row(), "hour_mean", hours(3), NOW) == 23
    assert ratings.rated_value(row(), "hour_mean", hours(3, last=22), NOW) is None
    assert ratings.rated_value(row(), "hour_mean", hours(3, coverage=0.25), NOW) == 23
    assert ratings.rated_value(row(), "hour_mean", hours(3, coverage=0.1667), NOW) is None


@pytest.mark.parametrize("statistic", ["day_mean", "hour_mean"])
def test_what_was_not_heard_is_not_rated(statistic: Statistic) -> None:
    assert ratings.rated_value(row(), statistic, None, NOW) is None


def test_a_mean_is_rated_as_the_map_shows_it() -> None:
    steps = Steps(number=range(24), avg=[45.04] * 24, coverage=[1.0] * 24)

    assert ratings.rated_value(row(), "day_mean", steps, NOW) == 45.0
