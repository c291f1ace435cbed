"""What staff ask for about incidents and cards. `crisis.state.incident_rules` turns one into events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.model.incidents.contents import IncidentContent, TaskContent, UnitContent


@dataclass(frozen=True, slots=True)
class PutIncident:
    """Enter an incident, or change the one that has this id; its content as a whole.

    `items` are linked to it in the same step; `same`: they tell of the same thing, and are merged.
    """

    incident: UUID
    content: IncidentContent
    items: tuple[UUID, ...] = ()
    same: bool = False


@dataclass(frozen=True, slots=True)
class LinkItems:
    """Let items belong to an incident; `same` merges them with the others of that mark."""

    incident: UUID
    items: tuple[UUID, ...]
    same: bool = False


@dataclass(frozen=True, slots=True)
class UnlinkItem:
    """Let an item not belong to an incident any more."""

    incident: UUID
    item: UUID


@dataclass(frozen=True, slots=True)
class CloseIncident:
    """Close an incident and every open call that belongs to it, and say what was done."""

    incident: UUID
    outcome: str


@dataclass(frozen=True, slots=True)
class MergeIncidents:
    """Let everything that belongs to one incident belong to another one, and close the first, but none of its calls."""

    incident: UUID
    into: UUID
    outcome: str


@dataclass(frozen=True, slots=True)
class PutCard:
    """Enter a task or a unit, or change the one that has this id; its content as a whole."""

    card: UUID
    content: TaskContent | UnitContent


@dataclass(frozen=True, slots=True)
class TellApart:
    """Say that items do not tell of the same thing; or take that back. `area`: of whoever says so."""

    items: tuple[UUID, ...]
    apart: bool
    area: str


IncidentCommand = PutIncident | LinkItems | UnlinkItem | CloseIncident | MergeIncidents | PutCard | TellApart
