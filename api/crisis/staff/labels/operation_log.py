"""Texts of the operation log: what an entry is, how it came, how sure it is. Marked here, translated where shown."""

from collections.abc import Mapping
from types import MappingProxyType

from crisis.model.log_bodies import EntrySort, Priority, Quality, SealReason, StaffFunction, Way
from translations.marks import N_

SORTS: Mapping[str, str] = MappingProxyType(
    {
        EntrySort.SITUATION: N_("situation"),
        EntrySort.ASSESSMENT: N_("assessment"),
        EntrySort.DECISION: N_("decision, with its grounds"),
        EntrySort.ORDER: N_("order given"),
        EntrySort.MESSAGE: N_("message"),
        EntrySort.MEASURE: N_("measure taken"),
        EntrySort.BRIEFING: N_("briefing"),
        EntrySort.HANDOVER: N_("hand-over"),
        EntrySort.KEEPER: N_("keeping of the log"),
    }
)
WAYS: Mapping[str, str] = MappingProxyType(
    {
        "": N_("neither"),
        Way.IN: N_("incoming"),
        Way.OUT: N_("outgoing"),
    }
)
FUNCTIONS: Mapping[str, str] = MappingProxyType(
    {
        "": N_("no function"),
        StaffFunction.S1: N_("S1 personnel"),
        StaffFunction.S2: N_("S2 situation"),
        StaffFunction.S3: N_("S3 operations"),
        StaffFunction.S4: N_("S4 supply"),
        StaffFunction.S5: N_("S5 media"),
        StaffFunction.S6: N_("S6 communications"),
    }
)
PRIORITIES: Mapping[str, str] = MappingProxyType(
    {
        Priority.ROUTINE: N_("routine"),
        Priority.IMMEDIATE: N_("immediate"),
        Priority.FLASH: N_("flash"),
    }
)
QUALITIES: Mapping[str, str] = MappingProxyType(
    {
        "": N_("not said"),
        Quality.SEEN: N_("seen oneself"),
        Quality.TOLD: N_("told by others"),
        Quality.PRESUMED: N_("presumed"),
    }
)
SEAL_REASONS: Mapping[str, str] = MappingProxyType(
    {
        SealReason.HOURLY: N_("hourly"),
        SealReason.HANDOVER: N_("hand-over"),
        SealReason.REPORT: N_("report"),
        SealReason.END: N_("end"),
    }
)
# How a message may come; anything else may be typed.
CHANNELS = (N_("radio"), N_("telephone"), N_("e-mail"), N_("messenger on foot"), N_("in person"))
