"""Incidents and cards as readers see them: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.model.incidents.contents import IncidentState, TaskState
from crisis.state import numbers

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from crisis.model.incidents.contents import IncidentContent, TaskContent, UnitContent
    from crisis.state.views import Act

_DONE = {TaskState.DONE, TaskState.DROPPED}


@dataclass(frozen=True, slots=True)
class Link:
    """Something that belongs to an incident. `same`: it is merged with the other items that have this mark."""

    item: UUID
    same: bool
    act: Act


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident with its present content. `withheld`: words of it were written elsewhere, and are not here."""

    id: UUID
    content: IncidentContent
    number: int | None
    put: Act
    changed: Act
    written_at: datetime  # as the node that gave it its number wrote it down, whatever was corrected later
    links: tuple[Link, ...] = ()
    closed: Act | None = None
    withheld: bool = False

    @property
    def label(self) -> str:
        """What people call it: `E 4`, `E 71-01/2` (numbers.py)."""
        return numbers.label(numbers.INCIDENT, self.put.node, self.number, self.written_at)

    @property
    def is_open(self) -> bool:
        """Whether it is not closed."""
        return self.content.state is IncidentState.OPEN

    @property
    def is_exercise(self) -> bool:
        """Whether it is one of a drill."""
        return self.content.exercise

    @property
    def items(self) -> tuple[UUID, ...]:
        """The ids of what belongs to it, in the order in which it was linked."""
        return tuple(link.item for link in self.links)

    @property
    def last(self) -> Act:
        """The last change of a field or of a link: a form that is older shows something else."""
        return max((self.changed, *(link.act for link in self.links)), key=lambda act: (act.at, act.event))


@dataclass(frozen=True, slots=True)
class ToldApart:
    """Calls and reports that tell of different things, as somebody said."""

    group: UUID
    items: tuple[UUID, ...]
    act: Act


@dataclass(frozen=True, slots=True)
class Task:
    """A task (Auftrag) with its present content."""

    id: UUID
    content: TaskContent
    put: Act
    changed: Act
    withheld: bool = False

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.content.state not in _DONE

    def is_late(self, now: datetime) -> bool:
        """Whether it should have been done by now."""
        return self.is_open and self.content.due_at is not None and now >= self.content.due_at


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit (Kraft) with its present content."""

    id: UUID
    content: UnitContent
    put: Act
    changed: Act
    withheld: bool = False


Card = Task | Unit
