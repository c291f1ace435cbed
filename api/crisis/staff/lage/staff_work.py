"""What the page shows of the staff's own work: incidents, tasks and units, each counted beyond what fits. Pure."""

from dataclasses import dataclass
from datetime import datetime

from api.crisis.staff.lage.overlay import Sign
from api.maps.projection import View
from crisis.model.incidents.contents import STRENGTH_MAX, UnitContent, UnitStatus
from crisis.state.incidents import people
from crisis.state.incidents.people import PeopleCount
from crisis.state.incidents.views import Incident, Task, Unit
from crisis.state.picture import Picture
from crisis.state.state import State

INCIDENTS, TASKS, UNITS = 3, 2, 3  # that fit a wall screen; the others are counted
_BOUND = {
    UnitStatus.ON_THE_WAY,
    UnitStatus.AT_THE_SCENE,
    UnitStatus.WITH_PATIENT,
    UnitStatus.AT_DESTINATION,
    UnitStatus.ASKS_FOR_MORE,
}
_ON_THE_MAP = 200


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """An incident in a line or two."""

    incident: Incident
    people: PeopleCount


@dataclass(frozen=True, slots=True)
class StaffWork:
    """Incidents by urgency, tasks by when they are due, units that are bound first."""

    incidents: tuple[IncidentLine, ...] = ()
    incidents_open: int = 0
    tasks: tuple[Task, ...] = ()
    tasks_open: int = 0
    tasks_late: int = 0
    units: tuple[Unit, ...] = ()
    units_bound: int = 0
    units_all: int = 0
    strength: str = ""

    @property
    def incidents_more(self) -> int:
        """Open incidents that are not on the page."""
        return self.incidents_open - len(self.incidents)

    @property
    def tasks_more(self) -> int:
        """Open tasks that are not on the page."""
        return self.tasks_open - len(self.tasks)

    @property
    def units_more(self) -> int:
        """Units that are not on the page."""
        return self.units_all - len(self.units)


def of(state: State, now: datetime) -> StaffWork:
    """The work of the staff as this state knows it."""
    register = state.incidents
    incidents, units = register.open(), register.units()
    tasks = [task for task in register.tasks() if task.is_open]
    bound = [unit for unit in units if is_bound(unit)]
    free = [unit for unit in units if not is_bound(unit)]
    return StaffWork(
        incidents=tuple(IncidentLine(each, people_of(state, each)) for each in incidents[:INCIDENTS]),
        incidents_open=len(incidents),
        tasks=tuple(tasks[:TASKS]),
        tasks_open=len(tasks),
        tasks_late=sum(task.is_late(now) for task in tasks),
        units=tuple([*bound, *free][:UNITS]),
        units_bound=len(bound),
        units_all=len(units),
        strength=strength(units),
    )


def is_bound(unit: Unit) -> bool:
    """Whether a unit is at work: it says so by radio, or has an incident."""
    return unit.content.status in _BOUND or unit.content.incident is not None


def strength(units: tuple[Unit, ...]) -> str:
    """The strength of several units together: `4/9/41//54`."""
    contents = [unit.content for unit in units]
    together = UnitContent(
        leaders=min(sum(each.leaders for each in contents), STRENGTH_MAX),
        sub_leaders=min(sum(each.sub_leaders for each in contents), STRENGTH_MAX),
        helpers=min(sum(each.helpers for each in contents), STRENGTH_MAX),
    )
    return together.strength


def people_of(state: State, incident: Incident) -> PeopleCount:
    """How many people an incident is about."""
    return people.as_told(incident, state.distress, state.report)


def signs(view: View, node: Picture) -> tuple[Sign, ...]:
    """The open incidents that have a position, on the map."""
    found = []
    for incident in node.state.incidents.open()[:_ON_THE_MAP]:
        content = incident.content
        if content.latitude is None or content.longitude is None:
            continue
        x, y = view.pixel(content.longitude, content.latitude)
        if 0 <= x <= view.width and 0 <= y <= view.height:
            found.append(Sign("incident", round(x), round(y), f"{incident.label} {content.title}".strip()))
    return tuple(found)
