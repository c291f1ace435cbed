"""Rows of the outbox: an alarm that this node tells of, a message to a person, a channel as it works."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from crisis.alarm.alarms import Alarm
from crisis.model.moments import milliseconds
from devices import readings

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMESPACE = uuid.UUID("616c6172-6d00-5078-8000-6d6573736167")  # fixed for ever: the same message has the same id
HELD, WAITING, SENDING, SENT, UNSURE, ENDED = "held", "waiting", "sending", "sent", "unsure", "ended"


@dataclass(frozen=True, slots=True)
class KeptAlarm:
    """An alarm that this node tells of, or would, since `opened_chain_ms`. `told_count`: how many it counted then."""

    alarm: Alarm
    opening: UUID
    opened_chain_ms: int
    told_count: int = 0
    is_noted: bool = False

    @property
    def name(self) -> str:
        """The name under which it was opened."""
        return self.alarm.name


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message to one person. `tried`: the channels that failed in this round."""

    id: UUID
    alarm: str
    opening: UUID
    person: str
    step: int
    sort: str
    only: str
    state: str
    channel: str
    tried: tuple[str, ...]
    attempts: int
    unsure: int
    is_failing: bool
    made_chain_ms: int
    sent_ms: int | None
    reason: str
    counted_in: UUID | None
    is_noted: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """A message that another one counts: the alarm that it is about, and what it would have said of it."""

    id: UUID
    alarm: str
    sort: str


@dataclass(frozen=True, slots=True)
class KeptSeen:
    """Somebody had read an alarm then, by the chain's clock."""

    opening: UUID
    person: str
    chain_ms: int
    by: str


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How a channel works. `failing_chain_ms`: since when nothing goes through; None while it works."""

    name: str
    failing_chain_ms: int | None
    reason: str
    sent_ms: int | None


def message_id(opening: UUID, person: str, sort: str, more: str = "") -> UUID:
    """The id of a message: of one opening of an alarm each person gets each sort once."""
    return uuid.uuid5(_NAMESPACE, f"{opening}/{person}/{sort}/{more}")


def alarm_of(row: Sequence[Any]) -> KeptAlarm:
    """A row of select_open_alarms."""
    _name, opening, opened_chain_ms, facts, told_count, is_noted = row
    return KeptAlarm(read(facts), UUID(bytes=opening), opened_chain_ms, told_count, bool(is_noted))


def message_of(row: Sequence[Any]) -> KeptMessage:
    """A row of select_messages, and of those like it."""
    (name, alarm, opening, person, step, sort, only, state, channel, tried, attempts, unsure, failing, made, sent) = (
        row[:15]
    )
    reason, counted_in, is_noted = row[15:]
    return KeptMessage(
        id=UUID(bytes=name),
        alarm=alarm,
        opening=UUID(bytes=opening),
        person=person,
        step=step,
        sort=sort,
        only=only,
        state=state,
        channel=channel,
        tried=tuple(tried.split()),
        attempts=attempts,
        unsure=unsure,
        is_failing=bool(failing),
        made_chain_ms=made,
        sent_ms=sent,
        reason=reason,
        counted_in=None if counted_in is None else UUID(bytes=counted_in),
        is_noted=bool(is_noted),
    )


def written(alarm: Alarm) -> str:
    """An alarm as JSON: in the outbox, and in what nodes tell each other."""
    return json.dumps(to_json(alarm), ensure_ascii=False, separators=(",", ":"))


def to_json(alarm: Alarm) -> dict[str, Any]:
    """An alarm as JSON has it, without what is not said of it."""
    made = {
        "kind": alarm.kind,
        "subject": alarm.subject,
        "opened_at": milliseconds(alarm.opened_at),
        "area": alarm.area,
        "label": alarm.label,
        "labels": dict(alarm.labels),
        "names": sorted(alarm.names),
        "exercise": alarm.exercise,
        "count": alarm.count,
        "is_doubtful": alarm.is_doubtful,
        "call_kind": alarm.call_kind,
        "people": alarm.people,
        "seen_by": alarm.seen_by,
    }
    return {name: value for name, value in made.items() if value not in (None, "", {}, [], False)}


def read(text: str) -> Alarm:
    """An alarm of our own file."""
    return of_json(json.loads(text))


def of_json(found: dict[str, Any]) -> Alarm:
    """An alarm from JSON. Raises KeyError, TypeError, ValueError, OverflowError when it is none."""
    return Alarm(
        kind=str(found["kind"]),
        subject=str(found["subject"]),
        opened_at=readings.moment(int(found["opened_at"])),
        area=str(found.get("area", "all")),
        label=str(found.get("label", "")),
        labels=tuple((str(name), str(value)) for name, value in dict(found.get("labels", {})).items()),
        names=frozenset(map(str, found.get("names", ()))),
        exercise=bool(found.get("exercise", False)),
        count=int(found.get("count", 1)),
        is_doubtful=bool(found.get("is_doubtful", False)),
        call_kind=str(found.get("call_kind", "")),
        people=None if found.get("people") is None else int(found["people"]),
        seen_by=str(found.get("seen_by", "")),
    )
