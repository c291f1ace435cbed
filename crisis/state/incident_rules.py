"""The rules for incidents and cards: given the state, a command becomes events, or a refusal that says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from crisis.model import contents, event_bodies, events, roles
from crisis.model.incidents import commands as incident_commands
from crisis.model.incidents.bodies import (
    CardPut,
    CardSort,
    IncidentPut,
    ItemLinked,
    ItemsToldApart,
    ItemUnlinked,
    group_of,
)
from crisis.model.incidents.contents import IncidentContent, IncidentState, TaskContent, UnitContent
from crisis.model.roles import Right
from crisis.state.incidents.views import Task, Unit
from crisis.state.rules import Refusal, Why
from crisis.state.views import DistressStatus

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.model.commands import Actor
    from crisis.model.event_bodies import Body
    from crisis.model.incidents.commands import IncidentCommand
    from crisis.state.incidents.views import Incident
    from crisis.state.rules import Decision
    from crisis.state.state import State

ITEMS_MAX = 100  # that are linked in one step
_APART_MIN = 2
_VIEWS = {CardSort.TASK: Task, CardSort.UNIT: Unit}


class _RefusedError(Exception):
    """Carries a refusal to `decide`."""

    def __init__(self, why: Why, detail: object = "") -> None:
        super().__init__(why)
        self.refusal = Refusal(why, str(detail))


def decide(state: State, command: IncidentCommand, who: Actor) -> Decision:
    """The bodies of the events that the command becomes, or why it is refused."""
    if not roles.may(who.role, Right.EDIT_INCIDENTS):
        return Refusal(Why.NOT_ALLOWED, Right.EDIT_INCIDENTS)
    try:
        made = _decide(state, command, who)
        for body in made:
            events.check_size(body)
    except _RefusedError as refused:
        return refused.refusal
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[0]
        return Refusal(Why.BAD_VALUE, "/".join(["", *map(str, found["loc"])]) + f": {found['msg']}")
    except events.InvalidEventError as error:
        return Refusal(Why.BAD_VALUE, str(error))
    return made


def _decide(state: State, command: IncidentCommand, who: Actor) -> tuple[Body, ...]:
    match command:
        case incident_commands.PutIncident():
            return _put(state, command)
        case incident_commands.LinkItems():
            incident = _open(state, command.incident)
            return _required(
                _links(
                    state,
                    incident.id,
                    incident,
                    command.items,
                    same=command.same,
                    is_exercise=incident.is_exercise,
                )
            )
        case incident_commands.UnlinkItem():
            incident = _known(state, command.incident)
            if command.item not in incident.items:
                raise _RefusedError(Why.ALREADY_SO)
            return (ItemUnlinked(command.incident, command.item),)
        case incident_commands.CloseIncident():
            return _closed(state, command, who)
        case incident_commands.MergeIncidents():
            return _merged(state, command)
        case incident_commands.PutCard() | incident_commands.TellApart():
            return _card(state, command) if isinstance(command, incident_commands.PutCard) else _apart(state, command)


def _known(state: State, name: UUID) -> Incident:
    found = state.incidents.of(name)
    if found is None:
        raise _RefusedError(Why.UNKNOWN, name)
    return found


def _open(state: State, name: UUID) -> Incident:
    found = _known(state, name)
    if not found.is_open:
        raise _RefusedError(Why.IS_CLOSED, "" if found.closed is None else found.closed.actor)
    return found


def _required(made: tuple[Body, ...]) -> tuple[Body, ...]:
    if not made:
        raise _RefusedError(Why.ALREADY_SO)
    return made


# -- incidents -------------------------------------------------------------------------------------------------------


def _put(state: State, command: incident_commands.PutIncident) -> tuple[Body, ...]:
    before, content = state.incidents.of(command.incident), command.content
    if not content.title.strip() and not (before is not None and before.withheld):
        raise _RefusedError(Why.BAD_VALUE, "/title: is empty")
    if (content.latitude is None) != (content.longitude is None):
        raise _RefusedError(Why.BAD_VALUE, "/latitude: a position needs latitude and longitude")
    if content.state is IncidentState.CLOSED and (before is None or before.is_open):
        raise _RefusedError(Why.BAD_VALUE, "/state: an incident is closed with what was done")
    if before is not None and content.exercise is not before.is_exercise:
        for item in before.items:
            _check_exercise(state, item, is_exercise=content.exercise)
    changed = contents.changes(content, None if before is None else before.content)
    put: tuple[Body, ...] = (IncidentPut(command.incident, changed, begins=before is None),) if changed else ()
    links = _links(state, command.incident, before, command.items, same=command.same, is_exercise=content.exercise)
    return _required((*put, *links))


def _links(
    state: State,
    name: UUID,
    incident: Incident | None,
    items: tuple[UUID, ...],
    *,
    same: bool,
    is_exercise: bool,
) -> tuple[Body, ...]:
    """A link for each of these items that has none, or another one."""
    if len(items) > ITEMS_MAX:
        raise _RefusedError(Why.BAD_VALUE, f"/items: {len(items)}, at most {ITEMS_MAX} in one step")
    known = {} if incident is None else {link.item: link.same for link in incident.links}
    made = []
    for item in dict.fromkeys(items):
        if item == name:
            raise _RefusedError(Why.BAD_VALUE, "/items: an incident does not belong to itself")
        if not state.has(item):
            raise _RefusedError(Why.UNKNOWN, item)
        _check_exercise(state, item, is_exercise=is_exercise)
        if known.get(item) is not same:
            made.append(ItemLinked(name, item, same))
    return tuple(made)


def _check_exercise(state: State, item: UUID, *, is_exercise: bool) -> None:
    """A real call must not be closed with an incident of a drill, nor a drill's call bring forces to a real one."""
    said = state.distress(item) or state.report(item)
    if said is not None and said.is_exercise is not is_exercise:
        raise _RefusedError(Why.MIXED_EXERCISE)


