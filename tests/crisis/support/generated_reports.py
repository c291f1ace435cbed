"""Calls as residents of a dark quarter would send them, some of them about the same thing in other words: seeded."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.model.event_bodies import DistressReceived
from crisis.places.gazetteer import Gazetteer
from crisis.places.streets import Street
from crisis.state.incidents import items
from devices.readings import DistressKind
from tests.crisis.support.examples import event
from tests.crisis.support.strategies import fold

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.state.incidents.items import Item

MEDICAL, FIRE, HELP, CRIME = DistressKind.MEDICAL, DistressKind.FIRE, DistressKind.HELP, DistressKind.CRIME
# By what happened: the kinds that people choose for it, and how they say it.
HAPPENED: list[tuple[tuple[DistressKind, ...], tuple[str, ...]]] = [
    (
        (HELP, HELP, MEDICAL),
        (
            "Aufzug steckt fest, zwei Leute drin",
            "Im Fahrstuhl eingeschlossen, es klopft",
            "Nachbarn sitzen im Lift fest",
            "Jemand ruft aus dem Aufzug",
        ),
    ),
    (
        (MEDICAL, MEDICAL, HELP),
        (
            "Beatmung, Akku noch 40 Minuten",
            "Mann am Beatmungsgerät, Strom weg",
            "Mein Vater wird beatmet, Gerät piept",
            "Beatmungspatient im 2. Stock, Batterie fast leer",
        ),
    ),
    ((MEDICAL,), ("Insulin wird warm", "Mutter braucht Insulin aus der Apotheke", "Kein Insulin mehr, Diabetiker")),
    (
        (FIRE,),
        (
            "Rauch aus dem Keller",
            "Es brennt unten im Keller",
            "Kerze umgefallen, Feuer im Flur",
            "Qualm im Treppenhaus",
        ),
    ),
    ((HELP, FIRE), ("Gasgeruch im Hausflur", "Es riecht nach Gas", "Gas ausgetreten, alle raus")),
    (
        (MEDICAL,),
        (
            "Alte Frau gestürzt, Kopf blutet",
            "Oma ist im Dunkeln gestürzt",
            "Nachbarin liegt auf der Treppe, Sturz",
            "Jemand ist gestürzt und kommt nicht hoch",
        ),
    ),
    ((HELP,), ("Rohrbruch, Wasser läuft in den Keller", "Keller läuft voll, Wasserrohr kaputt", "Wasser im Keller")),
    ((HELP,), ("Heizung aus, Baby friert", "Säugling, es ist kalt, Heizung tot", "Wohnung 9 Grad, Kind friert")),
    (
        (HELP,),
        ("Pflegedienst kommt nicht, Mann bettlägerig", "Pflegebedürftig, niemand kommt", "Pflege fehlt seit gestern"),
    ),
    ((CRIME, HELP), ("Einbruch im Laden nebenan", "Männer brechen in den Späti ein, Einbrecher", "Einbrecher gesehen")),
]
NAMES = (
    "Hauptstraße Akazienstraße Rubensstraße Eisenacher Straße Grunewaldstraße Belziger Straße Vorbergstraße"
    " Crellestraße Kolonnenstraße Naumannstraße Leberstraße Feurigstraße Ebersstraße Dominicusstraße Wartburgstraße"
    " Barbarossastraße Goltzstraße Hohenstaufenstraße Kyffhäuserstraße Gleditschstraße"
).replace(" Straße", "_Straße")
STREETS = [
    Street(name.replace("_", " "), 52.480 + number // 5 * 0.004, 13.340 + number % 5 * 0.005, "0701")
    for number, name in enumerate(NAMES.split())
]
BOXES = {
    f"71-{row * 3 + column + 1:02x}": (52.481 + row * 0.005, 13.343 + column * 0.008)
    for row in range(3)
    for column in range(3)
}
_HOUSES = 60


@dataclass(frozen=True, slots=True)
class _Happening:
    place: Street
    house: str
    what: int
    minute: float


def reports(seed: int, count: int = 120, duplicates: float = 0.3) -> tuple[list[Item], set[frozenset[UUID]]]:
    """So many calls within three hours, and the pairs of them that tell of the same thing."""
    chance = random.Random(seed)
    again = round(count * duplicates)
    made = [
        _Happening(chance.choice(STREETS), str(chance.randint(1, _HOUSES)), chance.randrange(len(HAPPENED)), minute)
        for minute in (chance.uniform(0, 180) for _ in range(count - again))
    ]
    told = [(each, each.minute) for each in made]
    told += [(each, each.minute + chance.uniform(1, 40)) for each in (chance.choice(made) for _ in range(again))]
    places = Gazetteer(streets=STREETS)
    found: list[tuple[int, Item]] = []
    for happening, minute in told:
        call = event(_call(happening, chance), minute * 60)
        view = fold([call]).distress(call.id)
        assert view is not None
        found.append((id(happening), items.of(view, BOXES, places)))
    same = {
        frozenset((one.id, other.id))
        for place, (which, one) in enumerate(found)
        for other_which, other in found[place + 1 :]
        if which == other_which
    }
    return [item for _, item in found], same


def _call(happening: _Happening, chance: random.Random) -> DistressReceived:
    kinds, wordings = HAPPENED[happening.what]
    text = _mistyped(chance.choice(wordings), chance)
    name = happening.place.name
    if chance.random() < 0.5:
        name = name.replace("straße", "str.").replace("Straße", "Str.")
    if chance.random() < 0.3:
        name = name.lower().replace("ß", "ss")
    address = f"{name} {happening.house}" if chance.random() < 0.85 else name
    text = chance.choice((f"{text}, {address}", f"{address}: {text}", f"{text} ({address})"))
    has_position = chance.random() < 0.25
    at = happening.place
    if not has_position and chance.random() < 0.1:
        text = wordings[0]  # no address at all
    nearest = sorted(BOXES, key=lambda box: (BOXES[box][0] - at.latitude) ** 2 + (BOXES[box][1] - at.longitude) ** 2)
    return DistressReceived(
        kind=chance.choice(kinds),
        text=text,
        latitude=at.latitude + chance.gauss(0, 0.0002) if has_position else None,
        longitude=at.longitude + chance.gauss(0, 0.0003) if has_position else None,
        box=nearest[0 if chance.random() < 0.8 else 1],
        people=chance.choice((None, 1, 2, 3)),
    )


def _mistyped(text: str, chance: random.Random) -> str:
    if chance.random() >= 0.15:
        return text
    at = chance.randrange(1, len(text) - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
