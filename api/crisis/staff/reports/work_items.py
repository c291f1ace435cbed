"""Incidents, tasks and units as they stand in a report: one line each. Pure."""

from collections.abc import Iterable
from datetime import datetime

from api.crisis.staff.labels import incidents as incident_labels
from api.crisis.staff.lage import staff_work
from api.crisis.staff.reports.phrases import Phrases
from api.crisis.staff.reports.sheets import Item
from crisis.state.incidents.views import Incident, Task, Unit
from crisis.state.state import State
from translations.marks import N_

_PEOPLE = N_("people")
_EXERCISE = N_("EXERCISE")


def incidents(state: State, phrases: Phrases) -> list[Item]:
    """Open incidents by priority, how many of each, and how many people they are about."""
    found = state.incidents.open()
    text = phrases.words.text
    items = [phrases.sub(N_("Incidents"))]
    if found:
        urgent = sum(each.content.priority <= 2 for each in found)  # noqa: PLR2004 -- 1 and 2 of four
        counts = [staff_work.people_of(state, each).count for each in found]
        people = sum(count for count in counts if count is not None)
        said = text(N_("%(open)s open, %(urgent)s of them urgent"), open=len(found), urgent=urgent)
        items.append(Item(f"{said}. {text(_PEOPLE)}: {people}" if people else said))
    return [*items, *phrases.listed([incident(each, state, phrases) for each in found], N_("No incident is open."))]


def incident(found: Incident, state: State, phrases: Phrases) -> Item:
    """An incident."""
    text, content = phrases.words.text, found.content
    count = staff_work.people_of(state, found).count
    units = [unit.content.name for unit in state.incidents.units_of(found.id) if unit.content.name]
    parts = [
        f"{found.label} {content.title}".strip(),
        text(incident_labels.PRIORITIES[str(content.priority)]),
        text(incident_labels.SORTS[content.sort]),
        content.place,
        "" if count is None else f"{text(_PEOPLE)}: {count}",
        text(N_("depends on power")) if content.power_dependent else "",
        ", ".join(units),
        phrases.since(found.put.at),
    ]
    return phrases.point(_drill(", ".join(filter(None, parts)), phrases, is_exercise=found.is_exercise))


def units(state: State, phrases: Phrases) -> list[Item]:
    """Units and their strength, those that are bound first."""
    found = state.incidents.units()
    bound = [unit for unit in found if staff_work.is_bound(unit)]
    items = [phrases.sub(N_("Units"))]
    if found:
        pattern = N_("%(bound)s of %(all)s at work, strength %(strength)s")
        said = phrases.words.text(pattern, bound=len(bound), all=len(found), strength=staff_work.strength(found))
        items.append(Item(said))
    in_order = [*bound, *(unit for unit in found if unit not in bound)]
    return [*items, *phrases.listed([unit(each, state, phrases) for each in in_order], N_("No unit is entered."))]


def unit(found: Unit, state: State, phrases: Phrases) -> Item:
    """A unit."""
    text, content = phrases.words.text, found.content
    incident = None if content.incident is None else state.incidents.of(content.incident)
    parts = [
        f"{text(incident_labels.SHORT_ORGANISATIONS[content.organisation])} {content.name}".strip(),
        content.strength,
        text(incident_labels.STATUSES[str(content.status.value)]),
        "" if incident is None else incident.label,
    ]
    said = phrases.aged(", ".join(filter(None, parts)), found.changed.at)
    return phrases.point(_drill(said, phrases, is_exercise=content.exercise))


def tasks(found: Iterable[Task], state: State, phrases: Phrases, nothing: str) -> list[Item]:
    """Tasks, each with when it is due, for whom and how far."""
    return phrases.listed([task(each, state, phrases) for each in found], nothing)


def task(found: Task, state: State, phrases: Phrases) -> Item:
    """A task."""
    text, content = phrases.words.text, found.content
    incident = None if content.incident is None else state.incidents.of(content.incident)
    due = ""
    if content.due_at is not None:
        due = text(N_("until {}")).format(phrases.words.time(content.due_at, phrases.now))
        due += f" {text(N_('LATE'))}" if found.is_late(phrases.now) else ""
    parts = [
        f"{content.function or ''} {content.title}".strip(),
        due,
        content.assignee,
        text(incident_labels.TASK_STATES[content.state]),
        "" if incident is None else incident.label,
        content.outcome,
    ]
    return phrases.point(_drill(", ".join(filter(None, parts)), phrases, is_exercise=content.exercise))


def due(state: State, until: datetime) -> list[Task]:
    """Open tasks that are due until then, or late already."""
    return [task for task in open_tasks(state) if task.content.due_at is not None and task.content.due_at <= until]


def open_tasks(state: State) -> list[Task]:
    """The open tasks."""
    return [task for task in state.incidents.tasks() if task.is_open]


def _drill(said: str, phrases: Phrases, *, is_exercise: bool) -> str:
    return f"{phrases.words.text(_EXERCISE)} {said}" if is_exercise else said
