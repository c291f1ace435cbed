"""Cells of boxes: each point belongs to the nearest box, if that reaches so far."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.places import geometry
from crisis.state.power.cells import REACH_MAX_M, REACH_MIN_M, Ground

MIDDLE = (52.48, 13.34)
ACROSS, UP = geometry.metres_per_degree(MIDDLE[0])


def at(east_m: float, north_m: float) -> tuple[float, float]:
    """The latitude and longitude so many metres from the middle."""
    return MIDDLE[0] + north_m / UP, MIDDLE[1] + east_m / ACROSS


def test_a_box_alone_reaches_as_far_as_any() -> None:
    ground = Ground({"a": MIDDLE})

    polygon = (ground.cell("a"),)

    assert ground.reach_m("a") == REACH_MAX_M
    assert geometry.area_km2(polygon) == pytest.approx(12 * math.sin(math.pi / 12) * REACH_MAX_M**2 / 1e6, rel=0.01)


@pytest.mark.parametrize(("spacing_m", "reach_m"), [(100, REACH_MIN_M), (800, 720), (2_000, REACH_MAX_M)])
def test_the_reach_follows_the_third_nearest_box(spacing_m: float, reach_m: float) -> None:
    ground = Ground({"a": MIDDLE, "b": at(10, 0), "c": at(0, 20), "d": at(spacing_m, 0), "e": at(0, -3_000)})

    assert ground.reach_m("a") == pytest.approx(reach_m, rel=0.001)


def test_two_boxes_share_the_ground_between_them() -> None:
    ground = Ground({"a": MIDDLE, "b": at(500, 0)})

    east = max(longitude for longitude, _ in ground.cell("a"))

    assert (east - MIDDLE[1]) * ACROSS == pytest.approx(250, abs=1)


def test_boxes_at_the_same_place_share_a_cell() -> None:
    ground = Ground({"a": MIDDLE, "b": MIDDLE})

    assert ground.cell("a") == ground.cell("b") != ()


def test_boxes_that_stand_far_apart_are_no_neighbours() -> None:
    ground = Ground({"a": MIDDLE, "b": at(2_300, 0), "c": at(-2_500, 0)})

    assert ground.neighbours("a") == ["b"]


_places = st.tuples(st.floats(-2_000, 2_000), st.floats(-2_000, 2_000))


@given(st.lists(_places, min_size=1, max_size=12), _places)
def test_a_point_within_a_cell_is_nearest_to_its_box(
    boxes: list[tuple[float, float]], point: tuple[float, float]
) -> None:
    ground = Ground({str(number): at(*place) for number, place in enumerate(boxes)})
    latitude, longitude = at(*point)
    distances = [math.dist(place, point) for place in boxes]

    for number, distance in enumerate(distances):
        ring = ground.cell(str(number))
        if ring and geometry.is_in_ring(ring, longitude, latitude):
            assert distance <= min(distances) + 5  # metres: a degree is not as long everywhere
            assert distance <= ground.reach_m(str(number)) + 5
