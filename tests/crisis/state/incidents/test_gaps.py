"""Where something is missing: the dark areas first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crisis.places.areas import Area, Level
from crisis.places.gazetteer import Gazetteer
from crisis.state.incidents import gaps
from crisis.state.incidents.gaps import Findings, Lack
from tests.crisis.support.examples import NOW


def square(id_: str, name: str, level: Level, west: float) -> Area:
    ring = ((west, 52.0), (west + 1, 52.0), (west + 1, 53.0), (west, 53.0))
    return Area(id_, name, level, ((ring,),), (west + 0.5, 52.5))


WEST, EAST = (13.5, 52.5), (14.5, 52.5)
PLACES = Gazetteer(
    [
        square("0701", "Westteil", Level.ORTSTEIL, 13),
        square("0702", "Ostteil", Level.ORTSTEIL, 14),
        square("0711", "Westraum", Level.PROGNOSERAUM, 13),
        square("0712", "Ostraum", Level.PROGNOSERAUM, 14),
    ]
)
NOTHING = Findings((), (), (), ())


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def found(what: Findings, places: Gazetteer = PLACES) -> list[tuple[str, Lack, bool]]:
    return [(gap.area.name, gap.lack, gap.dark_since is not None) for gap in gaps.of(what, places, NOW)]


def test_without_anything_there_is_no_place_of_help_in_any_prognoseraum_and_no_box_in_any_ortsteil() -> None:
    assert found(NOTHING) == [
        ("Ostraum", Lack.NO_PLACE, False),
        ("Westraum", Lack.NO_PLACE, False),
        ("Ostteil", Lack.NO_BOX, False),
        ("Westteil", Lack.NO_BOX, False),
    ]


def test_what_is_there_is_no_gap() -> None:
    assert found(Findings((WEST, EAST), (WEST, EAST), (), ())) == []


def test_where_the_power_is_gone_comes_first() -> None:
    dark = Findings((WEST, EAST), (), ((EAST, NOW - hours(1)),), ())

    assert found(dark) == [("Ostraum", Lack.NO_PLACE, True), ("Westraum", Lack.NO_PLACE, False)]


@pytest.mark.parametrize(
    ("dark_for", "said_ago", "is_silent"),
    [(4, None, True), (2.9, None, False), (4, 3.5, True), (4, 2.9, False)],
)
def test_an_area_that_is_dark_for_three_hours_without_a_word_is_no_good_news(
    dark_for: float, said_ago: float | None, *, is_silent: bool
) -> None:
    words = () if said_ago is None else ((WEST, NOW - hours(said_ago)),)
    there = Findings((WEST, EAST), (WEST, EAST), ((WEST, NOW - hours(dark_for)),), words)

    assert found(there) == ([("Westteil", Lack.SILENT, True)] if is_silent else [])


def test_without_prognoseraeume_places_of_help_are_looked_for_in_ortsteile() -> None:
    places = Gazetteer([square("0701", "Westteil", Level.ORTSTEIL, 13)])

    assert found(NOTHING, places) == [("Westteil", Lack.NO_PLACE, False), ("Westteil", Lack.NO_BOX, False)]
