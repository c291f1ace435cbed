"""A beat: what a node tells others of itself every half a minute (JSON, signed by watch.py). Pure.

A node has at most 30 KiB for it. What does not fit is left out in this order: how its alarms are described (they are
named still), whom it has told, and the names. It says so, and nobody takes what is left out for ended.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crisis.alarm.kinds import KINDS
from crisis.alarm.outbox import rows
from crisis.trust import rights
from kiezbox import metrics

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crisis.alarm.alarms import Alarm
    from crisis.trust.certificates import Certificate

BYTES_MAX = 30 * 1024  # without the signature; nodes of version 0.1.0 take no more than 32 KiB
BYTES_TAKEN_MAX = 64 * 1024
LEVEL = "watch"  # of the topic kb/v1/{node}/watch
_DESCRIBED_MAX, _DESCRIBED_MIN, _NAMES_MAX = 200, 10, 2_000
_START_MAX = 32
_FAULTS = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)


class InvalidBeatError(ValueError):
    """Not a beat of a node that we know."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What a node said of itself. `told`: alarm and person; `at_ms` only grows.

    `more`: the names of open alarms that are not described; without all of these unless `is_whole`. `start` names the
    process that said it, and `answers` the start of the hub that it heard last: "" of a node of version 0.1.0. `hears`:
    the boxes that it heard while the hub was away; None when it does not know these, or cannot say whom it has told.
    `unconfirmed`: its calls that the hub does not have, for too long.
    """

    node: str
    at_ms: int
    open: tuple[Alarm, ...]
    told: frozenset[tuple[str, str]]
    is_hub: bool = False
    areas: tuple[str, ...] = ()
    more: frozenset[str] = frozenset()
    is_whole: bool = True
    start: str = ""
    answers: str = ""
    hears: frozenset[str] | None = None
    unconfirmed: frozenset[str] = frozenset()

    def may_have_open(self, alarm: str) -> bool:
        """Whether the node may see this alarm, which it has not described."""
        return alarm in self.more or not self.is_whole

    def after(self, before: Beat | None) -> Beat:
        """The same with what the node described before and only names now."""
        if before is None or not (self.more or not self.is_whole):
            return self
        described = {alarm.name for alarm in self.open}
        kept = [alarm for alarm in before.open if alarm.name not in described and self.may_have_open(alarm.name)]
        return dataclasses.replace(self, open=(*self.open, *kept)[:_NAMES_MAX])


@dataclass(slots=True)
class _Draft:
    """What is said, as far as there is room."""

    described: list[Alarm]
    named: list[str]
    told: list[tuple[str, str]]
    hears: list[str] | None
    is_whole: bool = field(default=True)

    def shorten(self) -> bool:
        """Leave something out; False when there is nothing left."""
        if len(self.described) > _DESCRIBED_MIN:
            half = len(self.described) // 2
            self.named = [*(alarm.name for alarm in self.described[half:]), *self.named]
            del self.described[half:]
        elif self.told:
            self.hears = None
            del self.told[len(self.told) // 2 :]
        elif self.named or self.described:
            self.is_whole = False
            longer: list[Any] = self.named or self.described
            del longer[len(longer) // 2 :]
        elif self.hears is not None:
            self.hears = None
        else:
            return False
        return True


def payload(
    head: dict[str, Any],
    open_: Iterable[Alarm],
    told: Iterable[tuple[str, str]],
    hears: frozenset[str] | None = None,
) -> bytes:
    """A beat as JSON, not signed yet. `head`: who says it. What stands first in `open_` is described rather."""
    alarms = list(open_)
    draft = _Draft(
        alarms[:_DESCRIBED_MAX],
        [alarm.name for alarm in alarms[_DESCRIBED_MAX:_NAMES_MAX]],
        sorted(told),
        None if hears is None else sorted(hears),
        len(alarms) <= _NAMES_MAX,
    )
    while True:
        made = {
            **head,
            "open": [rows.to_json(alarm) for alarm in draft.described],
            "more": draft.named,
            "whole": draft.is_whole,
            "told": draft.told,
            "hears": draft.hears,
        }
        found = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()
        if len(found) <= BYTES_MAX or not draft.shorten():
            return found


def read(found: dict[str, Any], author: Certificate) -> Beat:
    """A beat of this node. Raises InvalidBeatError."""
    try:
        alarms = [rows.of_json(each).made_plain() for each in list(found["open"])[:_DESCRIBED_MAX]]
        own = tuple(seen for alarm in alarms if (seen := _seen_by(author, alarm)) is not None)
        hears = found.get("hears")
        return Beat(
            node=author.node,
            at_ms=int(found["at"]),
            open=own,
            told=frozenset((str(alarm), str(person)) for alarm, person in found["told"]),
            is_hub=author.is_hub,
            areas=author.areas,
            more=frozenset(str(name) for name in list(found.get("more", ()))[:_NAMES_MAX]),
            is_whole=found.get("whole", True) is True,
            start=str(found.get("start", ""))[:_START_MAX],
            answers=str(found.get("answers", ""))[:_START_MAX],
            unconfirmed=frozenset(str(name) for name in list(found.get("unconfirmed", ()))[:_NAMES_MAX]),
            hears=None if hears is None else frozenset(str(name) for name in list(hears)[:_NAMES_MAX]),
        )
    except _FAULTS as error:
        raise InvalidBeatError(str(error)) from None


def _seen_by(author: Certificate, alarm: Alarm) -> Alarm | None:
    """The alarm as that node sees it; None for one that it may not tell of, or that nobody could be told of.

    A node says what it sees itself: it neither speaks for another one nor gives an alarm further names, which would
    make it one of somebody else's.
    """
    if not (author.is_hub or rights.covers(author.areas, author.node, alarm.area)):
        return None
    if alarm.kind not in KINDS or not alarm.is_well_formed:
        metrics.CRISIS_REJECTED.labels(LEVEL).inc()
        return None
    return dataclasses.replace(alarm, seen_by=author.node, names=frozenset())
