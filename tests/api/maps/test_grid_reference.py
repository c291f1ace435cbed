"""UTMREF of places whose reference is known from elsewhere."""

from __future__ import annotations

import pytest

from api.maps import grid_reference
from tests.support.map_data import RATHAUS_SCHOENEBERG


def test_the_rathaus_lies_in_the_square_of_the_paper_map() -> None:
    assert grid_reference.utmref(*RATHAUS_SCHOENEBERG, 2) == "33U UU 87 16"
    assert grid_reference.utmref(*RATHAUS_SCHOENEBERG).startswith("33U UU 87")


@pytest.mark.parametrize(
    ("longitude", "latitude", "zone", "easting", "northing"),
    [
        (15.0, 0.0, 33, 500_000.0, 0.0),
        # The length of the meridian from the equator to 45° on WGS 84 is 4,984,944.378 m.
        (15.0, 45.0, 33, 500_000.0, 4_984_944.378 * 0.9996),
        # CN Tower, Toronto, a well-known example of MGRS: 17T PJ 30084 33438.
        (-79.387139, 43.642567, 17, 630_084.0, 4_833_438.0),
    ],
)
def test_coordinates_agree_with_known_ones(
    longitude: float, latitude: float, zone: int, easting: float, northing: float
) -> None:
    found = grid_reference.utm(longitude, latitude)

    assert found[0] == zone
    assert found[1:] == pytest.approx((easting, northing), abs=1.0)


@pytest.mark.parametrize(
    ("longitude", "latitude", "reference"),
    [
        (-79.387139, 43.642567, "17T PJ 30084 33438"),
        (0.0, -81.0, ""),
        (0.0, 85.0, ""),
    ],
)
def test_a_reference_of_a_metre(longitude: float, latitude: float, reference: str) -> None:
    assert grid_reference.utmref(longitude, latitude, 5) == reference
