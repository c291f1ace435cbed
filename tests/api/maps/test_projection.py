from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.maps import projection
from api.maps.projection import Tile, View
from tests.support.map_data import RATHAUS_SCHOENEBERG

LONGITUDES = st.floats(-180, 180)
LATITUDES = st.floats(-85, 85)


@given(LONGITUDES, LATITUDES)
def test_a_place_comes_back_from_the_square_of_the_world(longitude: float, latitude: float) -> None:
    found = projection.degrees(*projection.world(longitude, latitude))

    assert found == pytest.approx((longitude, latitude), abs=1e-9)


def test_the_tile_of_a_place_is_that_of_every_web_map() -> None:
    assert projection.tile_at(*RATHAUS_SCHOENEBERG, 13) == Tile(13, 4399, 2687)


@pytest.mark.parametrize("zoom", [8, 13, 17])
def test_a_tile_s_own_picture_shows_that_tile_alone(zoom: int) -> None:
    tile = projection.tile_at(*RATHAUS_SCHOENEBERG, zoom)

    assert list(projection.tiles_within(View.of_tile(tile).bounds, zoom)) == [tile]


def test_a_picture_touches_the_tiles_around_a_corner() -> None:
    west, south, _, _ = Tile(13, 4399, 2687).bounds

    found = projection.tiles_within(View(west, south, 13, 100, 100).bounds, 13)

    assert {(tile.column, tile.row) for tile in found} == {(4398, 2687), (4399, 2687), (4398, 2688), (4399, 2688)}


def test_a_pixel_is_as_long_as_the_ground_below_it() -> None:
    view = View(13.4, 52.5, 13, 512, 512)
    across = 6_378_137 * math.radians(1) * math.cos(math.radians(52.5))  # metres in a degree of longitude

    (x1, _), (x2, _) = view.pixel(13.4, 52.5), view.pixel(13.41, 52.5)

    assert (x2 - x1) * view.metres_per_pixel == pytest.approx(0.01 * across, rel=1e-6)


def test_a_view_around_bounds_shows_all_of_them() -> None:
    bounds = (13.08, 52.33, 13.77, 52.69)

    view = View.around(bounds, 1000, 820)

    west, south, east, north = view.bounds
    assert west < bounds[0] < bounds[2] < east
    assert south < bounds[1] < bounds[3] < north
    assert view.place(*view.pixel(13.3, 52.5)) == pytest.approx((13.3, 52.5))
