from __future__ import annotations

from api.site.boxes import places
from crisis.places.gazetteer import Gazetteer

SCHOENEBERG = {"latitude": 52.4846, "longitude": 13.3443}
SPANDAU = {"latitude": 52.535, "longitude": 13.2}
NOWHERE = {"latitude": 48.1, "longitude": 11.6}


def box(**columns: object) -> dict[str, object]:
    return {"id": "71-01", "is_moving": False, "place_is_exact": False, **columns}


def test_a_place_has_the_names_that_people_know() -> None:
    found = places.of(box(**SCHOENEBERG), Gazetteer())

    assert found is not None
    assert [name for _, name in found.areas] == ["Schöneberg", "Tempelhof-Schöneberg"]
    assert found.bezirk == ("07", "Tempelhof-Schöneberg")


def test_a_place_outside_the_city_has_no_names() -> None:
    found = places.of(box(**NOWHERE), Gazetteer())

    assert found is not None
    assert (found.areas, found.bezirk) == ((), None)


def test_a_box_belongs_to_the_district_that_operators_named_before_all_others() -> None:
    found = places.of(box(**SCHOENEBERG), Gazetteer())

    named = places.districts(box(district=0x71), found, {"district-71": "Rathausviertel"})
    unnamed = places.districts(box(district=0x71), None, {})

    assert [name for _, name in named] == ["Rathausviertel", "Schöneberg", "Tempelhof-Schöneberg"]
    assert named[0][0] == "district-71"
    assert unnamed == ()


def test_what_moves_and_what_nobody_placed_has_no_place() -> None:
    assert places.of(box(latitude=None, longitude=None), Gazetteer()) is None
    assert places.of(box(**SCHOENEBERG, is_moving=True), Gazetteer()) is None


def test_boxes_are_sorted_by_bezirk() -> None:
    rows = [box(**SCHOENEBERG), box(id="05-01", **SPANDAU), box(id="71-02", **SCHOENEBERG), box(id="x", **NOWHERE)]

    assert places.by_bezirk(rows, Gazetteer()) == {"07": ("71-01", "71-02"), "05": ("05-01",)}
