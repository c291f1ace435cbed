"""Who is on duty: the weekly rota, and what was put once and goes before it. Pure; Berlin's clocks say when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crisis.model import areas
from crisis.model.areas import EVERYWHERE
from translations import berlin

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crisis.model.alarm_bodies import DutyPut
    from crisis.state.alarms.views import Duty

_DAY = timedelta(days=1)
AHEAD = timedelta(days=8)  # so far is searched for who comes next: a rota is weekly


@dataclass(frozen=True, slots=True)
class Shift:
    """A person is on duty from then to then. `until` None: nobody knows when it ends."""

    person: str
    rank: int
    area: str
    since: datetime
    until: datetime | None
    is_once: bool


def on_duty(duties: Iterable[Duty], area: str, now: datetime) -> tuple[Shift, ...]:
    """Who is on duty now for this area, by rank: of the narrowest area around it that has anybody, else of `all`.

    Of one rank, what was put once goes before the weekly rota, and what was put later before the rest.
    """
    found = [(duty, shift) for duty in duties if (shift := _shift(duty.put, now)) is not None and shift.since <= now]
    for name in areas.around(area):
        here = [(duty, shift) for duty, shift in found if duty.put.area == name]
        if here:
            return _by_rank(here)
    return ()


def _by_rank(found: Sequence[tuple[Duty, Shift]]) -> tuple[Shift, ...]:
    made: dict[int, tuple[Duty, Shift]] = {}
    for duty, shift in sorted(found, key=lambda each: (each[1].is_once, each[0].at, each[0].id)):
        made[shift.rank] = (duty, shift)
    return tuple(made[rank][1] for rank in sorted(made))


def gaps(duties: Sequence[Duty], area: str, now: datetime, ahead: timedelta = AHEAD) -> tuple[datetime, ...]:
    """From when on nobody is on duty for an area or for `all`, within the time ahead."""
    edges = sorted({now, *(edge for duty in duties for edge in _edges(duty.put, now, ahead))})
    found: list[datetime] = []
    was_empty = False
    for at in edges:
        is_empty = not on_duty(duties, area, at)
        if is_empty and not was_empty:
            found.append(at)
        was_empty = is_empty
    return tuple(found)


def next_shift(duties: Iterable[Duty], area: str, now: datetime) -> Shift | None:
    """Who comes next in an area or in `all` after now; None when nobody does within the time that is searched."""
    names = areas.around(area)
    coming = [
        shift
        for duty in duties
        if duty.put.area in names
        for at in _edges(duty.put, now, AHEAD)
        if at > now and (shift := _shift(duty.put, at)) is not None and shift.since == at
    ]
    return min(coming, key=lambda shift: (shift.since, shift.rank), default=None)


def _edges(put: DutyPut, now: datetime, ahead: timedelta) -> Iterable[datetime]:
    if not put.days:
        return tuple(at for at in (put.from_at, put.until_at) if at is not None and now < at <= now + ahead)
    days = range(-1, ahead // _DAY + 1)
    found = [edge for day in days for edge in _span(put, berlin.local(now) + day * _DAY)]
    found += [at for at in (put.from_at, put.until_at) if at is not None]
    return tuple(at for at in found if now < at <= now + ahead)


def _shift(put: DutyPut, at: datetime) -> Shift | None:
    """The shift of this entry that runs at this moment."""
    if (put.from_at is not None and at < put.from_at) or (put.until_at is not None and at >= put.until_at):
        return None
    if not put.days:
        since = put.from_at or at
        return Shift(put.person, put.rank, put.area, since, put.until_at, is_once=True)
    for day in (-1, 0):
        local = berlin.local(at) + day * _DAY
        since, until = _span(put, local)
        if local.weekday() in put.days and since <= at < until:
            begins = since if put.from_at is None else max(since, put.from_at)
            ends = until if put.until_at is None else min(until, put.until_at)
            return Shift(put.person, put.rank, put.area, begins, ends, is_once=False)
    return None


def _span(put: DutyPut, local: datetime) -> tuple[datetime, datetime]:
    """From when to when the shift lasts that begins on this day. A time that the clocks skip counts as the next one."""
    begins = _at(local, put.begins)
    ends = _at(local, put.ends)
    return begins, ends if ends > begins else _at(local + _DAY, put.ends)


def _at(local: datetime, clock_time: str) -> datetime:
    hour, minute = map(int, clock_time.split(":"))
    return local.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0).astimezone(UTC)


def is_everywhere(shifts: Iterable[Shift]) -> bool:
    """Whether these are the duty of the whole city, and not of the area that was asked about."""
    return any(shift.area == EVERYWHERE for shift in shifts)
