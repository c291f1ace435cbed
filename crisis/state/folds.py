"""What a subject's events add up to, told in their order. Pure: events and times in, a view out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

from crisis.model import contents
from crisis.model.contents import NoticeContent, PointContent
from crisis.model.event_bodies import (
    CommandResult,
    CommandSent,
    DistressClosed,
    DistressReceived,
    DistressTaken,
    ModeProposed,
    ModeSet,
    NoticePublished,
    NoticeWithdrawn,
    PointClosed,
    PointPut,
    ReportAnswered,
    ReportReceived,
)
from crisis.state.views import Act, AreaMode, Command, Distress, Notice, Point, Proposal, Report, Step

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from pydantic import JsonValue

    from crisis.model.events import Event


class Told(NamedTuple):
    """An event with the time that counts. A story is a sequence of them, sorted by (at, id)."""

    at: datetime
    event: Event

    @property
    def act(self) -> Act:
        """Who did it."""
        event = self.event
        return Act(event.id, self.at, event.actor, event.node, event.clock_at is not None or self.at != event.at)


def area_mode(area: str, story: Sequence[Told]) -> AreaMode | None:
    """The last decision about an area, and what was proposed since."""
    decided: AreaMode | None = None
    proposals: dict[UUID, Proposal] = {}
    confirmed = {told.event.body.proposal for told in story if isinstance(told.event.body, ModeSet)}
    for told in story:
        match told.event.body:
            case ModeProposed() as body if told.event.id not in confirmed:
                proposals[told.event.id] = Proposal(told.act, area, body.mode, body.reason, body.exercise)
            case ModeSet() as body:
                proposals.clear()
                decided = AreaMode(area, body.mode, told.act, body.reason, body.exercise, body.proposed_by)
    if decided is None:
        return AreaMode(area, None, None, proposals=tuple(proposals.values())) if proposals else None
    return dataclasses.replace(decided, proposals=tuple(proposals.values()))


def notice(name: UUID, story: Sequence[Told]) -> Notice | None:
    """A notice with the last writer's value in each field. Withdrawn once is withdrawn, whoever changed it later."""
    fields: dict[str, JsonValue] = {}
    published: list[Act] = []
    withdrawn: tuple[Act, str] | None = None
    for told in story:
        match told.event.body:
            case NoticePublished() as body:
                fields.update(body.fields)
                published.append(told.act)
            case NoticeWithdrawn() as body if withdrawn is None:
                withdrawn = told.act, body.reason
    content = contents.read(NoticeContent, fields)
    if content is None:
        return None
    gone, reason = withdrawn or (None, "")
    return Notice(name, content, published[0], published[-1], gone, reason)


def point(name: UUID, story: Sequence[Told]) -> Point | None:
    """A place of help with the last writer's value in each field.

    Closed stays closed until somebody opens it: who only changed something, perhaps at a node that had not heard of the
    closing, did not mean that. Better a door that is open and nobody goes to than people before a locked one.
    """
    fields: dict[str, JsonValue] = {}
    put: list[Act] = []
    closed: tuple[Act, str] | None = None
    for told in story:
        match told.event.body:
            case PointPut() as body:
                fields.update(body.fields)
                put.append(told.act)
                closed = None if body.reopens else closed
            case PointClosed() as body:
                closed = told.act, body.reason
    content = contents.read(PointContent, fields)
    if content is None:
        return None
    gone, reason = closed or (None, "")
    return Point(name, content, put[0], put[-1], gone, reason)


def distress(name: UUID, story: Sequence[Told]) -> Distress | None:
    """A call for help and what was done about it; None while only what was done about it is known."""
    call: tuple[DistressReceived, Act] | None = None
    taken, closed = [], []
    for told in story:
        match told.event.body:
            case DistressReceived() as body:
                call = body, told.act
            case DistressTaken() as body:
                taken.append(Step(told.act, body.note))
            case DistressClosed() as body:
                closed.append(Step(told.act, body.outcome))
    return None if call is None else Distress(name, *call, tuple(taken), tuple(closed))


def report(name: UUID, story: Sequence[Told]) -> Report | None:
    """A resident's message and its answers; None while only answers are known."""
    said: tuple[ReportReceived, Act] | None = None
    answers = []
    for told in story:
        match told.event.body:
            case ReportReceived() as body:
                said = body, told.act
            case ReportAnswered() as body:
                answers.append(Step(told.act, body.text))
    return None if said is None else Report(name, *said, tuple(answers))


def command(name: UUID, story: Sequence[Told]) -> Command | None:
    """A command and its results; None while only results are known."""
    sent: tuple[CommandSent, Act] | None = None
    results = []
    for told in story:
        match told.event.body:
            case CommandSent() as body if sent is None:
                sent = body, told.act
            case CommandResult() as body:
                results.append((told.act, body))
    return None if sent is None else Command(name, *sent, tuple(results))


def with_replacements(notices: dict[UUID, Notice]) -> dict[UUID, Notice]:
    """The same notices, each with the one that replaces it. Of several, and of a circle, the earliest counts."""
    replaced: dict[UUID, Notice] = {}
    for found in sorted(notices.values(), key=lambda each: (each.published.at, each.id)):
        old = found.content.replaces
        if old is not None and old in notices and old != found.id:
            is_older = notices[old].published.at <= found.published.at
            if is_older:
                replaced.setdefault(old, found)
    return {
        name: dataclasses.replace(found, replaced_by=replaced[name].id) if name in replaced else found
        for name, found in notices.items()
    }
