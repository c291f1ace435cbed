"""The folds: what the events of one subject, in their order, add up to. Pure: events and times in, a view out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

from crisis.model import account_bodies, contents
from crisis.model.call_bodies import (
    CallerSaid,
    DistressAssigned,
    DistressNoted,
    DistressPrioritized,
    DistressReopened,
)
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
from crisis.state.views import (
    Act,
    AreaMode,
    Assignment,
    Command,
    Distress,
    IssuedAccount,
    Notice,
    Point,
    Proposal,
    Report,
    Step,
)
from devices.readings import Mode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from pydantic import JsonValue

    from crisis.model.events import Event


class DatedEvent(NamedTuple):
    """An event with the time that counts (clock.py). A history is a sequence of these, sorted by (at, id)."""

    at: datetime
    event: Event

    @property
    def act(self) -> Act:
        """Who did it, where and when."""
        event = self.event
        is_doubtful = event.clock_at is not None or self.at != event.at
        return Act(event.id, self.at, event.actor, event.node, is_doubtful, event.is_unsigned)


def area_mode(area: str, history: Sequence[DatedEvent]) -> AreaMode | None:
    """The last decision about an area, and the proposals since then."""
    decided: AreaMode | None = None
    proposals: dict[UUID, Proposal] = {}
    confirmed = {dated.event.body.proposal for dated in history if isinstance(dated.event.body, ModeSet)}
    for dated in history:
        match dated.event.body:
            case ModeProposed() as body if dated.event.id not in confirmed:
                proposals[dated.event.id] = Proposal(
                    dated.act, area, body.mode, body.reason, body.exercise, body.device
                )
            case ModeSet() as body:
                proposals.clear()
                decided = AreaMode(area, body.mode, dated.act, body.reason, body.exercise, body.proposed_by)
                decided = dataclasses.replace(decided, is_alone=is_alone(body))
    if decided is None:
        return AreaMode(area, None, None, proposals=tuple(proposals.values())) if proposals else None
    return dataclasses.replace(decided, proposals=tuple(proposals.values()))


def is_alone(body: ModeSet) -> bool:
    """Whether a commander decided by themselves what takes two people.

    An emergency without a proposal was always a commander's, also before events said so.
    """
    return body.alone or (body.mode is Mode.EMERGENCY and body.proposal is None)


def notice(name: UUID, history: Sequence[DatedEvent]) -> Notice | None:
    """A notice with the last writer's value in each field. Once withdrawn it stays so, whoever changed it later."""
    fields: dict[str, JsonValue] = {}
    published: list[Act] = []
    withdrawn: tuple[Act, str] | None = None
    for dated in history:
        match dated.event.body:
            case NoticePublished() as body:
                fields.update(body.fields)
                published.append(dated.act)
            case NoticeWithdrawn() as body if withdrawn is None:
                withdrawn = dated.act, body.reason
    content = contents.read(NoticeContent, fields)
    if content is None:
        return None
    gone, reason = withdrawn or (None, "")
    return Notice(name, content, published[0], published[-1], gone, reason)


def point(name: UUID, history: Sequence[DatedEvent]) -> Point | None:
    """A place of help with the last writer's value in each field.

    A closed place stays closed until somebody reopens it. Whoever only changed a field, perhaps at a node that had not
    heard of the closing, did not mean to. A place that
    nobody goes to is better than a locked door.
    """
    fields: dict[str, JsonValue] = {}
    put: list[Act] = []
    closed: tuple[Act, str] | None = None
    for dated in history:
        match dated.event.body:
            case PointPut() as body:
                fields.update(body.fields)
                put.append(dated.act)
                closed = None if body.reopens else closed
            case PointClosed() as body:
                closed = dated.act, body.reason
    content = contents.read(PointContent, fields)
    if content is None:
        return None
    gone, reason = closed or (None, "")
    return Point(name, content, put[0], put[-1], gone, reason)


