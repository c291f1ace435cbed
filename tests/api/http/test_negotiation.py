from __future__ import annotations

import pytest

from api.http import negotiation
from api.http.negotiation import Preference

OFFERED = ["application/json", "text/csv"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, []),
        (" , ", []),
        ("de", [("de", 1.0)]),
        ("de;q=0.5, tr;q=0.9", [("tr", 0.9), ("de", 0.5)]),
        ("de, en", [("de", 1.0), ("en", 1.0)]),
        ("TEXT/CSV; header=present; Q=0.3", [("text/csv", 0.3)]),
        ("de;q=0", [("de", 0.0)]),
        ("de;q=much, en;q=", [("de", 0.0), ("en", 0.0)]),
        ("de;q=nan, en;q=7", [("en", 1.0), ("de", 0.0)]),
    ],
)
def test_preferences_are_sorted_by_weight(header: str | None, expected: list[tuple[str, float]]) -> None:
    assert negotiation.preferences(header) == [Preference(*entry) for entry in expected]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("*/*", "application/json"),
        ("text/*", "text/csv"),
        ("text/csv;q=0.5, application/json;q=0.4", "text/csv"),
        ("text/csv, application/json", "application/json"),
        ("application/json;q=0, */*", "text/csv"),
        ("text/*;q=0.9, text/csv;q=0.1, */*;q=0.5", "application/json"),
        ("image/png", None),
        ("application/json;q=0", None),
    ],
)
def test_the_most_specific_range_decides_about_a_media_type(header: str, expected: str | None) -> None:
    assert negotiation.choose_media_type(negotiation.preferences(header), OFFERED) == expected


@pytest.mark.parametrize(
    ("header", "expected"), [("ja, de-AT;q=0.8, en;q=0.7", "de"), ("de;q=0, en;q=0.1", "en"), ("*", None), (None, None)]
)
def test_the_language_is_the_first_preferred_one_that_is_known(header: str | None, expected: str | None) -> None:
    def named(tag: str) -> str | None:
        return {"de-at": "de", "de": "de", "en": "en"}.get(tag)

    assert negotiation.choose_language(negotiation.preferences(header), named) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", True),
        ("*/*", False),
        ("text/html;q=0", False),
        (None, False),
    ],
)
def test_a_wildcard_names_no_media_type(header: str | None, expected: bool) -> None:
    assert negotiation.is_named(negotiation.preferences(header), "text/html") is expected
