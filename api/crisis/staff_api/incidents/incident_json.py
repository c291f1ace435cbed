"""Incidents, tasks and units as JSON, with times as the API writes them."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from api.crisis.staff_api.schemas import ActJson
from api.http.times import Instant
from crisis.model.incidents.contents import IncidentSort, IncidentState, Organisation, TaskState
from crisis.model.log_bodies import StaffFunction
from crisis.state.incidents import people
from crisis.state.incidents.people import PeopleCount
from crisis.state.incidents.views import Incident, Link, Task, Unit
from crisis.state.state import State

_ID = Field(examples=["0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"])


class LinkJson(BaseModel):
    """A call, report, entry or card that belongs to an incident."""

    item: UUID = _ID
    same: bool = Field(description="Merged: it tells of the same thing as the others that say so.")
    linked: ActJson

    @classmethod
    def of(cls, link: Link) -> Self:
        """The view of a link."""
        return cls(item=link.item, same=link.same, linked=ActJson.of(link.act))


class IncidentJson(BaseModel):
    """An incident (Einsatzstelle)."""

    id: UUID = _ID
    number: str = Field(
        examples=["E 4"], description="For people to say on the radio. Nothing is found by it: that is `id`."
    )
    title: str
    sort: IncidentSort
    priority: int = Field(examples=[2], description="1 is the most urgent, 4 the least.")
    place: str
    latitude: float | None
    longitude: float | None
    area: str = Field(examples=["all"])
    people: int | None = Field(description="As staff said, or as its calls say: of merged ones the largest number.")
    people_sum: int | None = Field(description="All numbers of its calls and reports together.")
    power_dependent: bool
    state: IncidentState
    exercise: bool
    withheld: bool = Field(description="Words of it stay at the hub and where they were written.")
    links: list[LinkJson]
    put: ActJson
    changed: ActJson

    @classmethod
    def of(cls, found: Incident, count: PeopleCount) -> Self:
        """The view of an incident."""
        content = found.content
        return cls(
            id=found.id,
            number=found.label,
            title=content.title,
            sort=content.sort,
            priority=content.priority,
            place=content.place,
            latitude=content.latitude,
            longitude=content.longitude,
            area=content.area,
            people=count.count,
            people_sum=count.total,
            power_dependent=content.power_dependent,
            state=content.state,
            exercise=content.exercise,
            withheld=found.withheld,
            links=[LinkJson.of(link) for link in found.links],
            put=ActJson.of(found.put),
            changed=ActJson.of(found.changed),
        )


class TaskJson(BaseModel):
    """A task (Auftrag) that is not done."""

    id: UUID = _ID
    title: str
    function: StaffFunction | None
    assignee: str
    due_at: Instant | None
    priority: int = Field(examples=[2])
    incident: UUID | None
    area: str = Field(examples=["all"])
    state: TaskState
    exercise: bool
    withheld: bool
    changed: ActJson

    @classmethod
    def of(cls, found: Task) -> Self:
        """The view of a task."""
        content = found.content
        return cls(
            id=found.id,
            title=content.title,
            function=content.function,
            assignee=content.assignee,
            due_at=content.due_at,
            priority=content.priority,
            incident=content.incident,
            area=content.area,
            state=content.state,
            exercise=content.exercise,
            withheld=found.withheld,
            changed=ActJson.of(found.changed),
        )


class UnitJson(BaseModel):
    """A unit (Kraft) that is not released."""

    id: UUID = _ID
    name: str = Field(examples=["FW HLF 4410"])
    organisation: Organisation
    status: int = Field(examples=[4], description="As sent by radio (FMS), 1 to 9.")
    strength: str = Field(examples=["1/3/12//16"], description="Leaders, sub-leaders, helpers, and all of them.")
    incident: UUID | None
    area: str = Field(examples=["all"])
    exercise: bool
    withheld: bool
    changed: ActJson

    @classmethod
    def of(cls, found: Unit) -> Self:
        """The view of a unit."""
        content = found.content
        return cls(
            id=found.id,
            name=content.name,
            organisation=content.organisation,
            status=content.status,
            strength=content.strength,
            incident=content.incident,
            area=content.area,
            exercise=content.exercise,
            withheld=found.withheld,
            changed=ActJson.of(found.changed),
        )


def incidents_of(state: State) -> list[IncidentJson]:
    """The open incidents, the most urgent first."""
    return [
        IncidentJson.of(each, people.as_told(each, state.distress, state.report)) for each in state.incidents.open()
    ]


def tasks_of(state: State) -> list[TaskJson]:
    """The open tasks, the one that is due first."""
    return [TaskJson.of(each) for each in state.incidents.tasks() if each.is_open]


def units_of(state: State) -> list[UnitJson]:
    """The units that are not released."""
    return [UnitJson.of(each) for each in state.incidents.units()]
