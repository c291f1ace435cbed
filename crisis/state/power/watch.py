"""When a box's mains power has changed, so that it is written down: not at every word, and not for ever.

A change counts when the box has said it twice, or once and nothing else for a minute: a box that loses its power may
have time for one message only. Of a box whose supply comes and goes four events an hour are written, and the fourth
says so (`flapping`). What was held back is written as soon as there is room, so that the last word is always right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from crisis.model import event_bodies
from crisis.model.event_bodies import CADENCE_SECONDS_MAX, PowerSeen
from crisis.places import geometry

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.state.power.episodes import BoxPower
    from devices.readings import Status

IN_AN_HOUR = 4  # events of a box
_WORDS = 2
_SETTLED_SECONDS = 60.0
_CALM_SECONDS = 3_600.0  # without a change: its supply does not come and go any more
_MOVED_M = 100.0
_AGAIN_SECONDS = 1.0  # a message of the same content within this time is the same one
_RHYTHM_SECONDS_MAX = 900.0  # a box that speaks more seldom speaks when something changed, and has no rhythm
_APART_SECONDS = 5.0  # messages that were under way together say nothing about a clock
_SKEW_MIN = timedelta(minutes=1)
_FULL_PERCENT = 100
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(slots=True)
class _Reading:
    """What a box says now. `words`: how many messages said so since the last change."""

    mains: bool
    since: datetime
    begun_seconds: float
    words: int = 1


@dataclass(slots=True)
class _Box:
    """What a box has said since this process started. `skew`: how far its clock is behind ours."""

    reading: _Reading
    said_at: datetime | None
    received_at: datetime
    heard_seconds: float
    skew: timedelta = timedelta()
    rhythm_s: float | None = None
    interval_s: float | None = None
    battery_percent: float | None = None
    position: tuple[float, float] | None = None


class PowerWatch:
    """The boxes by id. Changed by `hear` and `settle`. `seconds` are those of any steady clock."""

    def __init__(self) -> None:
        self._boxes: dict[str, _Box] = {}
        self._open: set[str] = set()  # boxes about which something may be left to write

    def hear(self, box: str, status: Status, received_at: datetime, seconds: float, *, retained: bool = False) -> None:
        """A box sent this status. A last will, and a status without `mains`, say nothing about its power."""
        if not status.online or status.mains is None:
            return
        known = self._boxes.get(box)
        if known is None:
            began = _Reading(status.mains, min(status.at or received_at, received_at), seconds)
            known = self._boxes[box] = _Box(began, status.at, received_at, seconds)
        elif _is_again(known, status, seconds):
            return
        else:
            _take(known, status, received_at, seconds, retained=retained)
        known.said_at, known.received_at, known.heard_seconds = status.at, received_at, seconds
        if status.battery_percent is not None and 0 <= status.battery_percent <= _FULL_PERCENT:
            known.battery_percent = status.battery_percent
        if status.interval_s is not None:
            known.interval_s = status.interval_s
        if status.latitude is not None and status.longitude is not None:
            known.position = status.latitude, status.longitude
        self._open.add(box)

    def open(self) -> tuple[str, ...]:
        """The boxes about which something may be left to write, by id."""
        return tuple(sorted(self._open))

    def settle(self, box: str, known: BoxPower | None, seconds: float, written: int) -> PowerSeen | None:
        """What is to be written about a box now. `known`: what was; `written`: how many of its events in an hour."""
        heard = self._boxes.get(box)
        if heard is None:
            return None
        reading = heard.reading
        held_seconds = seconds - reading.begun_seconds
        if reading.words < _WORDS and held_seconds < _SETTLED_SECONDS:
            return None
        is_change = known is None or known.mains is not reading.mains
        is_calm = known is not None and known.flapping and held_seconds >= _CALM_SECONDS
        if not (is_change or is_calm or _has_moved(known, heard)):
            if known is None or not known.flapping:
                self._open.discard(box)
            return None
        room = IN_AN_HOUR if is_change else IN_AN_HOUR - 1  # the last one is for a change
        if written >= room:
            return None
        since = reading.since if known is None else known.since
        if known is not None and is_change:
            since = max(reading.since, known.since + _MILLISECOND)  # a wrong clock does not put it before the last one
        return _body(box, heard, since, flapping=is_change and written == IN_AN_HOUR - 1)


def _is_again(known: _Box, status: Status, seconds: float) -> bool:
    """Whether this is a message that was heard already: brokers may send one twice."""
    if status.mains is not known.reading.mains or status.at != known.said_at:
        return False
    return status.at is not None or seconds - known.heard_seconds < _AGAIN_SECONDS


def _take(known: _Box, status: Status, received_at: datetime, seconds: float, *, retained: bool) -> None:
    passed = seconds - known.heard_seconds
    if not retained and passed >= _APART_SECONDS:
        known.rhythm_s = passed if passed <= _RHYTHM_SECONDS_MAX else known.rhythm_s
        known.skew = _skew(known, status, received_at)
    assert status.mains is not None
    if status.mains is known.reading.mains:
        known.reading.words += 1
        return
    since = received_at if status.at is None else min(status.at + known.skew, received_at)
    known.reading = _Reading(status.mains, since, seconds)


def _skew(known: _Box, status: Status, received_at: datetime) -> timedelta:
    """How far the box's clock is behind, from two messages that came as far apart as they were sent.

    Those that waited at the broker came together, and are as old as they say.
    """
    if status.at is None or known.said_at is None:
        return known.skew
    apart = (received_at - known.received_at) - (status.at - known.said_at)
    if abs(apart.total_seconds()) > _APART_SECONDS:
        return known.skew
    behind = received_at - status.at
    return behind if behind >= _SKEW_MIN else timedelta()


def _has_moved(known: BoxPower | None, heard: _Box) -> bool:
    if known is None or heard.position is None:
        return False
    if known.position is None:
        return True
    here, there = (position[::-1] for position in (heard.position, known.position))
    return geometry.distance_m(here, there) > _MOVED_M


def _body(box: str, heard: _Box, since: datetime, *, flapping: bool) -> PowerSeen:
    cadence_s = next((each for each in (heard.interval_s, heard.rhythm_s) if _is_cadence(each)), None)
    latitude, longitude = heard.position or (None, None)
    return PowerSeen(
        box=box,
        mains=heard.reading.mains,
        since=event_bodies.whole(since),
        battery_percent=heard.battery_percent,
        latitude=latitude,
        longitude=longitude,
        cadence_s=cadence_s,
        flapping=flapping,
    )


def _is_cadence(seconds: float | None) -> bool:
    return seconds is not None and math.isfinite(seconds) and 0 < seconds <= CADENCE_SECONDS_MAX
