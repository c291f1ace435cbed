from __future__ import annotations

import pytest

from translations import languages


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("de", "de"),
        ("DE-at", "de"),
        ("en_US", "en"),
        (" tr ", "tr"),
        ("de-simple", "de-x-leicht"),
        ("de-leicht", "de-x-leicht"),
        ("ja", None),
        ("", None),
        (None, None),
        ("<script>", None),
    ],
)
def test_a_tag_names_a_language_or_its_primary_subtag_does(tag: str | None, found: str | None) -> None:
    language = languages.find(tag)

    assert (language and language.tag) == found


def test_a_tag_beyond_the_languages_of_a_page_falls_back_to_its_primary_subtag() -> None:
    assert languages.find("de-x-leicht", (languages.GERMAN, languages.ENGLISH)) == languages.GERMAN


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        (None, None),
        ("", None),
        ("*", None),
        (";;,,=", None),
        ("ja, zh;q=0.9", None),
        ("de;q=0", None),
        ("de;q=much", None),
        ("de-AT,en;q=0.5", "de"),
        ("en-US,en;q=0.9,de;q=0.8", "en"),
        ("en;q=0.4, de;q=0.6", "de"),
        ("de;q=0.5, tr;q=0.9", "tr"),
        ("ja, uk-UA;q=0.8, ru;q=0.7", "uk"),
        ("ar-SY", "ar"),
        ("fr;q=0, es", "es"),
        ("fr;q=x, pl;q=0.1", "pl"),
        ("de-simple", "de-x-leicht"),
    ],
)
def test_the_preferred_language_is_the_accepted_one_with_the_highest_weight(
    header: str | None, tag: str | None
) -> None:
    language = languages.preferred(header)

    assert (language and language.tag) == tag


def test_only_the_languages_of_a_page_are_preferred() -> None:
    among = (languages.GERMAN, languages.ENGLISH)

    assert languages.preferred("tr, de;q=0.2", among) == languages.GERMAN
    assert languages.preferred("tr, ar;q=0.9", among) is None


def test_arabic_is_written_from_right_to_left() -> None:
    assert {language.tag for language in languages.LANGUAGES if language.direction == "rtl"} == {"ar"}
