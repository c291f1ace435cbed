from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from api.charts import summary
from api.charts.chart import Limit, Role, Shape, YearLimit
from devices.quantities import Averaging
from tests.api.charts.support.made_charts import ENGLISH, GERMAN, Steps, chart, line

DAYS = Steps(width_s=86_400)


def test_a_description_says_range_extremes_means_and_gaps() -> None:
    made = chart(
        line([3.0, 5.0, 10.0, 2.0, 5.0], Steps(missing=(3,)), label="Rathaus"),
        line([4.0, 4.0], label="Berlin", role=Role.CITY),
        days=5 / 24,
    )

    text = summary.description(made, ENGLISH)

    assert text.startswith("From Thu, 27 Mar 2025, 00:00 to Thu, 27 Mar 2025, 05:00. Lowest 3.0 µg/m³ (")
    assert "highest 10.0 µg/m³ (Thu, 27 Mar 2025, 02:00)" in text
    assert "Mean of Rathaus: 5.8 µg/m³. Mean of Berlin: 4.0 µg/m³." in text


def test_a_description_names_the_longest_gaps() -> None:
    values = [1.0] * 100
    missing = [*range(10, 14), *range(20, 30), *range(40, 45), *range(60, 66)]

    text = summary.description(chart(line(values, Steps(missing=missing)), days=100 / 24), GERMAN)

    assert "4 Lücken ohne Werte: die längsten von Do., 27. März 2025, 20:00 bis Fr., 28. März 2025, 06:00" in text


def test_only_valid_days_count_against_a_limit() -> None:
    made = chart(
        line([50.0, 60.0, 44.0, 45.0], DAYS, coverage=[1.0, 0.5, 1.0, 1.0]),
        shape=Shape.STEPS,
        limits=[Limit("WHO", 45.0)],
        days=4,
    )

    assert summary.exceeded(made.main, made.limits[0]) == (1, 3)
    assert "WHO (45.0 µg/m³): above it on 1 of 3 valid days." in summary.description(made, ENGLISH)


@pytest.mark.parametrize(
    ("value", "valid", "text"),
    [
        (15.0, 365, "kept, the mean is 15.0 µg/m³ (365 valid days)."),
        (15.1, 329, "exceeded, the mean is 15.1 µg/m³ (329 valid days)."),
        (99.0, 328, "no verdict, only 328 of 365 days are valid."),
    ],
)
def test_a_limit_of_years_is_told_where_nine_days_of_ten_are_valid(value: float, valid: int, text: str) -> None:
    made = chart(
        line([value] * 365, DAYS, coverage=[1.0 if number < valid else 0.5 for number in range(365)]),
        shape=Shape.STEPS,
        year_limits=[YearLimit("WHO, year", 15.0, 0.9)],
        days=365,
    )

    assert summary.verdicts(made, ENGLISH) == [f"WHO, year (15.0 µg/m³): {text}"]
    assert summary.verdicts(replace(made, start=made.start + timedelta(days=1)), ENGLISH) == []


def test_days_are_named_without_a_time_the_last_one_too() -> None:
    made = chart(line([1.0, 2.0], DAYS), shape=Shape.STEPS, days=2)

    assert summary.description(made, GERMAN).startswith("Von 27. März 2025 bis 28. März 2025.")


def test_nothing_is_said_to_be_nothing() -> None:
    assert summary.description(chart(line([])), GERMAN).endswith("Keine Werte in diesem Zeitraum.")


def test_directions_have_a_mean_and_no_lowest() -> None:
    made = chart(line([350.0, 10.0]), averaging=Averaging.CIRCULAR, unit="°", decimals=0)

    text = summary.description(made, ENGLISH)

    assert "Mean of 71-01: 0 °." in text
    assert "Lowest" not in text


def test_a_table_has_few_rows_of_means_of_the_charts_kind() -> None:
    made = chart(line([40.0] * 99 + [60.0], label="Rathaus"), averaging=Averaging.ENERGETIC)

    rows = summary.table(made, ENGLISH, rows=25)

    assert len(rows) == 25
    assert rows[0].values == ("40.0",)
    assert rows[-1].values == ("54.1",)  # 10 lg of the mean power of 40, 40, 40 and 60


def test_a_table_says_where_nothing_was_heard() -> None:
    made = chart(line([1.0, 2.0], Steps(missing=(1,))), line([3.0, 4.0], role=Role.CITY))

    assert [row.values for row in summary.table(made, ENGLISH)] == [("1.0", "3.0"), (None, "4.0")]


def test_a_total_is_told_by_its_newest_value() -> None:
    made = chart(line([1.0, 4.0]), averaging=Averaging.NONE)

    assert summary.table(made, ENGLISH, rows=1)[0].values == ("4.0",)


def test_a_year_between_two_changes_of_the_clock_is_a_year() -> None:
    made = chart(
        line([15.0] * 365, DAYS), shape=Shape.STEPS, year_limits=[YearLimit("WHO, year", 15.0, 0.9)], days=365 - 1 / 24
    )

    assert len(summary.verdicts(made, ENGLISH)) == 1
