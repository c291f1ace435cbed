"""The events about alarms that the state holds: those of open alarms, of the last ones that ended, the rota, silences.

Whatever the order in which events arrive, the same ones give the same views: of two entries of a name the later one
wins, and an alarm is the fold of its events by time. What ended long ago is in the log alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from crisis.model.alarm_bodies import (
    AlarmClosed,
    AlarmFailed,
    AlarmOpened,
    AlarmSeen,
    AlarmSent,
    AlarmsSilenced,
    ChannelOpened,
    DutyPut,
    DutyRemoved,
    SilenceEnded,
)
from crisis.state.alarms.views import Duty, NotedChannel, RecordedAlarm, Seen, Silence, Told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from crisis.model.events import Event

BODIES = (
    *(AlarmOpened, AlarmSent, AlarmFailed, AlarmSeen, AlarmClosed),
    *(DutyPut, DutyRemoved, AlarmsSilenced, SilenceEnded, ChannelOpened),
)
_OF_ALARMS = (AlarmOpened, AlarmSent, AlarmFailed, AlarmSeen, AlarmClosed)
ENDED_HELD = 100  # alarms that ended, for the page; older ones are in the log
SILENCE_MAX = timedelta(hours=24)
_ALARMS_MAX = 2_000  # whoever invents alarms must not make the state grow
_EVENTS_MAX = 400  # of one alarm
_ENTRIES_MAX = 500  # of the rota, of silences, of channels


class AlarmRegister:
    """Alarms, duty, silences and channels. Changed by `apply` only."""

    def __init__(self) -> None:
        self._alarms: dict[str, dict[UUID, Event]] = {}
        self._folded: dict[str, RecordedAlarm] = {}
        self._duties: dict[object, Event] = {}  # the newest event of each entry, its removal included
        self._silences: dict[object, Event] = {}
        self._channels: dict[object, Event] = {}
        self.version = 0  # counts changes

    def fork(self) -> AlarmRegister:
        """The same register, changed apart from this one from now on."""
        made = AlarmRegister()
        made._alarms = {name: dict(events) for name, events in self._alarms.items()}
        made._folded = dict(self._folded)
        made._duties = dict(self._duties)
        made._silences = dict(self._silences)
        made._channels = dict(self._channels)
        made.version = self.version
        return made

    def apply(self, event: Event) -> bool:
        """Add an event. False when that changes nothing."""
        changed = self._apply(event)
        self.version += changed
        return changed

    def _apply(self, event: Event) -> bool:
        match event.body:
            case DutyPut(duty=name) | DutyRemoved(duty=name):
                return _keep_newest(self._duties, name, event)
            case AlarmsSilenced(silence=name) | SilenceEnded(silence=name):
                return _keep_newest(self._silences, name, event)
            case ChannelOpened(channel=channel):
                return _keep_newest(self._channels, (event.node, channel), event)
            case AlarmOpened() | AlarmSent() | AlarmFailed() | AlarmSeen() | AlarmClosed() as body:
                return self._keep(body.alarm, event)
        return False

    def _keep(self, name: str, event: Event) -> bool:
        events = self._alarms.setdefault(name, {})
        if event.id in events:
            return False
        events[event.id] = event
        if len(events) > _EVENTS_MAX:
            # Its beginning and its end stay: without them it would seem to be open, or not to be there.
            loose = [each for each in events.values() if not isinstance(each.body, AlarmOpened | AlarmClosed)]
            del events[min(loose or events.values(), key=_order).id]
        self._folded[name] = _fold(name, tuple(events.values()))
        self._drop_old()
        return True

    def _drop_old(self) -> None:
        ended = [found for found in self._folded.values() if found.closed_at is not None]
        for found in sorted(ended, key=_ended)[: max(0, len(ended) - ENDED_HELD)]:
            self._drop(found.name)
        while len(self._folded) > _ALARMS_MAX:
            self._drop(min(self._folded, key=lambda name: min(map(_order, self._alarms[name].values()))))

    def _drop(self, name: str) -> None:
        del self._folded[name]
        del self._alarms[name]

    # -- reading -----------------------------------------------------------------------------------------------------

    def alarm(self, name: str) -> RecordedAlarm | None:
        """An alarm as the log tells of it; None for one that nobody opened, or that ended long ago."""
        return self._folded.get(name)

    def open(self) -> tuple[RecordedAlarm, ...]:
        """The alarms that did not end, by name."""
        return tuple(self._folded[name] for name in sorted(self._folded) if self._folded[name].is_open)

    def ended(self) -> tuple[RecordedAlarm, ...]:
        """The alarms that ended last, the newest first."""
        return tuple(
            sorted((found for found in self._folded.values() if found.closed_at is not None), key=_ended, reverse=True)
        )

    def duties(self) -> tuple[Duty, ...]:
        """The entries of the rota that hold, by area, rank and when they were put."""
        found = (
            Duty(event.body, event.at, event.actor)
            for event in self._duties.values()
            if isinstance(event.body, DutyPut)
        )
        return tuple(sorted(found, key=lambda duty: (duty.put.area, duty.put.rank, duty.at, duty.id)))

    def duty(self, name: UUID) -> Duty | None:
        """One entry of the rota."""
        return next((duty for duty in self.duties() if duty.id == name), None)

    def silences(self, now: datetime) -> tuple[Silence, ...]:
        """The silences that hold now, those that end first first."""
        found = [
            Silence(body.silence, body.kind, body.area, body.until, body.reason, event.at, event.actor)
            for event in self._silences.values()
            if isinstance(body := event.body, AlarmsSilenced) and now < body.until <= event.at + SILENCE_MAX
        ]
        return tuple(sorted(found, key=lambda silence: (silence.until, silence.id)))

    def channels(self) -> tuple[NotedChannel, ...]:
        """What each node's channels may carry, by node and name."""
        found = (
            NotedChannel(event.node, event.at, event.body)
            for event in self._channels.values()
            if isinstance(event.body, ChannelOpened)
        )
        return tuple(sorted(found, key=lambda noted: (noted.node, noted.body.channel)))

    def events(self) -> Iterator[Event]:
        """Every event that is held, in no order."""
        for events in self._alarms.values():
            yield from events.values()
        for table in (self._duties, self._silences, self._channels):
            yield from table.values()


