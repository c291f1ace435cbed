"""The folds of incidents and cards: what their events, in order, add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crisis.model import contents
from crisis.model.incidents.bodies import CardPut, CardSort, IncidentPut, ItemLinked, ItemsToldApart, ItemUnlinked
from crisis.model.incidents.contents import IncidentContent, IncidentState, TaskContent, UnitContent
from crisis.state.incidents.views import Card, Incident, Link, Task, ToldApart, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from pydantic import JsonValue

    from crisis.state.folds import DatedEvent
    from crisis.state.views import Act

_STATE = "state"
_CARDS: dict[str, tuple[type[Any], type[Any]]] = {
    CardSort.TASK: (Task, TaskContent),
    CardSort.UNIT: (Unit, UnitContent),
}


def incident(name: UUID, history: Sequence[DatedEvent]) -> Incident | None:
    """An incident with the last writer's value in each field, and of each item the last word about its link.

    Closing is a field like the others: whoever opens it again says so. None while only links are known.
    """
    fields: dict[str, JsonValue] = {}
    put: list[Act] = []
    links: dict[UUID, Link] = {}
    begun: tuple[int | None, Act, datetime] | None = None
    closed: Act | None = None
    withheld = False
    for dated in history:
        match dated.event.body:
            case IncidentPut() as body:
                fields.update(body.fields)
                put.append(dated.act)
                withheld = withheld or body.withheld
                if _STATE in body.fields:
                    closed = dated.act if body.fields[_STATE] == IncidentState.CLOSED else None
                if begun is None or (body.begins and begun[0] is None):
                    begun = body.number, dated.act, dated.event.at
            case ItemLinked() as body:
                links.pop(body.item, None)
                links[body.item] = Link(body.item, body.same, dated.act)
            case ItemUnlinked() as body:
                links.pop(body.item, None)
    content = contents.read(IncidentContent, fields)
    if begun is None or content is None:
        return None
    number, first, written_at = begun
    return Incident(name, content, number, first, put[-1], written_at, tuple(links.values()), closed, withheld)


def told_apart(name: UUID, history: Sequence[DatedEvent]) -> ToldApart | None:
    """What was said last of a group: None once it was taken back."""
    found: ToldApart | None = None
    for dated in history:
        body = dated.event.body
        if isinstance(body, ItemsToldApart):
            found = ToldApart(name, body.items, dated.act) if body.apart else None
    return found


def card(name: UUID, history: Sequence[DatedEvent]) -> Card | None:
    """A card with the last writer's value in each field; None for a sort that this program does not know."""
    fields: dict[str, JsonValue] = {}
    put: list[Act] = []
    sort = ""
    withheld = False
    for dated in history:
        if isinstance(dated.event.body, CardPut):
            body = dated.event.body
            fields.update(body.fields)
            put.append(dated.act)
            sort = sort or body.sort
            withheld = withheld or body.withheld
    if sort not in _CARDS:
        return None
    view, kind = _CARDS[sort]
    made: Card = view(name, contents.read(kind, fields), put[0], put[-1], withheld)
    return made
