"""Calls and reports as they are compared: what they say, when, and where as far as anybody can tell. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.places import mentions
from crisis.state.incidents import wording
from crisis.state.views import Distress, Report

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from crisis.model.event_bodies import DistressReceived, ReportReceived
    from crisis.places.gazetteer import Gazetteer
    from crisis.places.geometry import Point
    from crisis.places.mentions import Mention


@dataclass(frozen=True, slots=True)
class Item:
    """A call or a report.

    `point`: longitude and latitude, its own if `is_exact`, else those of the box that it came through. `street`: the
    street that its text names, as a key that is the same for the same street, "" when it names none.
    """

    view: Distress | Report
    kind: str
    box: str
    point: Point | None
    is_exact: bool
    street: str
    house_number: str
    mention: Mention | None
    words: frozenset[str]
    themes: frozenset[str]

    @property
    def id(self) -> UUID:
        """That of the call or report."""
        return self.view.id

    @property
    def said(self) -> DistressReceived | ReportReceived:
        """What was sent."""
        return self.view.call if isinstance(self.view, Distress) else self.view.message

    @property
    def at(self) -> datetime:
        """When it was received."""
        return self.view.received.at

    @property
    def is_call(self) -> bool:
        """Whether it is a call for help."""
        return isinstance(self.view, Distress)

    @property
    def is_exercise(self) -> bool:
        """Whether it was sent in a drill."""
        return self.view.is_exercise


def of(view: Distress | Report, boxes: Mapping[str, tuple[float, float]], places: Gazetteer) -> Item:
    """The item of a call or report. `boxes`: where boxes stand, as latitude and longitude."""
    said = view.call if isinstance(view, Distress) else view.message
    box = said.box or view.received.node
    point, is_exact = _point(said.latitude, said.longitude, boxes.get(box))
    text = "" if said.withheld else f"{said.topic or ''}\n{said.text}"
    street, number, mention = _street(text, point, places)
    about = text if mention is None else text.replace(mention.text, " ")  # the place is compared by itself
    return Item(
        view=view,
        kind=said.kind.value,
        box=box,
        point=point,
        is_exact=is_exact,
        street=street,
        house_number=number,
        mention=mention,
        words=wording.words(about),
        themes=wording.themes(about),
    )


def _point(
    latitude: float | None, longitude: float | None, box: tuple[float, float] | None
) -> tuple[Point | None, bool]:
    if latitude is not None and longitude is not None:
        return (longitude, latitude), True
    return (None, False) if box is None else ((box[1], box[0]), False)


def _street(text: str, near: Point | None, places: Gazetteer) -> tuple[str, str, Mention | None]:
    named = places.mentions(text, near) if text.strip() else []
    if named:
        first = named[0]
        return f"{first.street.name}/{first.street.ortsteil}", first.house_number.casefold(), first
    guessed = mentions.unlisted(text) if not len(places.streets) else []
    return (*guessed[0], None) if guessed else ("", "", None)
