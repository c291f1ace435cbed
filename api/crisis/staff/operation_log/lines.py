"""Lines of the operation log as they are shown, printed and exported: made from records of the node's log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from api.crisis.staff.labels import line_text
from crisis.log.records import LogRecord
from crisis.model import event_bodies, events
from crisis.model.alarm_bodies import AlarmClosed, AlarmFailed, AlarmSeen
from crisis.model.areas import EVERYWHERE
from crisis.model.events import Event
from crisis.model.incidents.bodies import CardPut, IncidentBody, IncidentPut, ItemLinked, ItemUnlinked
from crisis.model.incidents.contents import IncidentThing
from crisis.model.log_bodies import EntryStruck, EntryWritten
from crisis.node import Node
from crisis.trust import signatures
from devices import readings
from translations.words import Words

LINE = "line"  # the kind of a reference to a line; calls and incidents may get numbers of their own
_LATE = timedelta(minutes=1)

Reference = tuple[str, int]


@dataclass(frozen=True, slots=True)
class StrikeMark:
    """Who struck a line through, when and why; `number`: the line that says so, None while it is not here."""

    by: str
    at: datetime
    reason: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `at`: when it happened; `entered_at`: when it was written down; `received_at`: when it came here."""

    number: int
    event: UUID
    event_kind: str
    at: datetime
    entered_at: datetime
    received_at: datetime
    node: str
    actor: str
    kind: str
    text: str
    area: str
    references: tuple[Reference, ...]
    hash: str
    entry: EntryWritten  # the fields of an entry by hand; empty for every other event
    is_exercise: bool
    is_doubtful: bool
    strike: StrikeMark | None

    @property
    def is_late(self) -> bool:
        """Whether it was written down after it happened: a "Nachtrag"."""
        return abs(self.entered_at - self.at) >= _LATE

    @property
    def is_late_here(self) -> bool:
        """Whether it reached this node after it was written down."""
        return self.received_at - self.entered_at >= _LATE

    @property
    def sender(self) -> str:
        """From whom."""
        return self.entry.sender or self.actor

    @property
    def can_be_struck(self) -> bool:
        """Whether somebody may still strike it through."""
        return self.strike is None and self.event_kind != "entry_struck"


async def between(node: Node, first: int, last: int, words: Words) -> list[Line]:
    """The lines with these numbers, in their order."""
    return await of_records(node, await node.log.places(node.book.places(first, last)), words)


async def of_records(node: Node, records: Sequence[LogRecord], words: Words) -> list[Line]:
    """The lines of these records, each of which has a number."""
    decoded = [events.decode(record.encoded) for record in records]
    numbers = await _numbers(node, decoded)
    return [_line(node, record, event, numbers, words) for record, event in zip(records, decoded, strict=True)]


async def _numbers(node: Node, decoded: Iterable[Event]) -> Mapping[UUID, int]:
    """The numbers of the lines that these events refer to, by the id of the event."""
    wanted = {name for event in decoded for name in _about(node, event)}
    wanted |= {strike.id for event in decoded if (strike := node.state.log_marks.strike_of(event.id)) is not None}
    known = await node.log.known(list(wanted))
    return {name: number for name, record in known.items() if (number := node.book.number_of(record.seq)) is not None}


def _about(node: Node, event: Event) -> tuple[UUID, ...]:
    """The events that one is about, and does not begin."""
    body: Any = event.body
    found: UUID | None = None
    match body:
        case EntryWritten():
            return body.about
        case EntryStruck():
            return (body.event,)
        case _ if isinstance(body, event_bodies.CallAct):
            return (body.distress,)
        case IncidentPut() | ItemLinked() | ItemUnlinked() | CardPut():
            return _about_incident(node, event)
        case event_bodies.ModeSet():
            found = body.proposal
        case event_bodies.NoticePublished() | event_bodies.NoticeWithdrawn():
            notice = node.state.notice(body.notice)
            found = None if notice is None else notice.published.event
        case event_bodies.PointPut() | event_bodies.PointClosed():
            point = node.state.point(body.point)
            found = None if point is None else point.put.event
    return () if found is None or found == event.id else (found,)


