from __future__ import annotations

import pytest

from api.readings import csv


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cel", "Cel"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@x", "'@x"),
        ("-1+1", "'-1+1"),
        ('a,"b"', '"a,""b"""'),
        ("\r\nx", '"\'\r\nx"'),
        ("Grün", "Grün"),
    ],
)
def test_a_cell_is_quoted_where_it_must_be_and_never_a_formula(text: str, expected: str) -> None:
    assert csv.cell(text) == expected
