"""Texts of incidents, tasks and units. Marked here, translated where they are shown."""

from collections.abc import Mapping
from types import MappingProxyType

from crisis.model.incidents.bodies import CardSort
from crisis.model.incidents.contents import (
    IncidentSort,
    IncidentState,
    Organisation,
    PeopleRule,
    TaskState,
    UnitStatus,
)
from translations.marks import N_, NP_

SORTS: Mapping[str, str] = MappingProxyType(
    {
        IncidentSort.MEDICAL: N_("medical rescue"),
        IncidentSort.FIRE: N_("fire"),
        IncidentSort.RESCUE: N_("people in danger or locked in"),
        IncidentSort.TECHNICAL: N_("technical help"),
        IncidentSort.SUPPLY: N_("supply"),
        IncidentSort.CARE: N_("care"),
        IncidentSort.EVACUATION: N_("evacuation"),
        IncidentSort.OTHER: N_("other"),
    }
)
STATES: Mapping[str, str] = MappingProxyType(
    {
        IncidentState.OPEN: N_("open"),
        IncidentState.CLOSED: N_("closed"),
    }
)
PRIORITIES: Mapping[str, str] = MappingProxyType(
    {
        "1": N_("1: a life is in danger"),
        "2": N_("2: urgent"),
        "3": N_("3: soon"),
        "4": N_("4: can wait"),
    }
)
PEOPLE_RULES: Mapping[str, str] = MappingProxyType(
    {
        PeopleRule.MAXIMUM: N_("merged calls speak of the same people: the largest number counts"),
        PeopleRule.SUM: N_("merged calls speak of different people: their sum counts"),
    }
)
TASK_STATES: Mapping[str, str] = MappingProxyType(
    {
        TaskState.OPEN: N_("given"),
        TaskState.STARTED: N_("begun"),
        TaskState.DONE: N_("done"),
        TaskState.DROPPED: N_("dropped"),
    }
)
ORGANISATIONS: Mapping[str, str] = MappingProxyType(
    {
        Organisation.FIRE_BRIGADE: N_("fire brigade"),
        Organisation.THW: "THW",
        Organisation.RELIEF: N_("relief organisation"),
        Organisation.POLICE: N_("police"),
        Organisation.DISTRICT: N_("district office"),
        Organisation.ARMED_FORCES: N_("armed forces"),
        Organisation.VOLUNTEERS: N_("volunteers"),
        Organisation.OTHER: N_("other"),
    }
)
# As they are written in a narrow column.
SHORT_ORGANISATIONS: Mapping[str, str] = MappingProxyType(
    {
        Organisation.FIRE_BRIGADE: N_("Brigade"),
        Organisation.THW: "THW",
        Organisation.RELIEF: N_("Relief"),
        Organisation.POLICE: N_("Police"),
        Organisation.DISTRICT: N_("Borough office"),
        Organisation.ARMED_FORCES: N_("BW"),
        Organisation.VOLUNTEERS: N_("Vol."),
        Organisation.OTHER: "",
    }
)
STATUSES: Mapping[str, str] = MappingProxyType(
    {
        str(UnitStatus.READY_BY_RADIO.value): N_("1 ready, by radio"),
        str(UnitStatus.READY_AT_STATION.value): N_("2 ready, at its station"),
        str(UnitStatus.ON_THE_WAY.value): N_("3 on the way"),
        str(UnitStatus.AT_THE_SCENE.value): N_("4 at the scene"),
        str(UnitStatus.WANTS_TO_SPEAK.value): N_("5 wants to speak"),
        str(UnitStatus.NOT_READY.value): N_("6 not ready"),
        str(UnitStatus.WITH_PATIENT.value): N_("7 with a patient"),
        str(UnitStatus.AT_DESTINATION.value): N_("8 at its destination"),
        str(UnitStatus.ASKS_FOR_MORE.value): N_("9 asks for more forces"),
    }
)
CARD_SORTS: Mapping[str, str] = MappingProxyType(
    {
        CardSort.TASK: N_("Task"),
        CardSort.UNIT: N_("Unit"),
        CardSort.SECTOR: N_("Search sector"),
    }
)
# The labels of the forms' fields: of incidents, tasks and units.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "title": N_("What it is about"),
        "sort": N_("What has to be done"),
        "priority": NP_("how urgent", "Priority"),
        "place": N_("Place"),
        "latitude": N_("Latitude, degrees north"),
        "longitude": N_("Longitude, degrees east"),
        "area": N_("Area"),
        "people": N_("People in need"),
        "people_rule": N_("How people are counted"),
        "power_dependent": N_("Somebody there depends on power to live"),
        "note": N_("Note"),
        "state": N_("State"),
        "outcome": N_("What was done"),
        "exercise": N_("EXERCISE"),
        "function": N_("Function"),
        "assignee": N_("For whom"),
        "due_at": N_("Due"),
        "incident": N_("Incident"),
        "name": N_("Radio name"),
        "organisation": N_("Whose it is"),
        "status": N_("Radio status"),
        "leaders": N_("Leaders"),
        "sub_leaders": N_("Sub-leaders"),
        "helpers": N_("Helpers"),
        "is_released": N_("Released: it has gone home"),
        "items": N_("Calls and reports"),
    }
)