def _about_incident(node: Node, event: Event) -> tuple[UUID, ...]:
    """The beginnings of the incident, of what is linked to it in the same step, and of a card's incident."""
    body: Any = event.body
    register = node.state.incidents
    if isinstance(body, CardPut):
        card = register.card(body.card)
        incident = None if card is None or card.content.incident is None else register.of(card.content.incident)
        found = [None if card is None else card.put.event, None if incident is None else incident.put.event]
    else:
        incident = register.of(body.incident)
        step = [each.event for each in node.state.history(body.incident) if _step(each.event) == _step(event)]
        items = [each.body.item for each in step if isinstance(each.body, ItemLinked | ItemUnlinked)]
        found = [None if incident is None else incident.put.event, *items]
    return tuple(name for name in dict.fromkeys(found) if name is not None and name != event.id)


def _step(event: Event) -> tuple[object, ...]:
    return event.at, event.actor, event.node


def _line(node: Node, record: LogRecord, event: Event, numbers: Mapping[UUID, int], words: Words) -> Line:
    number = node.book.number_of(record.seq)
    assert number is not None
    entered_at = node.state.time_of(event)
    entry = event.body if isinstance(event.body, EntryWritten) else EntryWritten()
    strike = node.state.log_marks.strike_of(event.id)
    return Line(
        number=number,
        event=event.id,
        event_kind=event.kind,
        at=entry.happened_at or entered_at,
        entered_at=entered_at,
        received_at=readings.moment(record.received_ms),
        node=event.node,
        actor=event.actor,
        kind=line_text.kind_of(event),
        text=_text(node, event, words),
        area=area_of(node, event),
        references=tuple((LINE, numbers[name]) for name in _about(node, event) if name in numbers),
        hash=signatures.digest(record.encoded).hex(),
        entry=entry,
        is_exercise=_is_exercise(node, event.body),
        is_doubtful=event.clock_at is not None or entered_at != event.at,
        strike=None if strike is None else _mark(node, strike, numbers),
    )


def _text(node: Node, event: Event, words: Words) -> str:
    said, body = line_text.text_of(event, words), event.body
    if isinstance(body, event_bodies.CallAct):
        call = node.state.distress(body.distress)
        return said if call is None else f"{call.label}: {said}".removesuffix(": ")
    return said


def _mark(node: Node, strike: Event, numbers: Mapping[UUID, int]) -> StrikeMark:
    assert isinstance(strike.body, EntryStruck)
    return StrikeMark(strike.actor, node.state.time_of(strike), strike.body.reason, numbers.get(strike.id))


def area_of(node: Node, event: Event) -> str:
    """The area that a line is about."""
    body: Any = event.body
    match body:
        case event_bodies.DistressReceived():
            return body.box or (EVERYWHERE if event.node == node.name and node.is_hub else event.node)
        case _ if isinstance(body, event_bodies.CallAct):
            call = node.state.distress(body.distress)
            return EVERYWHERE if call is None else call.call.box or EVERYWHERE
        case event_bodies.NoticePublished() | event_bodies.NoticeWithdrawn():
            notice = node.state.notice(body.notice)
            return EVERYWHERE if notice is None else notice.content.area
        case event_bodies.PointPut() | event_bodies.PointClosed():
            point = node.state.point(body.point)
            return EVERYWHERE if point is None else point.content.area
        case IncidentPut() | ItemLinked() | ItemUnlinked() | CardPut():
            content = _content_of(node, body)
            return EVERYWHERE if content is None else content.area
    found = getattr(body, "area", None) or getattr(body, "box", None)
    return found if isinstance(found, str) else EVERYWHERE


def _content_of(node: Node, body: IncidentBody) -> IncidentThing | None:
    """The present content of the incident or card that an event is about."""
    register = node.state.incidents
    found = register.card(body.card) if isinstance(body, CardPut) else register.of(body.incident)
    return None if found is None else found.content


def _is_exercise(node: Node, body: Any) -> bool:
    """Whether it belongs to a drill: it says so itself, or what it is about does."""
    match body:
        case _ if isinstance(body, event_bodies.CallAct):
            call = node.state.distress(body.distress)
            return call is not None and call.is_exercise
        case event_bodies.NoticePublished() | event_bodies.NoticeWithdrawn():
            notice = node.state.notice(body.notice)
            return notice is not None and notice.content.exercise
        case event_bodies.PointPut() | event_bodies.PointClosed():
            point = node.state.point(body.point)
            return point is not None and point.content.exercise
        case IncidentPut() | ItemLinked() | ItemUnlinked() | CardPut():
            content = _content_of(node, body)
            return content is not None and content.exercise
        case AlarmFailed() | AlarmSeen() | AlarmClosed():
            alarm = node.state.alarms.alarm(body.alarm)
            return alarm is not None and alarm.exercise
    return bool(getattr(body, "exercise", False))
