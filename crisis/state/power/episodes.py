"""A box's mains power over time: the fold of its `power_seen` events, and each time without power as an episode."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from crisis.model.event_bodies import PowerSeen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from crisis.state.folds import DatedEvent

# Of one box. As fast as a node writes them (crisis/sync/power_watch.py) that is four hours of a supply that comes and
# goes, and years of one that does not.
EVENTS_HELD = 16
TOGETHER = timedelta(minutes=10)  # what happens within this time is one thing, unless boxes speak less often
AGO_MAX = timedelta(days=30)  # a change that says it was longer ago is that of a clock that nobody set
_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Episode:
    """A time without mains power at one box. `events`: those that say so, the earliest first.

    `back_at` None: the box has none still, as far as it said.
    """

    box: str
    events: tuple[UUID, ...]
    since: datetime
    back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BoxPower:
    """What a box last said of its mains power, at `told_at`, and its times without it, the earliest first.

    `position`: latitude and longitude in degrees. `flapping`: its supply comes and goes.
    """

    box: str
    mains: bool
    since: datetime
    told_at: datetime
    position: tuple[float, float] | None = None
    cadence_s: float | None = None
    battery_percent: float | None = None
    flapping: bool = False
    episodes: tuple[Episode, ...] = ()


class _Word(NamedTuple):
    """One event, in the order in which the changes happened."""

    since: datetime
    at: datetime
    event: UUID
    body: PowerSeen


def together(*cadences_s: float | None) -> timedelta:
    """The time within which changes count as one: ten minutes, or two messages of the slowest of the boxes."""
    slowest = max((cadence for cadence in cadences_s if cadence is not None), default=0.0)
    return max(TOGETHER, timedelta(seconds=2 * slowest))


def box_power(_subject: str, history: Sequence[DatedEvent]) -> BoxPower | None:
    """What the `power_seen` events of one box add up to.

    They count in the order in which the changes happened (`since`), and not in which they were written down: a hub may
    learn of an outage after the box's own node has seen its end.
    """
    words = sorted(map(_word, history))
    if not words:
        return None
    newest = max(words, key=lambda word: (word.at, word.event))
    last = words[-1].body
    began = words[-1].since
    for word in reversed(words):
        if word.body.mains is not last.mains:
            break
        began = word.since
    return BoxPower(
        box=last.box,
        mains=last.mains,
        since=began,
        told_at=newest.at,
        position=_position(words),
        cadence_s=newest.body.cadence_s,
        battery_percent=newest.body.battery_percent,
        flapping=newest.body.flapping,
        episodes=_episodes(words),
    )


def _word(dated: DatedEvent) -> _Word:
    body = dated.event.body
    assert isinstance(body, PowerSeen)
    # If the time of the event was corrected, `since` was wrong by as much. Nothing is seen after it is written down.
    ago = min(max(dated.event.at - body.since, timedelta()), AGO_MAX)
    since = dated.at - ago if dated.at - _EARLIEST > ago else dated.at
    return _Word(since, dated.at, dated.event.id, body)


def _episodes(words: Iterable[_Word]) -> tuple[Episode, ...]:
    found: list[Episode] = []
    is_out = False
    for word in words:
        if word.body.mains:
            if is_out:
                found[-1] = dataclasses.replace(found[-1], back_at=word.since)
        elif is_out or (found and _is_brief(found[-1], word)):
            found[-1] = dataclasses.replace(found[-1], events=(*found[-1].events, word.event), back_at=None)
        else:
            found.append(Episode(word.body.box, (word.event,), word.since))
        is_out = not word.body.mains
    return tuple(found)


def _is_brief(before: Episode, word: _Word) -> bool:
    """Whether power was back so shortly that it was not back."""
    return before.back_at is not None and word.since - before.back_at <= together(word.body.cadence_s)


def _position(words: Iterable[_Word]) -> tuple[float, float] | None:
    """Where the box said last that it stands."""
    for word in sorted(words, key=lambda each: (each.at, each.event), reverse=True):
        if word.body.latitude is not None and word.body.longitude is not None:
            return word.body.latitude, word.body.longitude
    return None