def _fold(name: str, events: Sequence[Event]) -> RecordedAlarm:
    """What the events of one alarm add up to, since it was opened last."""
    made: RecordedAlarm | None = None
    told: list[Told] = []
    seen: list[Seen] = []
    closed: tuple[datetime, Any] | None = None
    for event in sorted(events, key=_order):
        match event.body:
            case AlarmOpened() as body:
                if made is not None and closed is None:
                    continue  # another node opened it as well
                if closed is not None:
                    told, seen = [], []
                closed = None
                made = RecordedAlarm(name, event.at, event.node, body.severity, body.area, body.label, body.exercise)
            case AlarmSent() as body:
                sent = Told(event.at, body.person, body.channel, body.step, body.sort, event.node)
                told.append(replace(sent, exercise=body.exercise))
            case AlarmFailed() as body:
                told.append(Told(event.at, body.person, body.channel, body.step, "alarm", event.node, body.reason))
            case AlarmSeen() as body:
                seen.append(Seen(event.at, body.person, body.by, body.channel))
            case AlarmClosed() as body:
                closed = closed or (event.at, body.reason)
    first = min(events, key=_order)
    made = made or RecordedAlarm(name, None, first.node, "", getattr(first.body, "area", "all"), "", exercise=False)
    closed_at, closed_by = closed or (None, None)
    return RecordedAlarm(
        made.name,
        made.opened_at,
        made.node,
        made.severity,
        made.area,
        made.label,
        made.exercise,
        tuple(told),
        tuple(seen),
        closed_at,
        closed_by,
    )


def _keep_newest(table: dict[object, Event], key: object, event: Event) -> bool:
    known = table.get(key)
    if known is not None and _order(known) >= _order(event):
        return False
    table[key] = event
    if len(table) > _ENTRIES_MAX:
        oldest = min(table, key=lambda each: _order(table[each]))
        del table[oldest]
        return oldest != key
    return True


def _order(event: Event) -> tuple[datetime, UUID]:
    return event.at, event.id


def _ended(found: RecordedAlarm) -> tuple[datetime, str]:
    assert found.closed_at is not None
    return found.closed_at, found.name
