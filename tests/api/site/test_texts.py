from __future__ import annotations

import pytest

from api.site import texts
from api.site.texts import Language


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "en"),
        ("", "en"),
        ("de", "de"),
        ("de-AT,en;q=0.5", "de"),
        ("en;q=0.4, de;q=0.6", "de"),
        ("tr,ar;q=0.9", "en"),
        ("tr, de;q=0.2", "de"),
        ("de;q=0", "en"),
        ("de;q=much", "en"),
        (";;,,=", "en"),
    ],
)
def test_the_language_is_the_preferred_one_of_ours(header: str | None, expected: str) -> None:
    assert texts.negotiate(header) == expected


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        (0, "0", "0"),
        (-0.001, "0", "0"),
        (-4.25, "\N{MINUS SIGN}4.25", "\N{MINUS SIGN}4,25"),
        (21.5, "21.5", "21,5"),
        (93.274, "93.27", "93,27"),
        (320.04, "320", "320"),
        (320.06, "320.1", "320,1"),
        (1013.25, "1013", "1013"),
        (98000, "98000", "98000"),
    ],
)
def test_numbers_have_the_decimals_that_mean_something(value: float, english: str, german: str) -> None:
    assert (texts.number(value, Language.EN), texts.number(value, Language.DE)) == (english, german)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.4, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (172_800, "2 d"),
        (-0.5, "0 s"),
        (-200, "3 min ahead"),
    ],
)
def test_ages_are_short(seconds: float, expected: str) -> None:
    assert texts.age(seconds, texts.texts(Language.EN)) == expected


def test_every_text_exists_in_both_languages() -> None:
    english, german = texts.texts(Language.EN), texts.texts(Language.DE)

    assert english.keys() == german.keys()
    assert all(english.values())
    assert all(german.values())


def test_units_are_written_as_people_do() -> None:
    assert [texts.sign(unit) for unit in ("Cel", "ug/m3", "1", "hPa")] == ["°C", "µg/m³", "", "hPa"]