def distress(name: UUID, history: Sequence[DatedEvent]) -> Distress | None:
    """A call for help and what was done about it; None while the call itself is not known."""
    call: tuple[DistressReceived, Act] | None = None
    written_at: datetime | None = None
    taken: list[Step] = []
    closed: list[Step] = []
    reopened: list[Step] = []
    notes: dict[CallerSaid | None, list[Step]] = {None: [], CallerSaid.ADDED: [], CallerSaid.WITHDRAWN: []}
    assignment: Assignment | None = None
    priority: tuple[int | None, Act | None] = (None, None)
    for dated in history:
        match dated.event.body:
            case DistressReceived() as body:
                call = body, dated.act
                written_at = dated.event.at if dated.event.at != dated.at else None
            case DistressTaken() as body:
                taken.append(Step(dated.act, body.note))
                assignment = None
            case DistressClosed() as body:
                closed.append(Step(dated.act, body.outcome))
                assignment = None
            case DistressReopened() as body if closed:
                reopened.append(Step(dated.act, body.reason))
                taken, closed = [], []
            case DistressNoted() as body:
                notes[body.said].append(Step(dated.act, body.own_text))
            case DistressAssigned() as body:
                assignment = Assignment(dated.act, body.to, body.note)
            case DistressPrioritized() as body:
                priority = body.priority, dated.act
    if call is None:
        return None
    said = tuple(notes[None]), tuple(notes[CallerSaid.ADDED]), tuple(notes[CallerSaid.WITHDRAWN])
    steps = (tuple(taken), tuple(closed), tuple(reopened), *said)
    return Distress(name, *call, *steps, assignment, *priority, written_at)


def report(name: UUID, history: Sequence[DatedEvent]) -> Report | None:
    """A resident's report and its answers; None while the report itself is not known."""
    message: tuple[ReportReceived, Act] | None = None
    answers = []
    for dated in history:
        match dated.event.body:
            case ReportReceived() as body:
                message = body, dated.act
            case ReportAnswered() as body:
                answers.append(Step(dated.act, body.text))
    return None if message is None else Report(name, *message, tuple(answers))


def command(name: UUID, history: Sequence[DatedEvent]) -> Command | None:
    """A command and its results; None while the command itself is not known."""
    sent: tuple[CommandSent, Act] | None = None
    results = []
    for dated in history:
        match dated.event.body:
            case CommandSent() as body if sent is None:
                sent = body, dated.act
            case CommandResult() as body:
                results.append((dated.act, body))
    return None if sent is None else Command(name, *sent, tuple(results))


def with_replacements(notices: dict[UUID, Notice]) -> dict[UUID, Notice]:
    """The same notices, each with its replacement. Of several the earliest counts; a newer notice cannot be replaced by
    an older one, so notices that replace each other leave the newest.
    """
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


def account(_subject: str, history: Sequence[DatedEvent]) -> IssuedAccount | None:
    """An account as the hub issued and changed it last; None while the issue itself is not known."""
    found: IssuedAccount | None = None
    hands: dict[str, Act] = {}
    for dated in history:
        body, act = dated.event.body, dated.act
        match body:
            case account_bodies.AccountIssued():  # once more: the hub's file was lost, and the account made again
                found = IssuedAccount(body.account, body.role, True, frozenset(body.areas), act, act)
            case account_bodies.AccountChanged() if found is not None:
                found = dataclasses.replace(found, role=body.role or found.role)
            case account_bodies.AccountDisabled() | account_bodies.AccountEnabled() if found is not None:
                found = dataclasses.replace(found, is_enabled=isinstance(body, account_bodies.AccountEnabled))
            case account_bodies.AccountGranted() if found is not None:
                found = dataclasses.replace(found, areas=found.areas | set(body.areas))
            case account_bodies.AccountRevoked() if found is not None:
                found = dataclasses.replace(found, areas=found.areas - set(body.areas))
            case _:
                continue
        found = dataclasses.replace(found, changed=act)
        if not isinstance(body, account_bodies.AccountDisabled | account_bodies.AccountRevoked):
            hands[act.actor.casefold()] = act
    return None if found is None else dataclasses.replace(found, hands=tuple(hands.values()))
