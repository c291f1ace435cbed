from __future__ import annotations

import pytest

from api.sensorthings import geometries
from api.sensorthings.geometries import Geometry

SQUARE = ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0), (0.0, 0.0))
HOLE = ((0.5, 0.5), (1.0, 0.5), (1.0, 1.0), (0.5, 0.5))
READ = {
    "POINT(13.4 52.5)": Geometry(points=((13.4, 52.5),)),
    "point z (13.4 52.5 34)": Geometry(points=((13.4, 52.5),)),
    "SRID=4326;POINT (-1e1 +2.5)": Geometry(points=((-10.0, 2.5),)),
    "POINT(-122, 43)": Geometry(points=((-122.0, 43.0),)),
    "MULTIPOINT(1 2, 3 4)": Geometry(points=((1.0, 2.0), (3.0, 4.0))),
    "MULTIPOINT((1 2), (3 4))": Geometry(points=((1.0, 2.0), (3.0, 4.0))),
    "LINESTRING (1 2, 3 4)": Geometry(lines=(((1.0, 2.0), (3.0, 4.0)),)),
    "MULTILINESTRING((1 2,3 4),(5 6,7 8))": Geometry(lines=(((1.0, 2.0), (3.0, 4.0)), ((5.0, 6.0), (7.0, 8.0)))),
    "Polygon ((0 0, 2 0, 2 2, 0 2, 0 0))": Geometry(polygons=((SQUARE,),)),
    "POLYGON((0 0,2 0,2 2,0 2,0 0),(0.5 0.5,1 0.5,1 1,0.5 0.5))": Geometry(polygons=((SQUARE, HOLE),)),
    "MULTIPOLYGON(((0 0,2 0,2 2,0 2,0 0)),((0.5 0.5,1 0.5,1 1,0.5 0.5)))": Geometry(polygons=((SQUARE,), (HOLE,))),
}
UNREADABLE = [
    *("", "POINT", "POINT()", "POINT(1)", "POINT(1 2 3 4)", "POINT(1e999 2)", "CIRCLE(1 2)", "POINT(1 2"),
    *("LINESTRING(1 2)", "LINESTRING()", "POLYGON(1 2,3 4)", "POLYGON((0 0,1 1,0 0))", "POLYGON((0 0,1 0,1 1,0 1))"),
    *("POLYGON((0 0,1 0,1 1,0 0)", "POLYGON x((0 0,1 0,1 1,0 0))", "MULTIPOLYGON((0 0,1 0,1 1,0 0))"),
    "GEOMETRYCOLLECTION(POINT(1 2))",
]


def test_well_known_text_is_read() -> None:
    assert {text: geometries.read(text) for text in READ} == READ


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_is_no_well_known_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        geometries.read(text)


def test_the_boundary_of_lines_is_where_an_odd_number_of_them_ends() -> None:
    assert geometries.read("LINESTRING(0 0,1 1)").ends == ((0.0, 0.0), (1.0, 1.0))
    assert geometries.read("LINESTRING(0 0,1 1,0 1,0 0)").ends == ()
    assert geometries.read("MULTILINESTRING((0 0,1 1),(1 1,2 2))").ends == ((0.0, 0.0), (2.0, 2.0))


def test_the_length_is_that_of_all_lines() -> None:
    assert geometries.read("MULTILINESTRING((0 0,3 4),(0 0,0 1))").length == 6


def test_a_matrix_is_transposed_for_the_other_order() -> None:
    assert geometries.transposed("012345678") == "036147258"


@pytest.mark.parametrize(
    ("pattern", "expected"), [("T********", True), ("0********", True), ("1********", False), ("*F*******", True)]
)
def test_a_matrix_fits_a_pattern_letter_by_letter(pattern: str, expected: bool) -> None:
    assert geometries.fits("0FFFFF212", pattern) is expected
