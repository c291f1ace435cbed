"""Which boxes there are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import devices.boxes
from firmware_sim import box_ids

# A shared machine may stall: an example has no deadline.
many = settings(deadline=None, max_examples=100)


def test_the_first_boxes_are_easy_to_remember() -> None:
    assert box_ids.first(5) == ("71-01", "71-02", "71-03", "72-01", "72-02")


def test_the_largest_fleet_has_no_id_twice_and_none_that_the_hub_refuses() -> None:
    fleet = box_ids.first(box_ids.MOST)

    assert len(set(fleet)) == box_ids.MOST >= 5_000
    assert all(devices.boxes.is_id(box) and devices.boxes.district_and_number(box) for box in fleet)


@many
@given(count=st.integers(1, box_ids.MOST - 1))
def test_a_larger_fleet_contains_the_smaller_one(count: int) -> None:
    assert box_ids.first(count + 1)[:-1] == box_ids.first(count)


@pytest.mark.parametrize("count", [0, -1, box_ids.MOST + 1])
def test_a_fleet_of_another_size_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match=str(box_ids.MOST)):
        box_ids.first(count)


def test_boxes_stand_in_berlin_each_in_its_own_place() -> None:
    places = [box_ids.position(box) for box in (*box_ids.first(1_000), "my-own-box")]

    assert all(52.33 < place.latitude < 52.68 and 13.08 < place.longitude < 13.77 for place in places)
    assert len(set(places)) == len(places)
    assert box_ids.position("71-01") == places[0]
