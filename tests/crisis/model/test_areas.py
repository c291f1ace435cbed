"""Areas: which decisions apply where."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from crisis.model import areas


@pytest.mark.parametrize(
    ("area", "around"),
    [
        ("71-01", ("71-01", "district-71", "all")),
        ("district-71", ("district-71", "all")),
        ("all", ("all",)),
        ("rathaus-steglitz", ("rathaus-steglitz", "all")),
    ],
)
def test_the_decisions_that_apply_to_an_area_come_narrowest_first(area: str, around: tuple[str, ...]) -> None:
    assert areas.around(area) == around


@pytest.mark.parametrize(
    ("area", "district"),
    [("e7-0a", "district-e7"), ("district-0a", "district-0a"), ("district-113", None), ("all", None), ("cellar", None)],
)
def test_only_districts_and_numbered_boxes_have_a_district(area: str, district: str | None) -> None:
    assert areas.district(area) == district


@pytest.mark.parametrize("area", ["", "-", "71-", "Rathaus", "a/b", "all\n", "a" * 33, "district_71"])
def test_what_is_no_name_of_an_area_is_refused(area: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(areas.Area).validate_python(area)
