"""Texts for what the code names: event kinds, modes, refusals, fields. Marked here, translated where they are shown.

A module for each thing that they are about. Those of the operation log are read under that module's own name.
"""

from api.crisis.staff.labels.forms import FIELDS, MODE_CHOICES, OUTCOMES
from api.crisis.staff.labels.history import ACCOUNT_CHANGES, EVENTS, HELD, SOURCES, name_of
from api.crisis.staff.labels.refusals import REFUSALS, WEAKNESSES
from api.crisis.staff.labels.situation import (
    AIDS,
    CERTAINTIES,
    DISTRESS_KINDS,
    DISTRESS_STATES,
    HAZARDS,
    MODES,
    OPENINGS,
    POINT_KINDS,
    POWER,
    POWER_CHANGES_OFTEN,
    REPORT_KINDS,
    ROLES,
    SELECTED,
    SEVERITIES,
    URGENCIES,
    area,
    priority,
)

__all__ = [
    "ACCOUNT_CHANGES",
    "AIDS",
    "CERTAINTIES",
    "DISTRESS_KINDS",
    "DISTRESS_STATES",
    "EVENTS",
    "FIELDS",
    "HAZARDS",
    "HELD",
    "MODES",
    "MODE_CHOICES",
    "OPENINGS",
    "OUTCOMES",
    "POINT_KINDS",
    "POWER",
    "POWER_CHANGES_OFTEN",
    "REFUSALS",
    "REPORT_KINDS",
    "ROLES",
    "SELECTED",
    "SEVERITIES",
    "SOURCES",
    "URGENCIES",
    "WEAKNESSES",
    "area",
    "name_of",
    "priority",
]
