"""The rules: given the state, a command becomes events, or a refusal that says why. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from crisis.model import areas, call_bodies, commands, contents, event_bodies, events, log_bodies, roles
from crisis.model.log_bodies import EntrySort
from crisis.model.roles import Right
from crisis.state.alarms import rules as alarm_rules
from crisis.state.views import DistressStatus
from devices.readings import Mode

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.model.commands import Actor, Command
    from crisis.model.event_bodies import Body
    from crisis.state.state import State
    from crisis.state.views import Distress, Notice, Proposal

PROPOSAL_HOLDS = timedelta(hours=1)  # whoever confirms must judge the present situation
SAME_DEVICE = timedelta(minutes=10)  # for so long a second person has to use another device
ENTRY_AHEAD = timedelta(minutes=5)  # so much a watch may be fast: an entry is not about what is still to come
MADE_BY_OTHER = timedelta(days=1)  # for so long somebody who made or opened an account does not count beside it


class Why(StrEnum):
    """Why a command is refused: one slug serves as API answer, as key of the pages' texts, and as metric label."""

    NOT_ALLOWED = "not_allowed"  # the role lacks the right
    OUTSIDE_AREAS = "outside_areas"  # this box decides about itself and the areas in its certificate only
    BAD_VALUE = "bad_value"  # a text too long, an invalid area
    UNKNOWN = "unknown"  # no such notice, point, call, report or proposal
    NEEDS_SECOND_PERSON = "needs_second_person"  # an emergency, and not by a commander
    NEEDS_SECOND_PERSON_TO_END = "needs_second_person_to_end"  # a city-wide one
    NOTHING_TO_END = "nothing_to_end"  # only the end of a city-wide emergency takes a proposal
    OWN_PROPOSAL = "own_proposal"
    SAME_DEVICE = "same_device"  # as the proposal, a moment ago; the detail says whose that is
    MADE_BY_OTHER = "made_by_other"  # one of the two made the other's account; the detail names that account
    UNKNOWN_MAKER = "unknown_maker"  # this box does not know who made the proposer's account
    PROPOSAL_LAPSED = "proposal_lapsed"
    ALREADY_PROPOSED = "already_proposed"  # the proposal that is open can be confirmed instead
    ALREADY_SO = "already_so"  # nothing would change
    IS_WITHDRAWN = "is_withdrawn"
    IS_REPLACED = "is_replaced"
    IS_OVER = "is_over"  # it would end in the past
    IS_CLOSED = "is_closed"
    IS_TAKEN = "is_taken"  # the detail says by whom
    IS_STRUCK = "is_struck"  # the line is struck through already; the detail says by whom
    NOT_A_LINE = "not_a_line"  # the event has no line in the operation log, or the line itself strikes another
    MIXED_EXERCISE = "mixed_exercise"  # a drill's call and a real incident, or the other way round
    NOT_TAKEN = "not_taken"  # somebody must take it before it can be closed
    NOT_CLOSED = "not_closed"  # only what is closed can be opened again


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command was refused; `detail` names the person, the id or the value that is the reason."""

    why: Why
    detail: str = ""


Decision = tuple["Body", ...] | Refusal


class _RefusedError(Exception):
    """Carries a refusal to `decide`."""

    def __init__(self, why: Why, detail: object = "") -> None:
        super().__init__(why)
        self.refusal = Refusal(why, str(detail))


def decide(state: State, command: Command, who: Actor, now: datetime, box: str | None = None) -> Decision:
    """The bodies of the events that the command becomes, or why it is refused.

    `now` is the node's time (Node.now); `box` is the box that decides, None at a hub, which knows all accounts.
    """
    right = commands.RIGHT_FOR[type(command)]
    if not roles.may(who.role, right):
        return Refusal(Why.NOT_ALLOWED, right)
    try:
        made = _decide(state, command, who, now, box)
        events.check_size(made)
    except _RefusedError as refused:
        return refused.refusal
    except alarm_rules.RefusedError as refused:
        return Refusal(Why(refused.why), refused.detail)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[0]
        return Refusal(Why.BAD_VALUE, "/".join(["", *map(str, found["loc"])]) + f": {found['msg']}")
    except events.InvalidEventError as error:
        return Refusal(Why.BAD_VALUE, str(error))
    return (made,)


def _decide(state: State, command: Command, who: Actor, now: datetime, box: str | None) -> Body:
    if isinstance(command, commands.WriteEntry | commands.TakeOverLog | commands.StrikeEntry):
        return _log(state, command, now)
    if isinstance(command, commands.DistressCommand):
        return _distress(state, command, who)
    if isinstance(command, alarm_rules.AlarmCommand):
        return alarm_rules.decide(state.alarms, command, who, now)
    return _decided(state, command, who, now, box)


_OfSituation = (
    commands.ProposeMode
    | commands.SetMode
    | commands.ConfirmMode
    | commands.PutNotice
    | commands.WithdrawNotice
    | commands.PutPoint
    | commands.ClosePoint
    | commands.AnswerReport
)


def _decided(state: State, command: _OfSituation, who: Actor, now: datetime, box: str | None) -> Body:
    match command:
        case commands.ProposeMode() | commands.SetMode() | commands.ConfirmMode():
            return _mode(state, command, who, now, box)
        case commands.PutNotice() | commands.WithdrawNotice():
            return _notice(state, command, now)
        case commands.PutPoint() | commands.ClosePoint():
            return _point(state, command)
        case commands.AnswerReport():
            _known(state.report(command.report), command.report)
            if not command.text.strip():
                raise _RefusedError(Why.BAD_VALUE, "/text: is empty")
            return event_bodies.ReportAnswered(command.report, command.text)


_View = TypeVar("_View")


def _known(view: _View | None, subject: object) -> _View:
    if view is None:
        raise _RefusedError(Why.UNKNOWN, subject)
    return view


# -- mode ------------------------------------------------------------------------------------------------------------


def _mode(
    state: State,
    command: commands.ProposeMode | commands.SetMode | commands.ConfirmMode,
    who: Actor,
    now: datetime,
    box: str | None,
) -> Body:
    match command:
        case commands.ConfirmMode():
            return _confirmed(state, command, who, now, box)
        case commands.ProposeMode():
            return _proposed(state, command, who, now, box)
        case commands.SetMode():
            if command.mode is Mode.UNKNOWN:
                raise _RefusedError(Why.BAD_VALUE, "/mode: unknown is what a box says, not what it is told")
            is_end = _ends_city_emergency(state, command.area, command.mode)
            takes_two = command.mode is Mode.EMERGENCY or is_end
            if takes_two and not roles.may(who.role, Right.SET_EMERGENCY_ALONE):
                raise _RefusedError(Why.NEEDS_SECOND_PERSON_TO_END if is_end else Why.NEEDS_SECOND_PERSON)
            _check_change(state, command.area, command.mode, exercise=command.exercise)
            return event_bodies.ModeSet(command.area, command.mode, command.reason, command.exercise, alone=takes_two)


def _proposed(state: State, command: commands.ProposeMode, who: Actor, now: datetime, box: str | None) -> Body:
    if command.mode is Mode.UNKNOWN:
        raise _RefusedError(Why.BAD_VALUE, "/mode: unknown is what a box says, not what it is told")
    _check_change(state, command.area, command.mode, exercise=command.exercise)
    if command.mode is not Mode.EMERGENCY and not _ends_city_emergency(state, command.area, command.mode):
        raise _RefusedError(Why.NOTHING_TO_END)
    for proposal in _open_proposals(state, command.area, now):
        is_same = (proposal.mode, proposal.exercise) == (command.mode, command.exercise)
        if is_same and not _is_by_unknown(state, proposal, box):
            raise _RefusedError(Why.ALREADY_PROPOSED, proposal.id)
    return event_bodies.ModeProposed(command.area, command.mode, command.reason, command.exercise, who.device)


def _ends_city_emergency(state: State, area: str, mode: Mode) -> bool:
    """Whether this mode ends an emergency of the whole city, or the exercise of one."""
    decided = state.area_mode(areas.EVERYWHERE) if area == areas.EVERYWHERE else None
    return decided is not None and decided.mode is Mode.EMERGENCY and mode is not Mode.EMERGENCY


def _confirmed(state: State, command: commands.ConfirmMode, who: Actor, now: datetime, box: str | None) -> Body:
    proposals = [proposal for area in state.area_modes() for proposal in area.proposals]
    proposal = _known(next((found for found in proposals if found.id == command.proposal), None), command.proposal)
    if proposal.act.actor.casefold() == who.name.casefold():
        raise _RefusedError(Why.OWN_PROPOSAL)
    if now - proposal.act.at >= PROPOSAL_HOLDS:
        raise _RefusedError(Why.PROPOSAL_LAPSED)
    _check_second_person(state, proposal, who, now, box)
    return event_bodies.ModeSet(
        proposal.area, proposal.mode, proposal.reason, proposal.exercise, proposal.id, proposal.act.actor
    )


def _check_second_person(state: State, proposal: Proposal, who: Actor, now: datetime, box: str | None) -> None:
    """Raise _RefusedError when the second account may be in the hands of the first person."""
    if _is_by_unknown(state, proposal, box):
        raise _RefusedError(Why.UNKNOWN_MAKER, proposal.act.actor)
    if who.device and who.device == proposal.device and now - proposal.act.at < SAME_DEVICE:
        raise _RefusedError(Why.SAME_DEVICE, proposal.act.actor)
    for account, other in ((who.name, proposal.act.actor), (proposal.act.actor, who.name)):
        found = state.account(account)
        hands = () if found is None else found.hands
        if any(hand.actor.casefold() == other.casefold() and now - hand.at < MADE_BY_OTHER for hand in hands):
            raise _RefusedError(Why.MADE_BY_OTHER, account)


def _is_by_unknown(state: State, proposal: Proposal, box: str | None) -> bool:
    """Whether a box cannot say who made the proposer's account: it is another box's own, or the hub did not tell.

    A hub sends what it knows of an account with each proposal (crisis/sync/needs.py).
    """
    return box is not None and proposal.act.node != box and state.account(proposal.act.actor) is None


def _open_proposals(state: State, area: str, now: datetime) -> tuple[Proposal, ...]:
    found = state.area_mode(area)
    proposals = () if found is None else found.proposals
    return tuple(proposal for proposal in proposals if now - proposal.act.at < PROPOSAL_HOLDS)


def _check_change(state: State, area: str, mode: Mode, *, exercise: bool) -> None:
    decided = state.area_mode(area)
    if decided is not None and (decided.mode, decided.exercise) == (mode, exercise):
        raise _RefusedError(Why.ALREADY_SO)


# -- notices and places of help --------------------------------------------------------------------------------------


def _notice(state: State, command: commands.PutNotice | commands.WithdrawNotice, now: datetime) -> Body:
    before = state.notice(command.notice)
    if before is not None and before.withdrawn is not None:
        raise _RefusedError(Why.IS_WITHDRAWN, before.withdrawn.actor)
    if isinstance(command, commands.WithdrawNotice):
        _known(before, command.notice)
        return event_bodies.NoticeWithdrawn(command.notice, command.reason)
    if before is not None and before.replaced_by is not None:
        raise _RefusedError(Why.IS_REPLACED, before.replaced_by)
    content = command.content
    if content.until_at is not None and content.until_at <= now:
        raise _RefusedError(Why.IS_OVER, content.until_at.isoformat())
    if content.replaces is not None and (before is None or before.content.replaces != content.replaces):
        _check_replaceable(command.notice, _known(state.notice(content.replaces), content.replaces))
    changes = contents.changes(content, None if before is None else before.content)
    if not changes:
        raise _RefusedError(Why.ALREADY_SO)
    return event_bodies.NoticePublished(command.notice, changes)


def _check_replaceable(notice: object, old: Notice) -> None:
    if old.id == notice:
        raise _RefusedError(Why.BAD_VALUE, "/replaces: a notice cannot replace itself")
    if old.withdrawn is not None:
        raise _RefusedError(Why.IS_WITHDRAWN, old.id)
    if old.replaced_by is not None:
        raise _RefusedError(Why.IS_REPLACED, old.replaced_by)


def _point(state: State, command: commands.PutPoint | commands.ClosePoint) -> Body:
    before = state.point(command.point)
    if isinstance(command, commands.ClosePoint):
        if _known(before, command.point).closed is not None:
            raise _RefusedError(Why.IS_CLOSED)
        return event_bodies.PointClosed(command.point, command.reason)
    changes = contents.changes(command.content, None if before is None else before.content)
    if not changes and before is not None and before.closed is None:
        raise _RefusedError(Why.ALREADY_SO)
    return event_bodies.PointPut(command.point, changes, reopens=before is not None and before.closed is not None)


# -- calls for help --------------------------------------------------------------------------------------------------


def _distress(state: State, command: commands.DistressCommand, who: Actor) -> Body:
    call = _known(state.distress(command.distress), command.distress)
    if isinstance(command, commands.NoteDistress):  # also of a closed one: what came in late belongs there
        return call_bodies.DistressNoted(call.id, _written(command.text, "text"))
    if isinstance(command, commands.ReopenDistress):
        if call.status is not DistressStatus.CLOSED:
            raise _RefusedError(Why.NOT_CLOSED)
        return call_bodies.DistressReopened(call.id, _written(command.reason, "reason"))
    if call.status is DistressStatus.CLOSED:
        raise _RefusedError(Why.IS_CLOSED, call.closed[-1].act.actor)
    match command:
        case commands.CloseDistress():
            return _call_closed(call, command)
        case commands.AssignDistress():
            return _assigned(call, command)
        case commands.PrioritizeDistress():
            if call.priority == command.priority:
                raise _RefusedError(Why.ALREADY_SO)
            return call_bodies.DistressPrioritized(call.id, command.priority)
        case commands.TakeDistress():
            return _taken(call, command, who)


def _call_closed(call: Distress, command: commands.CloseDistress) -> Body:
    if call.status is DistressStatus.RECEIVED:
        raise _RefusedError(Why.NOT_TAKEN)
    return event_bodies.DistressClosed(call.id, _written(command.outcome, "outcome"))


def _written(text: str, name: str) -> str:
    if not text.strip():
        raise _RefusedError(Why.BAD_VALUE, f"/{name}: is empty")
    return text


def _assigned(call: Distress, command: commands.AssignDistress) -> Body:
    to = _written(command.to, "to").strip()
    if call.taken and call.taken[-1].act.actor == to:
        raise _RefusedError(Why.ALREADY_SO)
    if call.assignment is not None and (call.assignment.to, call.assignment.note) == (to, command.note.strip()):
        raise _RefusedError(Why.ALREADY_SO)
    return call_bodies.DistressAssigned(call.id, to, command.note)


def _taken(call: Distress, command: commands.TakeDistress, who: Actor) -> Body:
    if call.taken:
        has_it = call.taken[-1].act.actor
        if has_it == who.name:
            raise _RefusedError(Why.ALREADY_SO)
        if not command.over:
            raise _RefusedError(Why.IS_TAKEN, has_it)
    return event_bodies.DistressTaken(call.id, command.note)


# -- the operation log -----------------------------------------------------------------------------------------------


def _log(
    state: State, command: commands.WriteEntry | commands.TakeOverLog | commands.StrikeEntry, now: datetime
) -> Body:
    if isinstance(command, commands.StrikeEntry):
        return _struck(state, command)
    entry = command.entry
    is_keeper = entry.sort is EntrySort.KEEPER
    if is_keeper is not isinstance(command, commands.TakeOverLog):
        raise _RefusedError(Why.BAD_VALUE, "/sort: who keeps the log is entered by taking it over")
    if not is_keeper and not entry.text.strip():
        raise _RefusedError(Why.BAD_VALUE, "/text: is empty")
    if entry.happened_at is not None and entry.happened_at > now + ENTRY_AHEAD:
        raise _RefusedError(Why.BAD_VALUE, "/happened_at: has not come yet")
    return entry


def _struck(state: State, command: commands.StrikeEntry) -> Body:
    known = state.log_marks.strike_of(command.event)
    if known is not None:
        raise _RefusedError(Why.IS_STRUCK, known.actor)
    if not command.reason.strip():
        raise _RefusedError(Why.BAD_VALUE, "/reason: is empty")
    return log_bodies.EntryStruck(command.event, command.reason, command.area)
