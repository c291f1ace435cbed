from __future__ import annotations

from tests.api.charts.support.made_charts import START, Steps, chart, line


def test_missing_steps_are_a_gap() -> None:
    made = line([1.0] * 10, Steps(missing=(3, 4, 5)))

    assert list(made.runs) == [(0, 3), (3, 7)]


def test_one_missing_hour_is_a_gap_where_all_others_were_heard() -> None:
    assert list(line([1.0] * 10, Steps(missing=(4,))).runs) == [(0, 4), (4, 9)]


def test_one_missing_five_minutes_are_no_gap() -> None:
    assert list(line([1.0] * 10, Steps(width_s=300, missing=(4,))).runs) == [(0, 9)]


def test_a_missing_day_is_a_gap_as_long_as_it_is() -> None:
    made = chart(line([1.0] * 7, Steps(width_s=86_400, missing=(3,))))

    assert made.gaps == [(START.timestamp() + 3 * 86_400, START.timestamp() + 4 * 86_400)]


def test_the_rhythm_of_a_box_is_no_gap() -> None:
    every_third = line([1.0] * 30, Steps(width_s=300, missing=[number for number in range(30) if number % 3]))

    assert list(every_third.runs) == [(0, 10)]


def test_a_step_without_a_mean_is_a_gap() -> None:
    assert list(line([1.0, None, 2.0]).runs) == [(0, 1), (2, 3)]


def test_nothing_has_no_stretch_and_no_gap() -> None:
    made = chart(line([]))

    assert list(made.main.runs) == []
    assert made.gaps == []
    assert made.is_empty


def test_what_was_not_heard_at_the_edges_of_a_chart_is_a_gap_too() -> None:
    made = chart(line([1.0] * 24, Steps(missing=tuple(range(6)))), days=2)

    day = 24 * 3600
    assert made.gaps == [
        (START.timestamp(), START.timestamp() + 6 * 3600),
        (START.timestamp() + day, START.timestamp() + 2 * day),
    ]


def test_a_mean_of_too_little_time_is_not_valid() -> None:
    assert line([1.0, 1.0, 1.0], coverage=[0.75, 0.74, None]).valid == [True, False, True]
