from __future__ import annotations

from typing import Any

import pytest

from ingest.rejects import RejectFilter


@pytest.mark.parametrize(
    ("narrowed", "arguments"),
    [
        ({}, (None, None, None, None)),
        ({"ids": [4, 7]}, ([4, 7], None, None, None)),
        ({"reasons": ["bad_json"], "box": "71-01"}, (None, ["bad_json"], "71-01", None)),
    ],
)
def test_the_arguments_stand_in_the_order_of_the_statements(
    narrowed: dict[str, Any], arguments: tuple[Any, ...]
) -> None:
    assert RejectFilter(**narrowed).arguments() == arguments


@pytest.mark.parametrize(("narrowed", "is_everything"), [({}, True), ({"ids": []}, False), ({"box": "-"}, False)])
def test_a_choice_of_nothing_is_not_everything(narrowed: dict[str, Any], *, is_everything: bool) -> None:
    assert RejectFilter(**narrowed).is_everything == is_everything
