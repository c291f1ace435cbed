"""In which direction a place lies, and its `geo:` link."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from api.crisis.residents import situation
from api.crisis.residents.places import directions
from api.crisis.residents.situation import NearbyPoint, Site
from crisis.state.views import Act, Point
from tests.crisis.support import examples

if TYPE_CHECKING:
    from typing import Any

LATITUDE, LONGITUDE = 52.4851, 13.3436  # the town hall of Schöneberg
SITE = Site("Rathaus Schöneberg", LATITUDE, LONGITUDE)
NORTH, EAST = 0.001, 0.00164  # degrees of about 111 m each, in Berlin


def nearby(**more: Any) -> NearbyPoint:
    content = examples.point(**more)
    act = Act(uuid4(), examples.NOW, "anna", "hub")
    made = Point(uuid4(), content, act, act)
    if content.latitude is None or content.longitude is None:
        return NearbyPoint(made, None)
    far = situation.distance_m(LATITUDE, LONGITUDE, content.latitude, content.longitude)
    return NearbyPoint(made, far)


@pytest.mark.parametrize(
    ("north", "east", "said"),
    [
        (NORTH, 0, "to the north"),
        (NORTH, EAST, "to the north-east"),
        (0, EAST, "to the east"),
        (-NORTH, EAST, "to the south-east"),
        (-NORTH, 0, "to the south"),
        (-NORTH, -EAST, "to the south-west"),
        (0, -EAST, "to the west"),
        (NORTH, -EAST, "to the north-west"),
        (NORTH, -0.3 * EAST, "to the north"),
        (0, 0, ""),
    ],
)
def test_a_place_lies_in_one_of_eight_directions_of_the_box(north: float, east: float, said: str) -> None:
    each = nearby(latitude=LATITUDE + north, longitude=LONGITUDE + east)

    assert directions.of(SITE, each) == said


def test_a_place_without_a_position_has_neither_a_direction_nor_a_link() -> None:
    each = nearby()

    assert directions.of(SITE, each) == ""
    assert directions.geo_link(each.point.content) == ""


def test_the_link_has_the_position_and_the_name_that_cannot_end_it() -> None:
    each = nearby(name='Rathaus (Hof) & "Tor"', latitude=52.5, longitude=13.25)

    assert directions.geo_link(each.point.content) == (
        "geo:52.50000,13.25000?q=52.50000,13.25000(Rathaus%20%28Hof%29%20%26%20%22Tor%22)"
    )
