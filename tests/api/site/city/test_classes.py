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
