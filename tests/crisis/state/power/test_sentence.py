"""An outage in one sentence, in German and English."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crisis.places.areas import Area, Level
from crisis.state.power import sentence
from tests.crisis.state.power.test_outages import back, only, row
from tests.crisis.support.examples import NOW
from translations import catalogues, domains, languages

if TYPE_CHECKING:
    from crisis.state.power.outages import Outage

GERMAN, ENGLISH = (catalogues.words(domains.CRISIS, each) for each in (languages.GERMAN, languages.ENGLISH))
SINCE = NOW - timedelta(minutes=20)  # 07:25 in Berlin


def named(outage: Outage, *ortsteile: str) -> Outage:
    found = tuple(Area(name, name, Level.ORTSTEIL, (), (0.0, 0.0)) for name in ortsteile)
    return dataclasses.replace(outage, ortsteile=found)


FIRM = named(only(row(SINCE, SINCE + timedelta(seconds=70), None)), "Schöneberg", "Friedenau")
FIRM = dataclasses.replace(FIRM, streets=FIRM.streets[:4], area_km2=1.94)
PARTLY = named(only([back(row(SINCE)[0], NOW), *row(SINCE, SINCE, SINCE)[1:]]), "Schöneberg")
PARTLY = dataclasses.replace(PARTLY, streets=PARTLY.streets[:1], streets_back=PARTLY.streets_back[:3], area_km2=0.01)
OVER = named(only([back(each, NOW - timedelta(minutes=5)) for each in row(SINCE, SINCE)]), "Schöneberg")
OVER = dataclasses.replace(OVER, streets=(), area_km2=0)
OLD = dataclasses.replace(named(only(row(SINCE, SINCE), NOW + timedelta(hours=3)), "A", "B", "C", "D", "E"), streets=())


@pytest.mark.parametrize(
    ("outage", "hours", "begin", "end"),
    [
        (
            FIRM,
            0,
            "In Schöneberg und Friedenau ist der Strom weg: 4 Straßen (1,9 km²), seit 07:25 (alle binnen 2 min),",
            "laut 2 von 3 Boxen; jüngste Nachricht vor 30 s.",
        ),
        (
            PARTLY,
            0,
            "In Schöneberg ist der Strom weg: 1 Straße (0,1 km²), seit 07:25 (alle binnen 1 min),",
            "laut 2 von 3 Boxen; jüngste Nachricht vor 30 s. Wieder mit Strom: 3 Straßen.",
        ),
        (OVER, 0, "In Schöneberg ist der Strom wieder da,", "Ausfall von 07:25 bis 07:40."),
        (
            dataclasses.replace(OLD, area_km2=12.34),
            3,
            "In A, B und 3 weiteren Ortsteilen ist der Strom weg: 12,3 km², seit 07:25 (alle binnen 1 min),",
            "laut 2 von 2 Boxen; VERALTET: letzte Nachricht vor 3 h.",
        ),
        (
            named(only(row(None, SINCE, None)), "Schöneberg"),
            0,
            "Box 1 in Schöneberg hat seit 07:25 keinen Netzstrom, die Nachbarboxen haben Strom.",
            "Sicherung? Nachsehen.",
        ),
        (
            dataclasses.replace(named(only(row(SINCE))), streets=(), area_km2=0),
            0,
            "Nicht gesichert: kein Netzstrom, seit 07:25,",
            "laut 1 von 1 Boxen; jüngste Nachricht vor 30 s.",
        ),
    ],
    ids=["firm", "partly back", "over", "old", "fuse", "alone"],
)
def test_an_outage_in_a_german_sentence(outage: Outage, hours: float, begin: str, end: str) -> None:
    assert sentence.of(outage, GERMAN, NOW + timedelta(hours=hours)) == f"{begin} {end}"


def test_an_outage_in_an_english_sentence() -> None:
    assert sentence.of(FIRM, ENGLISH, NOW) == (
        "Power is out in Schöneberg and Friedenau: 4 streets (1.9 km²), since 07:25 (all within 2 min),"
        " by the word of 2 of 3 boxes; the newest word is of 30 s ago."
    )


def test_the_public_reads_neither_streets_nor_boxes() -> None:
    assert sentence.public(FIRM, GERMAN, NOW) == "In Schöneberg und Friedenau ist seit 07:25 der Strom weg."
    assert sentence.public(OVER, GERMAN, NOW) == "In Schöneberg ist seit 07:40 der Strom wieder da."
