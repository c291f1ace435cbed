"""Needs and the offers that may meet them: about the same, near each other, the oldest need first. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.places import geometry, normal_forms
from crisis.state.incidents import wording
from crisis.state.views import Report
from devices.readings import ReportKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crisis.state.incidents.items import Item

NEAR_M = 800.0
OFFERS_MAX = 3  # that are shown for one need
_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer for a need. `distance_m` None: both came through one box, and nobody knows it more exactly."""

    item: Item
    distance_m: float | None


@dataclass(frozen=True, slots=True)
class Match:
    """A need, and the nearest offers that may meet it."""

    need: Item
    offers: tuple[Offer, ...]


def matches(items: Iterable[Item]) -> list[Match]:
    """Every need for which there is an offer; the oldest need first, of its offers the nearest first."""
    reports = [item for item in items if isinstance(item.view, Report)]
    needs = sorted((item for item in reports if item.kind == ReportKind.NEED), key=lambda item: (item.at, item.id))
    offers = [item for item in reports if item.kind == ReportKind.OFFER]
    found = []
    for need in needs:
        fitting = [offer for each in offers if (offer := _fitting(need, each)) is not None]
        if fitting:
            fitting.sort(key=lambda offer: (offer.distance_m or 0.0, offer.item.at, offer.item.id))
            found.append(Match(need, tuple(fitting[:OFFERS_MAX])))
    return found


def _fitting(need: Item, offer: Item) -> Offer | None:
    if need.is_exercise is not offer.is_exercise or not _is_about_the_same(need, offer):
        return None
    if need.box == offer.box and not (need.is_exact and offer.is_exact):
        return Offer(offer, None)
    if need.point is None or offer.point is None:
        return None
    distance_m = geometry.distance_m(need.point, offer.point)
    return Offer(offer, distance_m) if distance_m <= NEAR_M else None


def _is_about_the_same(need: Item, offer: Item) -> bool:
    topics = [normal_forms.key(item.said.topic or "") for item in (need, offer)]
    if topics[0] and topics[1]:
        return topics[0] == topics[1]
    if need.themes and offer.themes:
        return bool(need.themes & offer.themes)
    return wording.likeness(need.words, offer.words) >= _ALIKE