def _closed(state: State, command: incident_commands.CloseIncident, who: Actor) -> tuple[Body, ...]:
    incident = _open(state, command.incident)
    if not command.outcome.strip():
        raise _RefusedError(Why.BAD_VALUE, "/outcome: is empty")
    fields = contents.changes(
        _with(incident.content, state=IncidentState.CLOSED, outcome=command.outcome), incident.content
    )
    return (IncidentPut(incident.id, fields), *_calls_closed(state, incident, command.outcome, who))


def _calls_closed(state: State, incident: Incident, outcome: str, who: Actor) -> tuple[Body, ...]:
    """The closing of every open call that belongs to the incident, and to no other one that is open."""
    found: list[Body] = []
    for item in incident.items:
        call = state.distress(item)
        others = [each for each in state.incidents.having(item) if each.id != incident.id and each.is_open]
        if call is not None and call.status is not DistressStatus.CLOSED and not others:
            found.append(event_bodies.DistressClosed(item, outcome))
    if found and not roles.may(who.role, Right.HANDLE_DISTRESS):
        raise _RefusedError(Why.NOT_ALLOWED, Right.HANDLE_DISTRESS)
    return tuple(found)


def _merged(state: State, command: incident_commands.MergeIncidents) -> tuple[Body, ...]:
    old, new = _open(state, command.incident), _open(state, command.into)
    if old.id == new.id:
        raise _RefusedError(Why.BAD_VALUE, "/into: an incident cannot be merged with itself")
    if old.is_exercise is not new.is_exercise:
        raise _RefusedError(Why.MIXED_EXERCISE)
    known = set(new.items)
    links = [ItemLinked(new.id, link.item, link.same) for link in old.links if link.item not in known]
    closed = contents.changes(_with(old.content, state=IncidentState.CLOSED, outcome=command.outcome), old.content)
    cards = [
        CardPut(card.id, sort, {"incident": str(new.id)})
        for sort, found in (
            (CardSort.TASK, state.incidents.tasks_of(old.id)),
            (CardSort.UNIT, state.incidents.units_of(old.id)),
        )
        for card in found
    ]
    return (IncidentPut(old.id, closed), ItemLinked(new.id, old.id, True), *links, *cards)


def _apart(state: State, command: incident_commands.TellApart) -> tuple[Body, ...]:
    items = tuple(sorted(set(command.items), key=str))
    if not _APART_MIN <= len(items) <= ITEMS_MAX:
        raise _RefusedError(Why.BAD_VALUE, f"/items: {len(items)}, from {_APART_MIN} to {ITEMS_MAX} can be told apart")
    for item in items:
        if state.distress(item) is None and state.report(item) is None:
            raise _RefusedError(Why.UNKNOWN, item)
    group = group_of(items)
    if (state.incidents.group_told_apart(group) is not None) is command.apart:
        raise _RefusedError(Why.ALREADY_SO)
    return (ItemsToldApart(group, items, command.apart, command.area),)


def _with(content: IncidentContent, **fields: object) -> IncidentContent:
    """The content with other values, checked: `dataclasses.replace` keeps what pydantic made of it."""
    values = {name: getattr(content, name) for name in IncidentContent.__dataclass_fields__}
    return IncidentContent(**(values | fields))


# -- cards -----------------------------------------------------------------------------------------------------------


def _card(state: State, command: incident_commands.PutCard) -> tuple[Body, ...]:
    content = command.content
    sort = CardSort.TASK if isinstance(content, TaskContent) else CardSort.UNIT
    before = state.incidents.card(command.card)
    if before is not None and not isinstance(before, _VIEWS[sort]):
        raise _RefusedError(Why.BAD_VALUE, "/sort: a card keeps its sort")
    title = content.name if isinstance(content, UnitContent) else content.title
    if not title.strip() and not (before is not None and before.withheld):
        raise _RefusedError(Why.BAD_VALUE, f"/{'name' if isinstance(content, UnitContent) else 'title'}: is empty")
    if content.incident is not None and state.incidents.of(content.incident) is None:
        raise _RefusedError(Why.UNKNOWN, content.incident)
    changed = contents.changes(content, None if before is None else before.content)
    return _required((CardPut(command.card, sort, changed),) if changed else ())
