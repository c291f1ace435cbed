"""Suggestions which calls tell of the same thing: with reasons, and few that are wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crisis.model.event_bodies import DistressReceived
from crisis.places.gazetteer import Gazetteer
from crisis.state.incidents import duplicates, items
from crisis.state.incidents.duplicates import Reason
from devices.readings import DistressKind
from tests.crisis.support import generated_reports
from tests.crisis.support.examples import event
from tests.crisis.support.generated_reports import BOXES, STREETS
from tests.crisis.support.strategies import fold

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.state.incidents.items import Item

PLACES = Gazetteer(streets=STREETS)


def item(text: str, seconds: float = 0, *, places: Gazetteer = PLACES, **more: Any) -> Item:
    more.setdefault("box", "71-01")
    call = event(DistressReceived(text=text, **more), seconds)
    view = fold([call]).distress(call.id)
    assert view is not None
    return items.of(view, BOXES, places)


def test_of_120_calls_four_of_five_that_belong_together_are_found_and_four_of_five_suggestions_are_right() -> None:
    right = wrong = missed = 0
    for seed in range(10):
        found, same = generated_reports.reports(seed)
        suggested = {frozenset((pair.first.id, pair.second.id)) for pair in duplicates.pairs(found)}
        right += len(suggested & same)
        wrong += len(suggested - same)
        missed += len(same - suggested)

    recall, precision = right / (right + missed), right / (right + wrong)
    assert (recall >= 0.8, precision >= 0.8) == (True, True), (recall, precision)


@pytest.mark.parametrize("seed", range(5))
def test_house_numbers_that_differ_never_score(seed: int) -> None:
    found, _ = generated_reports.reports(seed)

    for pair in duplicates.pairs(found):
        numbers = {pair.first.house_number, pair.second.house_number} - {""}
        assert len(numbers) <= 1 or pair.first.street != pair.second.street


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        (
            "Beatmung, Akku noch 40 Minuten, Hauptstr. 23",
            "Mann am Beatmungsgerät Hauptstraße 23",
            {Reason.ADDRESS, Reason.THEME},
        ),
        ("Rauch im Keller, Hauptstr. 5", "rauch im keller hauptstrasse", {Reason.STREET, Reason.TEXT}),
        ("Wasser im Keller", "Wasser läuft in den Keller", {Reason.BOX, Reason.TEXT}),
    ],
)
def test_a_suggestion_says_why(one: str, other: str, reasons: set[Reason]) -> None:
    pair = duplicates.compare(item(one), item(other, 240))

    assert pair is not None
    assert reasons <= set(pair.reasons)
    assert pair.apart == timedelta(minutes=4)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (item("Aufzug steckt, Hauptstr. 23"), item("Aufzug steckt, Hauptstr. 32", 60)),
        (item("Aufzug steckt, Hauptstr. 23"), item("Aufzug steckt, Hauptstr. 23a", 60)),
        (item("Aufzug steckt, Hauptstr. 23"), item("Aufzug steckt, Rubensstr. 23", 60)),
        (item("Aufzug steckt, Hauptstr. 23"), item("Es brennt, Hauptstr. 23", 60, kind=DistressKind.FIRE)),
        (item("Aufzug steckt, Hauptstr. 23"), item("Aufzug steckt, Hauptstr. 23", 3_700)),
        (item("Aufzug steckt, Hauptstr. 23"), item("Aufzug steckt, Hauptstr. 23", 60, exercise=True)),
        (item("Aufzug steckt"), item("Aufzug steckt", 60, box="71-09")),
        (
            item("Aufzug steckt", latitude=52.48, longitude=13.34),
            item("Aufzug steckt", 60, latitude=52.482, longitude=13.34),
        ),
        (item("Hilfe"), item("Bitte kommen", 60)),
        (item("", withheld=True), item("", 60, withheld=True)),
    ],
    ids=["number", "letter", "street", "what", "late", "drill", "box", "position", "empty", "withheld"],
)
def test_these_are_not_the_same(one: Item, other: Item) -> None:
    assert duplicates.compare(one, other) is None


def test_the_same_sender_is_the_same_however_the_words_differ() -> None:
    pair = duplicates.compare(item("Hilfe", contact="0170 123"), item("Wo bleibt ihr?", 600, contact="0170 123"))

    assert pair is not None
    assert pair.reasons[0] is Reason.SENDER


def test_without_streets_of_a_map_an_address_is_still_compared() -> None:
    none = Gazetteer()
    one, same = (item(f"Aufzug, {street} 23", places=none) for street in ("Hauptstr.", "Hauptstraße"))
    other = item("Aufzug, Hauptstr. 24", places=none)

    assert duplicates.compare(one, same) is not None
    assert duplicates.compare(one, other) is None


def test_what_people_merged_or_took_apart_is_not_suggested_again() -> None:
    one, other = item("Aufzug, Hauptstr. 23"), item("Aufzug steckt, Hauptstr. 23", 60)

    assert len(duplicates.pairs([other, one])) == 1
    assert duplicates.pairs([other, one], lambda first, second: {first, second} == {one.id, other.id}) == []


def test_three_that_tell_of_one_thing_are_one_suggestion() -> None:
    said = ("Aufzug, Hauptstr. 23", "Lift steckt, Hauptstr. 23", "Fahrstuhl Hauptstraße 23")
    told = [item(text, 60 * number) for number, text in enumerate(said)]
    others = [item("Rauch im Keller, Rubensstr. 5", 30), item("Qualm im Keller, Rubensstr. 5", 90)]

    groups = duplicates.groups(duplicates.pairs([*told, *others]))

    assert [[each.id for each in group.items] for group in groups] in (
        [[each.id for each in told], [each.id for each in others]],
        [[each.id for each in others], [each.id for each in told]],
    )


def test_a_third_one_that_is_like_both_does_not_bring_together_what_people_told_apart() -> None:
    one, third, other = (item("Aufzug, Hauptstr. 23", number) for number in range(3))

    def is_apart(first: UUID, second: UUID) -> bool:
        return {first, second} == {one.id, other.id}

    groups = duplicates.groups(duplicates.pairs([one, third, other], is_apart), is_apart)

    assert len(groups) == 1
    assert len(groups[0].items) == 2
    assert third in groups[0].items


def test_a_flood_of_equal_calls_makes_groups_that_people_can_judge() -> None:
    flood = [item("Aufzug, Hauptstr. 23", number) for number in range(40)]

    groups = duplicates.groups(duplicates.pairs(flood))

    assert max(len(group.items) for group in groups) <= duplicates.GROUP_MAX
