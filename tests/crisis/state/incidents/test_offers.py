"""Needs and offers: about the same, near each other, the oldest need first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from crisis.model.event_bodies import ReportReceived
from crisis.places.gazetteer import Gazetteer
from crisis.state.incidents import items, offers
from devices.readings import ReportKind
from tests.crisis.support.examples import event
from tests.crisis.support.strategies import fold

if TYPE_CHECKING:
    from crisis.state.incidents.items import Item

NEED, OFFER, INFORMATION = ReportKind.NEED, ReportKind.OFFER, ReportKind.INFORMATION
BOXES = {"71-01": (52.48, 13.34), "71-02": (52.485, 13.34), "72-01": (52.55, 13.34)}  # 560 m, and 7 km, apart


def item(kind: ReportKind, text: str, box: str | None = "71-01", seconds: float = 0, **more: Any) -> Item:
    report = event(ReportReceived(kind=kind, text=text, box=box, **more), seconds)
    view = fold([report]).report(report.id)
    assert view is not None
    return items.of(view, BOXES, Gazetteer())


def test_the_oldest_need_stands_first_and_of_its_offers_the_nearest() -> None:
    late = item(NEED, "Insulin kühlen", seconds=60)
    early = item(NEED, "Wasser für zwei Personen")
    far, near = item(OFFER, "habe Trinkwasser", "71-02"), item(OFFER, "Wasserkanister abzugeben")
    cool = item(OFFER, "Kühlschrank mit Generator, auch Insulin")

    found = offers.matches([late, far, near, cool, early])

    assert [(match.need.id, [offer.item.id for offer in match.offers]) for match in found] == [
        (early.id, [near.id, far.id]),
        (late.id, [cool.id]),
    ]
    assert [offer.distance_m and round(offer.distance_m) for offer in found[0].offers] == [None, 556]


@pytest.mark.parametrize(
    "offer",
    [
        item(OFFER, "habe Trinkwasser", "72-01"),
        item(OFFER, "Schlafplatz frei"),
        item(INFORMATION, "Wasser läuft wieder"),
        item(OFFER, "habe Trinkwasser", exercise=True),
        item(OFFER, "habe Wasser", topic="power"),
        item(OFFER, "habe Trinkwasser", "99-01"),
    ],
    ids=["far", "else", "information", "drill", "topic", "nobody knows where"],
)
def test_these_do_not_meet_the_need(offer: Item) -> None:
    assert offers.matches([item(NEED, "Wasser für zwei Personen", topic="water"), offer]) == []


def test_what_came_through_one_box_is_near_even_if_nobody_knows_where_that_is() -> None:
    found = offers.matches([item(NEED, "Wasser", "99-01"), item(OFFER, "Trinkwasser", "99-01")])

    assert [offer.distance_m for match in found for offer in match.offers] == [None]
