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


def test_arabic_is_written_from_right_to_left() -> None:
    assert {language.tag for language in languages.LANGUAGES if language.direction == "rtl"} == {"ar"}
