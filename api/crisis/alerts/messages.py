"""What was said about notices, message by message, as CAP 1.2 wants it: Alert, Update, Cancel. Pure.

A notice changes; a CAP message never does. So each event about a notice makes a message of its own, which holds the
notice as it then was and refers to all messages before it. Its id follows from the events and their times: nodes that
know the same events publish the same messages, and an event that comes late to one of them makes a new message and
changes none.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from api.crisis.memory.remembered import Remembered
from crisis.state import folds
from crisis.state.folds import DatedEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from crisis.model.contents import NoticeContent
    from crisis.model.events import Event
    from crisis.state.state import State
    from crisis.state.views import Notice

_NAMESPACE = uuid.UUID("6b69657a-626f-5078-8000-6361702d312e")  # fixed for ever: a message keeps its id


CHANGES_MAX = 100  # of one notice: a program that renews its notice every minute must not fill a box's memory


class MessageType(StrEnum):
    """CAP's msgType."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"


@dataclass(frozen=True, slots=True)
class Reference:
    """An earlier message that a message takes the place of."""

    id: UUID
    sent: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """One CAP message: a notice as it was after one event, at `sent`, which is written in whole seconds."""

    id: UUID
    notice: UUID
    type: MessageType
    content: NoticeContent
    sent: datetime
    node: str  # where it was written
    references: tuple[Reference, ...] = ()

    @property
    def is_exercise(self) -> bool:
        """Whether its status is Exercise."""
        return self.content.exercise

    def is_public(self, now: datetime) -> bool:
        """Whether it may be read: its notice has begun, or it changes what was public already."""
        return bool(self.references) or self.content.from_at is None or self.content.from_at <= now


@dataclass(frozen=True, slots=True)
class Alerts:
    """Every message. `listed`: what counts, as soon as it is public; `named`: the ids that later messages refer to."""

    messages: Mapping[UUID, Message]
    listed: tuple[Message, ...]
    named: frozenset[UUID]

    def find(self, name: UUID, now: datetime) -> Message | None:
        """The message of this id, if it is or was public."""
        found = self.messages.get(name)
        if found is None or name in self.named:
            return found
        return found if found in self.listed and found.is_public(now) else None

    def in_feed(self, now: datetime, cancels_since: datetime) -> list[Message]:
        """What a reader needs who begins to listen now: what holds, and what was cancelled lately; the newest first."""
        found = [each for each in self.listed if each.is_public(now) and _is_news(each, now, cancels_since)]
        return sorted(found, key=lambda each: (each.sent, each.id), reverse=True)

    def changed_at(self, now: datetime) -> datetime | None:
        """When `in_feed` last changed: something was said, began or ended. None while nothing was ever said."""
        moments = [
            moment
            for each in self.messages.values()
            for moment in (each.sent, each.content.from_at, each.content.until_at)
            if moment is not None and moment <= now
        ]
        return max(moments, default=None)


@dataclass(frozen=True, slots=True)
class _Step:
    """A notice after one event, before it is known what that changes for readers."""

    id: UUID
    notice: Notice
    sent: datetime
    node: str


def of(state: State, remembered: Remembered[list[Message]] | None = None) -> Alerts:
    """The messages about every notice. `remembered` has those about notices of which nothing new was said."""
    kept = remembered or Remembered()
    chains: dict[UUID, list[Message]] = {}
    listed: list[Message] = []
    for notice in sorted(state.notices(), key=lambda found: (found.published.at, found.id)):
        chains[notice.id] = chain = _chain(state, notice, chains, kept)
        if chain:
            listed += [each for each in chain[:-1] if _ends_status(each, chain[-1])]
            listed += chain[-1:] if notice.replaced_by is None else []
    known = {each.id: each for chain in chains.values() for each in chain}
    named = frozenset(reference.id for each in known.values() for reference in each.references)
    return Alerts(known, tuple(listed), named)


