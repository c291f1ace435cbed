"""A call for help as one line: its number, kind, place by name, age, who has it, and why it stands where it stands."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from api.crisis.staff import shares
from api.crisis.staff.desk import whereabouts
from api.crisis.staff.desk.whereabouts import Place
from api.crisis.staff.shares import Overflow
from crisis.model import areas
from crisis.places.gazetteer import Gazetteer
from crisis.state import need
from crisis.state.conclusions import escalations
from crisis.state.conclusions.escalations import Escalations
from crisis.state.need import Need
from crisis.state.picture import Picture
from crisis.state.views import Distress
from kiezbox import pacing
from translations.marks import N_
from translations.words import Words

_NEW = timedelta(minutes=2)
_PLACES_KEPT = 1_024  # places that were found in texts
_CALLS_A_STEP = 20


@dataclass(frozen=True, slots=True)
class Extra:
    """Something that another part of the staff's pages adds to a call: a short text on its line and card, a link."""

    text: str
    href: str = ""
    is_urgent: bool = False


# Whoever has something to say about calls (incidents that they belong to, alarms that were sent about them) adds a
# function here, when its module is imported: the node, a call, now, and the reader's language, to what it says. Its
# texts stand on the line, in the card, and count as content of the page.
EXTRAS: list[Callable[[Picture, Distress, datetime, Words], tuple[Extra, ...]]] = []


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call in a line or two. `street`: as its text names it, not certain; `ortsteil` by position, or its box's."""

    call: Distress
    street: str
    ortsteil: str
    is_exact: bool
    is_escalated: bool
    need: Need
    is_new: bool = False
    same_as: Distress | None = None  # the call with which it was merged, and which says whether somebody comes

    @property
    def takers(self) -> str:
        """Who took it."""
        return ", ".join(dict.fromkeys(step.act.actor for step in self.call.taken))

    @property
    def box(self) -> str:
        """The box, or the node, that it came through."""
        return self.call.call.box or self.call.received.node

    @property
    def area(self) -> str:
        """The district that it lies in, or its box."""
        return areas.district(self.box) or self.box

    def is_in(self, area: str) -> bool:
        """Whether it came through a box of this area."""
        return area in areas.around(self.box)


def in_order(node: Picture, now: datetime) -> tuple[list[Distress], tuple[Overflow, ...]]:
    """The open calls by need (crisis/state/need.py): those that wait, then those that somebody has taken.

    One that was merged with another stands below that one, which says whether somebody comes. Where both stand follows
    from what either of them says.

    Those beyond the share of one box come last (shares.py); how many they are is returned as well.
    """
    rule, calls = escalations.of(node), node.state.open_distresses()
    return _by_need(calls, rule, pacing.at_once(_needs(calls, rule, now)))


def _needs(calls: Sequence[Distress], rule: Escalations, now: datetime) -> Generator[None, None, dict[UUID, Need]]:
    """The need of each call, in steps."""
    found = {}
    for number, call in enumerate(calls):
        found[call.id] = need.of(call, now, rule.after_of(call))
        if number % _CALLS_A_STEP == 0:
            yield
    return found


def _by_need(
    calls: Sequence[Distress], rule: Escalations, needs: Mapping[UUID, Need]
) -> tuple[list[Distress], tuple[Overflow, ...]]:
    covered = rule.covered
    ranks: dict[UUID, tuple[Any, ...]] = {call.id: needs[call.id].order for call in calls if call.id not in covered}
    for call, first in ((call, covered[call.id].id) for call in calls if call.id in covered):
        is_taken, *rank = ranks[first]
        ranks[first] = (is_taken, *min(rank, [*needs[call.id].order[1:]]))

    def order(call: Distress) -> tuple[Any, ...]:
        first = covered.get(call.id, call)
        return (*ranks[first.id], call is not first, call.waits_since, call.id)

    return shares.divide(sorted(calls, key=order))


def of_open(node: Picture, now: datetime) -> list[CallLine]:
    """All open calls with their places, in the order of the desk."""
    return pacing.at_once(steps_of_open(node, now))


def steps_of_open(node: Picture, now: datetime) -> Generator[None, None, list[CallLine]]:
    """The same in steps, between which others may run; all of them as they were at the first step."""
    rule, calls = escalations.of(node), node.state.open_distresses()
    yield
    needs = yield from _needs(calls, rule, now)
    ordered, _ = _by_need(calls, rule, needs)
    yield
    return (yield from _lines(node, ordered, rule, needs, now))


def of_calls(node: Picture, calls: list[Distress], now: datetime) -> list[CallLine]:
    """Lines of these calls, in their order."""
    rule = escalations.of(node)
    return pacing.at_once(_lines(node, calls, rule, pacing.at_once(_needs(calls, rule, now)), now))


def _lines(
    node: Picture, calls: Sequence[Distress], rule: Escalations, needs: Mapping[UUID, Need], now: datetime
) -> Generator[None, None, list[CallLine]]:
    places = node.places.current()
    boxes = whereabouts.positions(node, node.power_survey().cells)
    found = []
    for number, call in enumerate(calls):
        found.append(_line(call, boxes, places, rule, needed=needs[call.id], now=now))
        if number % _CALLS_A_STEP == 0:
            yield
    return found


def extras(node: Picture, call: Distress, now: datetime, words: Words) -> tuple[Extra, ...]:
    """What its caller said later, and what others say about a call."""
    return (*_of_caller(call, words), *(extra for said_by in EXTRAS for extra in said_by(node, call, now, words)))


def _of_caller(call: Distress, words: Words) -> tuple[Extra, ...]:
    if call.withdrawn is not None:
        return (Extra(words.text(N_("Withdrawn by whoever called: please check, and close it"))),)
    return (Extra(words.text(N_("Whoever called has added something"))),) if call.added else ()


def _line(
    call: Distress, boxes: Mapping[str, Place], places: Gazetteer, rule: Escalations, *, needed: Need, now: datetime
) -> CallLine:
    place, is_exact = whereabouts.place_of(call, boxes)
    said = call.call
    text = "" if said.withheld else f"{said.topic or ''}\n{said.text}"
    street, ortsteil = _named(places, text, place)
    return CallLine(
        call,
        street,
        ortsteil,
        is_exact,
        rule.has(call, now),
        needed,
        is_new=now - call.received.at < _NEW,
        same_as=rule.covered.get(call.id),
    )


@lru_cache(_PLACES_KEPT)
def _named(places: Gazetteer, text: str, place: Place | None) -> tuple[str, str]:
    """The street that a text names with its Ortsteil; or the Ortsteil of the place."""
    near = None if place is None else (place[1], place[0])
    named = places.mentions(text, near) if text.strip() else []
    if named:
        street = f"{named[0].street.name} {named[0].house_number}".strip()
        return street, places.ortsteil_name(named[0].street.ortsteil)
    return "", "" if place is None else places.where(*place).name or ""
