from __future__ import annotations

import pytest

from devices import boxes


@pytest.mark.parametrize("text", ["71-01", "a", "rathaus-2", "0", "a" * 32])
def test_a_box_id_is_one_lower_case_topic_level(text: str) -> None:
    assert boxes.is_id(text)


@pytest.mark.parametrize(
    "text", ["", "-", boxes.NO_BOX, "-a", "a-", "A", "a_b", "a/b", "a.b", "+", "#", "ä", "a\n", "a" * 33, "a" * 10_000]
)
def test_anything_else_is_none(text: str) -> None:
    assert not boxes.is_id(text)


@pytest.mark.parametrize(
    ("district", "number", "box"), [(113, 1, "71-01"), (0, 0, boxes.UNCONFIGURED), (255, 255, "ff-ff")]
)
def test_the_id_of_numbered_hardware_is_hexadecimal_and_read_back(district: int, number: int, box: str) -> None:
    assert boxes.numbered(district, number) == box
    assert boxes.district_and_number(box) == (district, number)
    assert boxes.is_id(box)


@pytest.mark.parametrize("box", ["rathaus", "71-1", "71-011", "7g-01", "71-01-02", "FF-FF"])
def test_a_box_with_a_name_of_its_own_has_no_district(box: str) -> None:
    assert boxes.district_and_number(box) is None