def _chain(
    state: State, notice: Notice, chains: Mapping[UUID, list[Message]], remembered: Remembered[list[Message]]
) -> list[Message]:
    """The messages about one notice, the oldest first; none when it was withdrawn before it began."""
    events = state.notice_events(notice.id)
    replaced = notice.content.replaces
    inherited = [] if replaced is None else chains.get(replaced, [])
    basis = ([(event.id, state.time_of(event)) for event in events], [each.id for each in inherited])
    chain = remembered.of(
        notice.id, basis, lambda: list(_messages(_steps(notice.id, events, state.time_of), inherited))
    )
    is_silent = notice.withdrawn is not None and bool(chain) and chain[-1].type is not MessageType.CANCEL
    return [] if is_silent else chain


def _steps(name: UUID, events: Sequence[Event], time_of: Callable[[Event], datetime]) -> Iterator[_Step]:
    """The notice after each event, as this node learnt of them. Of one that changed very often, after the newest ones.

    Where the hub has corrected a time, the notice with the times of before comes first: that is what was published.
    """
    is_corrected = any(time_of(event) != event.at for event in events)
    times = (lambda event: event.at, time_of) if is_corrected else (time_of,)
    seen: set[UUID] = set()
    for count in range(max(1, len(events) - CHANGES_MAX + 1), len(events) + 1):
        for time in times:
            history = sorted((DatedEvent(time(event), event) for event in events[:count]), key=_order)
            notice = folds.notice(name, history)
            step_id = uuid.uuid5(_NAMESPACE, " ".join(f"{each.event.id}@{each.at.isoformat()}" for each in history))
            if notice is not None and step_id not in seen:
                seen.add(step_id)
                yield _Step(step_id, notice, history[-1].at, history[-1].event.node)


def _order(dated: DatedEvent) -> tuple[datetime, UUID]:
    return dated.at, dated.event.id


def _messages(steps: Iterator[_Step], inherited: Sequence[Message]) -> Iterator[Message]:
    """What each step says to readers who may hold the messages of before, and of the notice that this one replaces."""
    own: list[Message] = []
    ended = {named.id for each in inherited if each.type is MessageType.CANCEL for named in each.references}
    for step in steps:
        earlier = [*(each for each in inherited if each.sent <= step.sent), *own]
        held = [each for each in earlier if each.id not in ended and _was_public(each, step.sent)]
        same = [each for each in held if each.is_exercise is step.notice.content.exercise]
        others = [each for each in held if each.is_exercise is not step.notice.content.exercise]
        if others:  # who listens for the real thing only must learn that it is over, and hears nothing of an exercise
            yield _cancel(others, step)
            ended.update(each.id for each in others)
        is_end = step.notice.withdrawn is not None
        if is_end and not same:  # nobody holds anything that could end
            continue
        kind = MessageType.CANCEL if is_end else MessageType.UPDATE if same else MessageType.ALERT
        made = Message(step.id, step.notice.id, kind, step.notice.content, step.sent, step.node, _named(same))
        yield made
        own.append(made)


def _was_public(message: Message, at: datetime) -> bool:
    return message.type is not MessageType.CANCEL and message.is_public(at)


def _cancel(held: Sequence[Message], step: _Step) -> Message:
    """The end of what was said under the other status."""
    last = held[-1]
    name = uuid.uuid5(_NAMESPACE, f"{step.id} {last.is_exercise}")
    return Message(
        name, step.notice.id, MessageType.CANCEL, last.content, step.sent, step.node, references=_named(held)
    )


def _named(held: Sequence[Message]) -> tuple[Reference, ...]:
    return tuple(Reference(each.id, each.sent) for each in held)


def _ends_status(message: Message, last: Message) -> bool:
    return message.type is MessageType.CANCEL and message.is_exercise is not last.is_exercise


def _is_news(message: Message, now: datetime, cancels_since: datetime) -> bool:
    if message.type is MessageType.CANCEL:
        return message.sent >= cancels_since
    return message.content.until_at is None or now < message.content.until_at
