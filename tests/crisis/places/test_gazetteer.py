from __future__ import annotations

import pytest

from crisis.places.areas import Area, Level
from crisis.places.gazetteer import Gazetteer
from crisis.places.streets import Street
from tests.support import map_data


@pytest.fixture(scope="module")
def berlin() -> Gazetteer:
    return map_data.gazetteer()


@pytest.mark.parametrize(
    ("latitude", "longitude", "ortsteil", "bezirk"),
    [
        (52.4847, 13.3435, "Schöneberg", "Tempelhof-Schöneberg"),
        (52.4711, 13.3286, "Friedenau", "Tempelhof-Schöneberg"),
        (52.5200, 13.4050, "Mitte", "Mitte"),
        (52.4190, 13.1410, "Wannsee", "Steglitz-Zehlendorf"),
    ],
)
@pytest.mark.parametrize("has_borders", [True, False])
def test_a_point_lies_in_its_ortsteil_and_bezirk(
    has_borders: bool, latitude: float, longitude: float, ortsteil: str, bezirk: str
) -> None:
    found = (map_data.gazetteer() if has_borders else Gazetteer()).where(latitude, longitude)

    assert found.ortsteil is not None
    assert found.bezirk is not None
    assert (found.ortsteil.name, found.bezirk.name) == (ortsteil, bezirk)
    assert found.is_schematic is not has_borders


@pytest.mark.parametrize("has_borders", [True, False])
def test_a_point_outside_the_city_lies_nowhere(has_borders: bool) -> None:
    found = (map_data.gazetteer() if has_borders else Gazetteer()).where(52.39, 13.06)  # Potsdam

    assert found.name is None


def test_a_point_has_a_prognoseraum(berlin: Gazetteer) -> None:
    found = berlin.where(52.4847, 13.3435).prognoseraum

    assert found is not None
    assert found.name == "Schöneberg Süd"


def test_with_the_bezirke_alone_the_ortsteil_is_a_guess_within_the_bezirk(berlin: Gazetteer) -> None:
    found = Gazetteer(berlin.bezirke).where(52.4847, 13.3435)

    assert found.is_schematic
    assert found.bezirk is berlin.area(Level.BEZIRK, "07")
    assert found.name == "Schöneberg"


def test_the_schematic_has_all_bezirke_and_ortsteile() -> None:
    found = Gazetteer()

    assert (len(found.bezirke), len(found.ortsteile), found.prognoseraeume) == (12, 97, ())


def test_the_areas_of_the_data_have_the_sizes_that_the_office_publishes(berlin: Gazetteer) -> None:
    assert sum(area.area_km2 for area in berlin.bezirke) == pytest.approx(889.6, abs=3)
    mitte = berlin.area(Level.BEZIRK, "01")
    assert mitte is not None
    assert mitte.area_km2 == pytest.approx(39.3, abs=0.3)


def test_the_streets_of_two_ortsteile_are_found_in_their_polygons(berlin: Gazetteer) -> None:
    polygons = [polygon for id_ in ("0701", "0702") for polygon in _area(berlin, id_).polygons]

    found = berlin.streets_in([*polygons, *polygons])

    assert len(found) == len(set(found))
    assert {"Rubensstraße", "Rheinstraße"} <= {street.name for street in found}
    ours = [street for street in berlin.streets.streets if street.ortsteil in {"0701", "0702"}]
    assert len(set(ours) - set(found)) <= 2  # points on the border, rounded to ten metres


def test_the_nearest_street_is_found_within_a_distance(berlin: Gazetteer) -> None:
    found = berlin.streets.nearest(52.4847, 13.3435, within_m=400)

    assert found is not None
    assert found.ortsteil == "0701"
    assert berlin.streets.nearest(52.0, 13.0) is None


@pytest.mark.parametrize(
    ("query", "first"),
    [("rubens", "Rubensstraße"), ("MITTE", "Mitte"), ("hauptstr", "Hauptstraße"), ("fried", "Friedenau")],
)
def test_a_search_finds_areas_and_streets_by_the_beginning(berlin: Gazetteer, query: str, first: str) -> None:
    assert berlin.search(query)[0].name == first


def test_a_search_shows_the_near_street_first(berlin: Gazetteer) -> None:
    found = berlin.search("Hauptstraße", near=map_data.RATHAUS_SCHOENEBERG)

    assert isinstance(found[0], Street)
    assert found[0].ortsteil == "0701"


def test_a_search_for_nothing_finds_nothing(berlin: Gazetteer) -> None:
    assert berlin.search("  -  ") == []


def _area(berlin: Gazetteer, id_: str) -> Area:
    found = berlin.area(Level.ORTSTEIL, id_)
    assert found is not None
    return found
