"""Which open calls and reports likely tell of the same thing, and why. Pure. Only people merge them.

Two are likely the same when who sent them is the same, or when place and time are near and what they say is alike.
House numbers that differ never are the same, however alike the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from crisis.places import geometry
from crisis.state.incidents import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from uuid import UUID

    from crisis.state.incidents.items import Item

WITHIN = timedelta(minutes=60)
NEAR_M = 150.0
SCORE_MIN = 0.6
PARTNERS_MAX = 24
GROUP_MAX = 12  # items of one suggestion: more than that nobody judges at a glance
_ALIKE = 0.5


class Reason(StrEnum):
    """Why two items may be the same; shown to people, who decide."""

    SENDER = "sender"  # the same contact, button or radio
    ADDRESS = "address"  # the same street and house number
    STREET = "street"
    NEAR = "near"  # positions within 150 m
    BOX = "box"
    KIND = "kind"
    TEXT = "text"
    THEME = "theme"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two items that are likely the same: the earlier one first. `score` from 0 to 1."""

    first: Item
    second: Item
    score: float
    reasons: tuple[Reason, ...]

    @property
    def apart(self) -> timedelta:
        """How long after the first the second came."""
        return self.second.at - self.first.at


@dataclass(frozen=True, slots=True)
class Group:
    """Items that are likely the same, the earliest first. The reasons are those of its pairs, the strongest first."""

    items: tuple[Item, ...]
    score: float
    reasons: tuple[Reason, ...]

    @property
    def span(self) -> timedelta:
        """From the first to the last."""
        return self.items[-1].at - self.items[0].at


_WEIGHTS = {
    Reason.SENDER: 0.5,
    Reason.ADDRESS: 0.4,
    Reason.NEAR: 0.35,
    Reason.STREET: 0.3,
    Reason.BOX: 0.1,
    Reason.KIND: 0.1,
}
_TEXT, _THEME, _TIME = 0.45, 0.15, 0.1


def pairs(items: Iterable[Item], is_known: Callable[[UUID, UUID], bool] = lambda _one, _other: False) -> list[Pair]:
    """The likely pairs, the most likely first. `is_known`: people have decided about these two already.

    Of each item the first PARTNERS_MAX that come after it: a flood of equal messages would have as many pairs as its
    square.
    """
    in_order = sorted(items, key=lambda item: (item.at, item.id))
    found = []
    for place, first in enumerate(in_order):
        partners = 0
        for second in in_order[place + 1 :]:
            if second.at - first.at > WITHIN or partners == PARTNERS_MAX:
                break
            pair = compare(first, second)
            if pair is not None and not is_known(first.id, second.id):
                found.append(pair)
                partners += 1
    return sorted(found, key=lambda pair: (-pair.score, pair.first.at, pair.first.id, pair.second.id))


def compare(first: Item, second: Item) -> Pair | None:
    """How likely two items are the same; None when that is not likely enough to be said."""
    apart = abs(second.at - first.at)
    if apart > WITHIN or first.is_exercise is not second.is_exercise or _is_elsewhere(first, second):
        return None
    where = _where(first, second)
    reasons = [where] if where is not None else []
    if _is_same_sender(first, second):
        reasons.insert(0, Reason.SENDER)
    if not reasons:
        return None
    likeness = wording.likeness(first.words, second.words)
    is_same_kind, shared = first.kind == second.kind, first.themes & second.themes
    if not (is_same_kind or likeness >= _ALIKE or shared):
        return None
    if (first.themes or second.themes) and not shared and likeness < _ALIKE and Reason.SENDER not in reasons:
        return None  # both say what it is about, and it is something else
    score = sum(_WEIGHTS[reason] for reason in reasons)
    for is_so, reason, weight in (
        (is_same_kind, Reason.KIND, _WEIGHTS[Reason.KIND]),
        (bool(shared), Reason.THEME, _THEME),
        (likeness >= _ALIKE, Reason.TEXT, 0.0),
    ):
        if is_so:
            reasons.append(reason)
            score += weight
    score += _TEXT * likeness + _TIME * (1 - apart / WITHIN)
    if score < SCORE_MIN:
        return None
    return Pair(first, second, min(score, 1.0), tuple(reasons))


def _is_elsewhere(first: Item, second: Item) -> bool:
    """Whether both say where they are, and that is not the same place."""
    if first.street and second.street:
        if first.street != second.street:
            return True
        return bool(first.house_number and second.house_number and first.house_number != second.house_number)
    return first.is_exact and second.is_exact and _distance_m(first, second) > NEAR_M


def _where(first: Item, second: Item) -> Reason | None:
    """What speaks for the same place, the strongest alone."""
    if first.street and first.street == second.street:
        return Reason.ADDRESS if first.house_number and first.house_number == second.house_number else Reason.STREET
    if first.is_exact and second.is_exact:
        return Reason.NEAR if _distance_m(first, second) <= NEAR_M else None
    return Reason.BOX if first.box == second.box else None


def _distance_m(first: Item, second: Item) -> float:
    assert first.point is not None
    assert second.point is not None
    return geometry.distance_m(first.point, second.point)


def _is_same_sender(first: Item, second: Item) -> bool:
    if first.said.contact.strip() and first.said.contact.casefold() == second.said.contact.casefold():
        return True
    marks = [(getattr(item.said, "mesh_node", None), getattr(item.said, "button", None)) for item in (first, second)]
    (radio, button), (other_radio, other_button) = marks
    if radio is not None or other_radio is not None:
        return radio == other_radio
    return button is not None and button == other_button and first.box == second.box


def groups(found: Sequence[Pair], is_apart: Callable[[UUID, UUID], bool] = lambda _one, _other: False) -> list[Group]:
    """Pairs that have an item in common, together; the most likely group first. A large group is cut into smaller ones.

    A pair joins two groups only when most of the pairs between them are likely, too: else a chain of half-alike
    messages would join what has nothing in common. `is_apart`: people said that these two are not the same; a third one
    that is like both joins one of them.
    """
    known = {frozenset((pair.first.id, pair.second.id)): pair for pair in found}
    group_of: dict[UUID, list[Item]] = {}
    for pair in found:
        one = group_of.setdefault(pair.first.id, [pair.first])
        other = group_of.setdefault(pair.second.id, [pair.second])
        if one is other or len(one) + len(other) > GROUP_MAX:
            continue
        if any(is_apart(a.id, b.id) for a in one for b in other):
            continue
        between = [frozenset((a.id, b.id)) in known for a in one for b in other]
        if sum(between) * 2 < len(between):
            continue
        one += other
        for item in other:
            group_of[item.id] = one
    distinct = {id(group): group for group in group_of.values() if len(group) > 1}
    return sorted((_group(group, known) for group in distinct.values()), key=lambda each: -each.score)


def _group(items: list[Item], known: dict[frozenset[UUID], Pair]) -> Group:
    in_order = tuple(sorted(items, key=lambda item: (item.at, item.id)))
    inside = [
        pair
        for place, one in enumerate(in_order)
        for other in in_order[place + 1 :]
        if (pair := known.get(frozenset((one.id, other.id)))) is not None
    ]
    inside.sort(key=lambda pair: -pair.score)
    reasons = dict.fromkeys(reason for pair in inside for reason in pair.reasons)
    return Group(in_order, inside[0].score, tuple(reasons))
