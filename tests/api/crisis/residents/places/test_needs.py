"""Which places help with which need."""

from __future__ import annotations

from typing import Any

import pytest

from api.crisis.residents.places import needs
from api.crisis.residents.places.needs import Need
from crisis.model.contents import PointContent, PointKind


def place(kind: PointKind, *offers: str, **more: Any) -> PointContent:
    return PointContent(kind=kind, name="x", offers=offers, **more)


@pytest.mark.parametrize("need", list(Need))
def test_a_place_of_its_kind_meets_a_need(need: Need) -> None:
    assert needs.is_met(place(PointKind(need.value)), need)


@pytest.mark.parametrize(
    ("offer", "met"),
    [
        ("Wärme", {Need.WARMTH}),
        ("beheizter Raum", {Need.WARMTH}),
        ("Trinkwasser", {Need.WATER}),
        ("Warmwasser", {Need.WARMTH}),
        ("Strom", {Need.CHARGING}),
        ("Handys laden", {Need.CHARGING}),
        ("Ladestation", {Need.CHARGING}),
        ("Erste Hilfe", {Need.MEDICAL}),
        ("Arzt von 8 bis 12", {Need.MEDICAL}),
        ("Medikamente kühlen", {Need.MEDICAL}),
        ("Auskunft", set()),
    ],
)
def test_what_a_place_offers_besides_counts_as_staff_write_it(offer: str, met: set[Need]) -> None:
    assert {need for need in Need if needs.is_met(place(PointKind.KAT_LEUCHTTURM, offer), need)} == met


@pytest.mark.parametrize("asked", ["", "beer", "WATER", "<script>"])
def test_an_unknown_need_is_no_filter(asked: str) -> None:
    assert needs.read(asked) is None
