"""What an incident, a task and a unit consist of. The last writer wins each field by itself (contents.py).

Every field has a default: a box that has an incident of elsewhere has only its public fields (crisis/trust/words.py).
The words of the trade are those of FwDV/DV 100: strength as leaders/sub-leaders/helpers//total, and the status that
vehicles of the authorities send (FMS, 1 to 9).
"""

from enum import IntEnum, StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from crisis.model.areas import EVERYWHERE, Area
from crisis.model.log_bodies import StaffFunction
from crisis.model.moments import Moment
from crisis.model.texts import ShortText, StaffText

_STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

STRENGTH_MAX = 999
PEOPLE_MAX = 1_000_000
People = Annotated[int, Field(ge=0, le=PEOPLE_MAX)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Strength = Annotated[int, Field(ge=0, le=STRENGTH_MAX)]
PriorityNumber = Annotated[int, Field(ge=1, le=4)]


class IncidentSort(StrEnum):
    """What has to be done there."""

    MEDICAL = "medical"
    FIRE = "fire"
    RESCUE = "rescue"  # people in danger or locked in: lifts, collapsed stairs
    TECHNICAL = "technical"  # technische Hilfeleistung
    SUPPLY = "supply"  # power, water, heat, food
    CARE = "care"  # people who cannot stay alone
    EVACUATION = "evacuation"
    OTHER = "other"


class IncidentState(StrEnum):
    """How far an incident is."""

    OPEN = "open"
    CLOSED = "closed"


class PeopleRule(StrEnum):
    """How people are counted over calls that are merged: the largest number that one of them gave, or all together."""

    MAXIMUM = "maximum"
    SUM = "sum"


class TaskState(StrEnum):
    """How far a task is."""

    OPEN = "open"
    STARTED = "started"
    DONE = "done"
    DROPPED = "dropped"


class Organisation(StrEnum):
    """Whose unit it is, with the colour of its tactical sign."""

    FIRE_BRIGADE = "fire_brigade"
    THW = "thw"
    RELIEF = "relief"  # DRK, ASB, Johanniter, Malteser, DLRG
    POLICE = "police"
    DISTRICT = "district"  # Bezirksamt, Ordnungsamt
    ARMED_FORCES = "armed_forces"
    VOLUNTEERS = "volunteers"
    OTHER = "other"


class UnitStatus(IntEnum):
    """The status that a unit sends by radio (FMS)."""

    READY_BY_RADIO = 1
    READY_AT_STATION = 2
    ON_THE_WAY = 3
    AT_THE_SCENE = 4
    WANTS_TO_SPEAK = 5
    NOT_READY = 6
    WITH_PATIENT = 7
    AT_DESTINATION = 8
    ASKS_FOR_MORE = 9  # needs an emergency doctor, or more forces


@dataclass(frozen=True, slots=True, config=_STRICT)
class IncidentContent:
    """An incident as staff write it. `people` None: as its calls say, counted by `people_rule`."""

    title: ShortText = ""
    sort: IncidentSort = IncidentSort.OTHER
    priority: PriorityNumber = 3
    place: ShortText = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    area: Area = EVERYWHERE
    people: People | None = None
    people_rule: PeopleRule = PeopleRule.MAXIMUM
    power_dependent: bool = False  # somebody there depends on power to live
    note: StaffText = ""
    state: IncidentState = IncidentState.OPEN
    outcome: StaffText = ""  # what was done, once it is closed
    exercise: bool = False


@dataclass(frozen=True, slots=True, config=_STRICT)
class TaskContent:
    """A task as staff write it. `assignee`: a unit by its radio name, a function or a person."""

    title: ShortText = ""
    function: StaffFunction | None = None
    assignee: ShortText = ""
    due_at: Moment | None = None
    priority: PriorityNumber = 3
    incident: UUID | None = None
    area: Area = EVERYWHERE
    note: StaffText = ""
    state: TaskState = TaskState.OPEN
    outcome: StaffText = ""
    exercise: bool = False


@dataclass(frozen=True, slots=True, config=_STRICT)
class UnitContent:
    """A unit (Kraft) as staff write it. `is_released`: it went home, and counts no longer."""

    name: ShortText = ""  # by which it is called on the radio
    organisation: Organisation = Organisation.OTHER
    status: UnitStatus = UnitStatus.READY_AT_STATION
    leaders: Strength = 0
    sub_leaders: Strength = 0
    helpers: Strength = 0
    incident: UUID | None = None
    area: Area = EVERYWHERE
    note: StaffText = ""
    is_released: bool = False
    exercise: bool = False

    @property
    def total(self) -> int:
        """How many people it has."""
        return self.leaders + self.sub_leaders + self.helpers

    @property
    def strength(self) -> str:
        """Its strength as it is said: `1/3/12//16`."""
        return f"{self.leaders}/{self.sub_leaders}/{self.helpers}//{self.total}"


IncidentThing = IncidentContent | TaskContent | UnitContent
