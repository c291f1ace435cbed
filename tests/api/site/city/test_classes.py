from __future__ import annotations

import pytest

from api.site.city import classes, quantities
from devices import limits


@pytest.mark.parametrize("key", quantities.SHOWN)
def test_every_value_of_a_quantity_of_the_map_has_a_class_with_a_word_and_a_sign(key: str) -> None:
    shown = quantities.SHOWN[key]
    edges = sorted({bound for each in limits.CLASSES for bound in (each.low, each.high) if bound is not None})

    for value in (-50.0, *edges, *(edge + 0.1 for edge in edges), 500.0):
        rating = classes.of(shown, value)
        assert rating is not None, value
        assert rating.text
        assert rating.sign


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [("pm2_5", 15.0, "good"), ("pm2_5", 15.1, "raised"), ("pm10", 50.1, "high"), ("noise", 55.0, "good")],
)
def test_a_value_as_high_as_the_limit_keeps_it(key: str, value: float, expected: str) -> None:
    rating = classes.of(quantities.SHOWN[key], value)

    assert rating is not None
    assert rating.sign == expected


def test_signs_of_one_quantity_differ_so_that_no_colour_is_alone() -> None:
    for shown in quantities.SHOWN.values():
        signs = [each.sign for each in classes.legend(shown)]
        assert len(signs) == len(set(signs))


@pytest.mark.parametrize(
    ("quantity", "statistic"),
    [("pm10", "day_mean"), ("noise", "hour_mean"), ("temperature", "newest"), ("pressure", None), ("unheard_of", None)],
)
def test_a_quantity_is_rated_by_the_value_that_its_classes_are_of(quantity: str, statistic: str | None) -> None:
    assert classes.statistic(quantity) == statistic


def test_a_single_value_is_not_called_by_what_is_said_of_days() -> None:
    assert classes.rate("pm10", "newest", 60) is None


def test_a_class_without_a_word_is_not_shown() -> None:
    assert classes.rate("temperature", "hour_mean", 40) is None


def test_what_is_no_verdict_has_no_colour_beside_the_value_of_a_box() -> None:
    found = {value: classes.rate("temperature", "newest", value) for value in (20.0, 35.0)}

    assert [rating and rating.css for rating in found.values()] == ["", "warn"]
