from __future__ import annotations

import pytest

from crisis.places.gazetteer import Gazetteer
from crisis.places.streets import Street

HERE = (13.3435, 52.4847)  # Rathaus Schöneberg
STREETS = (
    Street("Hauptstraße", 52.4850, 13.3540, "0701"),
    Street("Hauptstraße", 52.4710, 13.3290, "0702"),
    Street("Hauptstraße", 52.5000, 13.4850, "1112"),
    Street("Martin-Luther-Straße", 52.4920, 13.3440, "0701"),
    Street("Rubensstraße", 52.4740, 13.3400, "0701"),
    Street("Unter den Linden", 52.5170, 13.3880, "0101"),
    Street("Am Großen Wannsee", 52.4270, 13.1600, "0607"),
    Street("Tempelhofer Ufer", 52.4990, 13.3830, "0202"),
    Street("Straße des 17. Juni", 52.5140, 13.3500, "0104"),
    Street("Behnitz", 52.5390, 13.2070, "0501"),
)


@pytest.fixture(scope="module")
def berlin() -> Gazetteer:
    return Gazetteer(streets=STREETS)


@pytest.mark.parametrize(
    ("text", "name", "house_number"),
    [
        ("Beatmung, Akku noch 40 Minuten, Hauptstr. 23", "Hauptstraße", "23"),
        ("hauptstrasse 23 a", "Hauptstraße", "23a"),
        ("Hauptstr. 23: Aufzug steckt", "Hauptstraße", "23"),
        ("HAUPTSTRASSE 5", "Hauptstraße", "5"),
        ("Hauptstraße Nr. 7", "Hauptstraße", "7"),
        ("Haupt Straße 7", "Hauptstraße", "7"),
        ("wohne Martin Luther Str. 12-14", "Martin-Luther-Straße", "12-14"),
        ("Martin-Luther-Straße 12/14", "Martin-Luther-Straße", "12/14"),
        ("Am Grossen Wannsee 3", "Am Großen Wannsee", "3"),
        ("Unter den Linden", "Unter den Linden", ""),
        ("Strasse des 17. Juni 100", "Straße des 17. Juni", "100"),
        ("Hauptstr. 3 Personen", "Hauptstraße", ""),
        ("Hauptstraße 14:30 Uhr", "Hauptstraße", ""),
        ("Rubensstr. meldet Notstrom bis 19 Uhr", "Rubensstraße", ""),
        ("Hauptstraße 3. Stock", "Hauptstraße", ""),
        ("Rubensstra\u00dfe 1", "Rubensstraße", "1"),
        ("Unter den Linden 5\u2013" + "7", "Unter den Linden", "5\u20137"),
    ],
)
def test_a_street_is_found_however_it_is_written(berlin: Gazetteer, text: str, name: str, house_number: str) -> None:
    (found,) = berlin.mentions(text, HERE)

    assert (found.street.name, found.house_number) == (name, house_number)


@pytest.mark.parametrize("text", ["", "Am Ende im Keller ist Wasser", "Straße", "Wo ist Behnitz?", "\u0000 \U0001f600"])
def test_a_text_without_a_street_names_none(berlin: Gazetteer, text: str) -> None:
    assert berlin.mentions(text, HERE) == []


def test_a_name_that_may_be_any_word_counts_with_a_house_number(berlin: Gazetteer) -> None:
    (found,) = berlin.mentions("Behnitz 4", HERE)

    assert found.street.name == "Behnitz"


def test_the_position_of_the_box_decides_among_namesakes(berlin: Gazetteer) -> None:
    (found,) = berlin.mentions("Hauptstr. 23", HERE)

    assert found.street.ortsteil == "0701"
    assert [street.ortsteil for street in found.others] == ["0702", "1112"]
    assert found.is_certain


@pytest.mark.parametrize("text", ["Hauptstr. 23 in Friedenau", "friedenau, hauptstraße 23"])
def test_a_named_ortsteil_decides_before_the_position(berlin: Gazetteer, text: str) -> None:
    (found,) = berlin.mentions(text, HERE)

    assert found.street.ortsteil == "0702"


def test_without_a_position_it_is_not_certain_which_namesake_is_meant(berlin: Gazetteer) -> None:
    (found,) = berlin.mentions("Hauptstr. 23")

    assert not found.is_certain


def test_an_ortsteil_in_the_name_of_a_street_decides_nothing(berlin: Gazetteer) -> None:
    first, second = berlin.mentions("Tempelhofer Ufer 3, Ecke Hauptstraße", HERE)

    assert (first.street.ortsteil, second.street.ortsteil) == ("0202", "0701")


def test_the_written_form_is_kept(berlin: Gazetteer) -> None:
    (found,) = berlin.mentions("bei Hauptstr. 23 !", HERE)

    assert found.text == "Hauptstr. 23"
