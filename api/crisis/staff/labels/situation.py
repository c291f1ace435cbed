"""Texts for what the situation consists of: calls and reports, places of help, notices, modes, power, roles."""

from collections.abc import Mapping
from types import MappingProxyType

from api.crisis.residents import labels as residents_labels
from crisis.model import areas
from crisis.model.contents import Certainty, Hazard, PointKind, Severity, Urgency
from crisis.model.roles import Role
from crisis.state.need import Aid
from crisis.state.views import DistressStatus
from devices.readings import DistressKind, Mode, ReportKind
from translations import catalogues, domains
from translations.marks import N_
from translations.words import Words

ROLES: Mapping[Role, str] = MappingProxyType(
    {
        Role.VIEWER: N_("viewer"),
        Role.OPERATOR: N_("operator"),
        Role.RESPONDER: N_("responder"),
        Role.COMMANDER: N_("commander"),
        Role.ADMIN: N_("admin"),
    }
)
DISTRESS_KINDS: Mapping[DistressKind, str] = MappingProxyType(
    {
        DistressKind.MEDICAL: N_("Medical emergency"),
        DistressKind.FIRE: N_("Fire"),
        DistressKind.CRIME: N_("Crime"),
        DistressKind.SICK: N_("Illness"),
        DistressKind.HELP: N_("Help needed"),
    }
)
DISTRESS_STATES: Mapping[DistressStatus, str] = MappingProxyType(
    {
        DistressStatus.RECEIVED: N_("open"),
        DistressStatus.TAKEN: N_("taken"),
        DistressStatus.CLOSED: N_("closed"),
    }
)
REPORT_KINDS: Mapping[ReportKind, str] = MappingProxyType(
    {
        ReportKind.NEED: N_("Need"),
        ReportKind.OFFER: N_("Offer"),
        ReportKind.INFORMATION: N_("Information"),
    }
)
POINT_KINDS: Mapping[PointKind, str] = MappingProxyType(
    {
        PointKind.KAT_LEUCHTTURM: N_("Kat-Leuchtturm"),
        PointKind.KAT_INFO: N_("Kat-Infopunkt"),
        PointKind.EMERGENCY_CALL: N_("emergency call point"),
        PointKind.WATER: N_("water"),
        PointKind.WARMTH: N_("warmth"),
        PointKind.CHARGING: N_("charging"),
        PointKind.SHELTER: N_("shelter"),
        PointKind.MEDICAL: N_("medical help"),
        PointKind.TOILET: N_("toilet"),
        PointKind.FOOD: N_("food"),
    }
)
# Whether a place of help is open.
OPENINGS: Mapping[str, str] = MappingProxyType(
    {
        "yes": N_("open"),
        "no": N_("closed now"),
        "unknown": N_("not known whether open"),
    }
)
SEVERITIES: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.EXTREME: N_("extreme"),
        Severity.SEVERE: N_("severe"),
        Severity.MODERATE: N_("moderate"),
        Severity.MINOR: N_("minor"),
        Severity.UNKNOWN: N_("unknown"),
    }
)
URGENCIES: Mapping[Urgency, str] = MappingProxyType(
    {
        Urgency.IMMEDIATE: N_("act now"),
        Urgency.EXPECTED: N_("within the hour"),
        Urgency.FUTURE: N_("later"),
        Urgency.PAST: N_("over"),
        Urgency.UNKNOWN: N_("unknown"),
    }
)
CERTAINTIES: Mapping[Certainty, str] = MappingProxyType(
    {
        Certainty.OBSERVED: N_("observed"),
        Certainty.LIKELY: N_("likely"),
        Certainty.POSSIBLE: N_("possible"),
        Certainty.UNLIKELY: N_("unlikely"),
        Certainty.UNKNOWN: N_("unknown"),
    }
)
HAZARDS: Mapping[Hazard, str] = MappingProxyType(
    {
        Hazard.BLACKOUT: N_("blackout"),
        Hazard.HEAT: N_("heat"),
        Hazard.FLOOD: N_("flood"),
        Hazard.STORM: N_("storm"),
        Hazard.FIRE: N_("fire"),
        Hazard.CBRN: N_("hazardous substances"),
        Hazard.OTHER: N_("other"),
    }
)
MODES: Mapping[Mode, str] = MappingProxyType(
    {
        Mode.MAINTENANCE: N_("Maintenance"),
        Mode.NORMAL: N_("Normal"),
        Mode.EMERGENCY: N_("EMERGENCY"),
        Mode.UNKNOWN: N_("unknown"),
    }
)
# Whether a box has mains power.
POWER: Mapping[bool, str] = MappingProxyType({True: N_("mains power"), False: N_("no mains power")})
POWER_CHANGES_OFTEN = N_("mains power comes and goes")
# What keeps somebody alive, as a call names it.
AIDS: Mapping[Aid, str] = MappingProxyType(
    {
        Aid.VENTILATION: N_("ventilation"),
        Aid.OXYGEN: N_("oxygen"),
        Aid.DIALYSIS: N_("dialysis"),
        Aid.INSULIN: N_("insulin"),
    }
)
# Which calls to show, by the choice in an address.
SELECTED: Mapping[str, str] = MappingProxyType(
    {"waiting": N_("waiting"), "taken": N_("taken"), "closed": N_("closed"), "all": N_("all of them")}
)

_PRIORITY, _BY_THE_RULE = N_("Priority {}"), N_("Priority as the rule says")


def priority(value: int | None, words: Words) -> str:
    """The priority of a call, in the reader's language."""
    return words.text(_BY_THE_RULE) if value is None else words.text(_PRIORITY).format(value)


def area(name: str, words: Words, names: Mapping[str, str]) -> str:
    """An area as people call it, with its id: `Schöneberg (district-71)`; without a name `boxes 71-… (district-71)`."""
    said = residents_labels.area(name, catalogues.words(domains.RESIDENTS, words.language), names)
    return said if name in {said, areas.EVERYWHERE} else f"{said} ({name})"
