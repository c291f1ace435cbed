"""All incidents, tasks and units of a node's state, and to which incident an item belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crisis.model import subjects
from crisis.state.incidents import folds
from crisis.state.incidents.views import Card, Incident, Task, ToldApart, Unit
from crisis.state.projections import Projection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from crisis.state.projections import Sort


class IncidentRegister:
    """Reads the projections of incidents and cards. `settle` brings them up to date after times were corrected."""

    def __init__(self, sort: Sort, settle: Callable[[], None]) -> None:
        self._incidents = Projection(folds.incident, sort, lambda incident: incident.put)
        self._cards = Projection(folds.card, sort, lambda card: card.put)
        self._apart = Projection(folds.told_apart, sort, lambda found: found.act)
        self._settle = settle
        self.projections = {
            subjects.INCIDENT: self._incidents,
            subjects.CARD: self._cards,
            subjects.APART: self._apart,
        }
        # Each with what it was computed from: while that is the same, so is the result.
        self._by_item: tuple[tuple[Incident, ...], dict[UUID, tuple[Incident, ...]]] = ((), {})

    def all(self) -> tuple[Incident, ...]:
        """All incidents, the newest first."""
        self._settle()
        return self._incidents.newest_first()

    def open(self) -> tuple[Incident, ...]:
        """The incidents that are not closed: the most urgent first, of each priority the oldest first."""
        found = [incident for incident in self.all() if incident.is_open]
        return tuple(sorted(found, key=lambda each: (each.content.priority, each.put.at, each.id)))

    def of(self, name: UUID) -> Incident | None:
        """One incident."""
        self._settle()
        found: Incident | None = self._incidents.view(name)
        return found

    def having(self, item: UUID) -> tuple[Incident, ...]:
        """The incidents that an item belongs to. Two people may have linked it while their nodes were apart."""
        return self._index().get(item, ())

    def _index(self) -> Mapping[UUID, tuple[Incident, ...]]:
        known = self.all()
        if known is not self._by_item[0]:
            found: dict[UUID, tuple[Incident, ...]] = {}
            for incident in reversed(known):
                for item in incident.items:
                    found[item] = (*found.get(item, ()), incident)
            self._by_item = known, found
        return self._by_item[1]

    def told_apart(self) -> tuple[ToldApart, ...]:
        """What people said not to be the same, the newest first."""
        self._settle()
        return self._apart.newest_first()

    def group_told_apart(self, group: UUID) -> ToldApart | None:
        """What was said of exactly these items."""
        self._settle()
        found: ToldApart | None = self._apart.view(group)
        return found

    def card(self, name: UUID) -> Card | None:
        """One card."""
        self._settle()
        found: Card | None = self._cards.view(name)
        return found

    def cards(self) -> tuple[Card, ...]:
        """All cards, the newest first."""
        self._settle()
        return self._cards.newest_first()

    def tasks(self) -> tuple[Task, ...]:
        """All tasks: the open ones first, of these the one that is due first."""
        found = [card for card in self.cards() if isinstance(card, Task)]
        return tuple(sorted(found, key=_task_order))

    def units(self) -> tuple[Unit, ...]:
        """The units that are not released, by organisation and name."""
        found = [card for card in self.cards() if isinstance(card, Unit) and not card.content.is_released]
        return tuple(sorted(found, key=lambda unit: (unit.content.organisation, unit.content.name, unit.id)))

    def tasks_of(self, incident: UUID) -> tuple[Task, ...]:
        """The tasks of an incident."""
        return tuple(task for task in self.tasks() if task.content.incident == incident)

    def units_of(self, incident: UUID) -> tuple[Unit, ...]:
        """The units at an incident."""
        return tuple(unit for unit in self.units() if unit.content.incident == incident)


def _task_order(task: Task) -> tuple[Any, ...]:
    due = task.content.due_at
    return (
        not task.is_open,
        due is None,
        0.0 if due is None else due.timestamp(),
        task.content.priority,
        task.put.at,
        task.id,
    )
