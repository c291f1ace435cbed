from __future__ import annotations

import pytest

from api.site.boxes import classes
from devices.limits import CLASSES
from tests.api.charts.support.made_charts import GERMAN

ROWS = [
    {
        "statistic": each.statistic,
        "class": each.name,
        "low": each.low,
        "has_low": each.bounds.startswith("["),
        "high": each.high,
        "has_high": each.bounds.endswith("]"),
    }
    for each in CLASSES
    if each.quantity == "pm10"
]


@pytest.mark.parametrize(
    ("value", "text", "css"),
    [
        (0, "gut: unter dem WHO-Richtwert", "good"),
        (45, "gut: unter dem WHO-Richtwert", "good"),
        (45.1, "erhöht: über dem WHO-Richtwert", "warn"),
        (50.1, "hoch: über dem Grenzwert der EU", "bad"),
    ],
)
def test_a_mean_as_high_as_the_guideline_keeps_it(value: float, text: str, css: str) -> None:
    assert classes.of(value, ROWS, classes.DAY_MEAN, GERMAN) == classes.Rating(text, css)


def test_a_single_value_is_not_called_by_what_is_said_of_days() -> None:
    assert classes.of(60, ROWS, classes.NEWEST, GERMAN) is None


def test_a_class_without_a_word_is_not_shown() -> None:
    row = {"statistic": "newest", "class": "mauve", "low": None, "has_low": False, "high": None, "has_high": False}

    assert classes.of(1, [row], classes.NEWEST, GERMAN) is None
