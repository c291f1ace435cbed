"""Value mappings, as Grafana calls them: how the values of a field are written, and in which colours.

A value may stand in brackets within a longer text: `[battery] · 8 min` becomes `on battery · 8 min`, in its colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboards import colors
from translations import catalogues, domains
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from translations.domains import Domain
    from translations.words import Words


@dataclass(frozen=True, slots=True)
class MappedValue:
    """How a value is written, and in which colour."""

    text: str
    color: str = colors.GREY
    domain: Domain = domains.DASHBOARDS  # of the catalogues that have the text

    def written(self, words: Words) -> str:
        """The text in the language of the words."""
        if self.domain is domains.DASHBOARDS:
            return words.text(self.text)
        return catalogues.words(self.domain, words.language).text(self.text)


STATES: Mapping[str, MappedValue] = {
    "mains": MappedValue(N_("on mains"), colors.GREEN),
    "battery": MappedValue(N_("on battery"), colors.ORANGE),
    "unreachable": MappedValue(N_("unreachable"), colors.RED),
    "reachable": MappedValue(N_("reachable"), colors.BLUE),
    "unknown": MappedValue(N_("never heard of"), colors.GREY),
    "no_status": MappedValue(
        N_("This box sent no status in the chosen time. Boxes without one (ESPHome, Meshtastic) stay empty here.")
    ),
}
MODES: Mapping[str, MappedValue] = {
    "normal": MappedValue(N_("normal"), colors.GREEN),
    "maintenance": MappedValue(N_("maintenance"), colors.BLUE),
    "emergency": MappedValue(N_("emergency"), colors.RED),
    "emergency (exercise)": MappedValue(N_("EXERCISE: emergency"), colors.ORANGE),
    "normal (exercise)": MappedValue(N_("EXERCISE: normal"), colors.GREEN),
    "maintenance (exercise)": MappedValue(N_("EXERCISE: maintenance"), colors.BLUE),
    "unknown": MappedValue(N_("not known"), colors.GREY),
    "unset": MappedValue(N_("not set"), colors.GREY),
}
PROGRESS: Mapping[str, MappedValue] = {
    "untaken": MappedValue(N_("nobody has taken it"), colors.RED),
    "taken": MappedValue(N_("taken"), colors.GREEN),
    "unanswered": MappedValue(N_("not answered"), colors.ORANGE),
}
SEVERITIES: Mapping[str, MappedValue] = {
    "extreme": MappedValue(N_("extreme"), colors.RED),
    "severe": MappedValue(N_("severe"), colors.RED),
    "moderate": MappedValue(N_("moderate"), colors.ORANGE),
    "minor": MappedValue(N_("minor"), colors.YELLOW),
    "unknown": MappedValue(N_("not known")),
}
# How sure an outage is.
OUTAGE_GRADES: Mapping[str, MappedValue] = {
    "firm": MappedValue(N_("sure"), colors.RED),
    "single": MappedValue(N_("single word"), colors.YELLOW),
    "old": MappedValue(N_("no fresh word"), colors.ORANGE),
    "over": MappedValue(N_("power is back"), colors.GREEN),
}
# What changed, by the kind of the change.
CHANGES: Mapping[str, MappedValue] = {
    "link": MappedValue(N_("link")),
    "power": MappedValue(N_("power")),
    "mode": MappedValue(N_("mode of the box")),
    "mode_set": MappedValue(N_("mode set"), colors.ORANGE),
    "notice_published": MappedValue(N_("notice"), colors.BLUE),
    "notice_withdrawn": MappedValue(N_("notice withdrawn")),
}
UPKEEP: Mapping[str, MappedValue] = {
    "failing": MappedValue(N_("fails"), colors.RED),
    "well": MappedValue(N_("well"), colors.GREEN),
}
# What a mean of particles or a temperature is called.
CLASSES: Mapping[str, MappedValue] = {
    "good": MappedValue(N_("good (under the WHO's value)"), colors.GREEN),
    "raised": MappedValue(N_("raised (above the WHO's value)"), colors.YELLOW),
    "high": MappedValue(N_("high (above the EU's limit)"), colors.RED),
    "frost": MappedValue(N_("frost (under 0 °C)"), colors.BLUE),
    "mild": MappedValue(N_("moderate (0 to 25 °C)"), colors.GREEN),
    "summer": MappedValue(N_("summery (from 25 °C)"), colors.YELLOW),
    "hot": MappedValue(N_("hot (from 30 °C)"), colors.RED),
    "hot_day": MappedValue(N_("hot (from 30 °C)"), colors.RED),
}
VERDICTS: Mapping[str, MappedValue] = {
    "within": MappedValue(N_("kept"), colors.GREEN),
    "above": MappedValue(N_("exceeded"), colors.RED),
    "short": MappedValue(N_("less than a year measured")),
    "missing": MappedValue(N_("no valid day")),
}
# What the ledger counts.
LEDGER_ROWS: Mapping[str, MappedValue] = {
    "messages": MappedValue(N_("messages")),
    "readings": MappedValue(N_("readings")),
}
TIERS: Mapping[str, MappedValue] = {
    "plain": MappedValue(N_("PostgreSQL without TimescaleDB")),
    "apache": MappedValue("TimescaleDB (Apache)"),
    "community": MappedValue("TimescaleDB (Community)"),
}
# Tables and rollups of readings.
RELATIONS: Mapping[str, MappedValue] = {
    "reading": MappedValue(N_("readings")),
    "reading_5m": MappedValue(N_("5 minutes")),
    "reading_1h": MappedValue(N_("hours")),
    "reading_1d": MappedValue(N_("days")),
}
# What waits: a call for help or a report, and what it is about.
WAITING: Mapping[str, MappedValue] = {
    "distress-medical": MappedValue(N_("call for help: medical"), colors.RED),
    "distress-fire": MappedValue(N_("call for help: fire"), colors.RED),
    "distress-crime": MappedValue(N_("call for help: crime"), colors.RED),
    "distress-help": MappedValue(N_("call for help"), colors.RED),
    "distress-unknown": MappedValue(N_("call for help"), colors.RED),
    "distress-sick": MappedValue(N_("call for help: sick"), colors.RED),
    "report-need": MappedValue(N_("report: need"), colors.YELLOW),
    "report-offer": MappedValue(N_("report: offer"), colors.GREEN),
    "report-information": MappedValue(N_("report: information"), colors.BLUE),
    "report-unknown": MappedValue(N_("report"), colors.BLUE),
}
FLAGS: Mapping[str, MappedValue] = {
    "suspect": MappedValue(N_("(suspect start-up value)"), colors.ORANGE),
    "clock_unset": MappedValue(N_("(the clock was not set)"), colors.ORANGE),
    "receipt_time": MappedValue(N_("(when it was received)")),
    "network_time": MappedValue(N_("(by the network's clock)")),
}
UPLINKS: Mapping[str, MappedValue] = {
    "lan": MappedValue(N_("cable")),
    "mesh": MappedValue(N_("mesh radio"), colors.ORANGE),
    "lte": MappedValue(N_("mobile network")),
    "wifi": MappedValue(N_("Wi-Fi")),
    "unknown": MappedValue(N_("not known")),
}
CLOCKS: Mapping[str, MappedValue] = {
    "ntp": MappedValue(N_("network (NTP)")),
    "gps": MappedValue(N_("satellites (GPS)")),
    "rtc": MappedValue(N_("own clock (RTC)")),
    "none": MappedValue(N_("not set"), colors.ORANGE),
}
# What of a box measured: itself, or one of its sensors.
SOURCES: Mapping[str, MappedValue] = {
    "core": MappedValue(N_("the box itself")),
    "sensor": MappedValue(N_("sensor")),
}
VALID_DAYS: Mapping[str, MappedValue] = {
    "valid": MappedValue(N_("yes"), colors.GREEN),
    "short": MappedValue(N_("no"), colors.ORANGE),
}
MISSING: Mapping[str, MappedValue] = {"missing": MappedValue("", colors.RED)}
# Whether the ledger adds up.
BALANCE: Mapping[str, MappedValue] = {
    "even": MappedValue(N_("none"), colors.GREEN),
    "uneven": MappedValue(N_("(a bug in Kiezbox)"), colors.RED),
}
REASONS: Mapping[str, MappedValue] = {
    "bad_json": MappedValue(N_("not JSON")),
    "bad_topic": MappedValue(N_("unknown topic")),
    "bad_schema": MappedValue(N_("not as the protocol says")),
    "too_large": MappedValue(N_("too large")),
    "bad_time": MappedValue(N_("time out of range")),
    "unknown_box": MappedValue(N_("unknown box")),
    "unknown_quantity": MappedValue(N_("unknown quantity")),
    "out_of_range": MappedValue(N_("value out of range")),
    "bad_protobuf": MappedValue(N_("not Protobuf")),
    "not_kiezbox": MappedValue(N_("not a Kiezbox message")),
    "unmapped": MappedValue(N_("a name that nobody has mapped")),
}
# Parts of maintenance, and what TimescaleDB's own jobs do.
PARTS: Mapping[str, MappedValue] = {
    "hours": MappedValue(N_("store hours and days")),
    "readings": MappedValue(N_("fold old readings")),
    "policies": MappedValue(N_("settings of TimescaleDB")),
    "rollups": MappedValue(N_("remove old means")),
    "rejects": MappedValue(N_("remove old rejects")),
    "ledger": MappedValue(N_("remove old ledger entries")),
    "conversion": MappedValue(N_("convert old readings")),
    "jobs": MappedValue(N_("watch the database's jobs")),
    "refresh": MappedValue(N_("refresh means")),
    "compression": MappedValue(N_("compress")),
    "retention": MappedValue(N_("remove what is too old")),
    "backup": MappedValue(N_("backup")),
}
# Limits of particles: the quantity, who says so, and over which time.
LIMITS: Mapping[str, MappedValue] = {
    "pm2_5-who_2021-day": MappedValue(N_("PM2.5, day, WHO")),
    "pm2_5-who_2021-year": MappedValue(N_("PM2.5, year, WHO")),
    "pm2_5-eu_2008_50-year": MappedValue(N_("PM2.5, year, EU")),
    "pm2_5-eu_2024_2881-day": MappedValue(N_("PM2.5, day, EU from")),
    "pm2_5-eu_2024_2881-year": MappedValue(N_("PM2.5, year, EU from")),
    "pm10-who_2021-day": MappedValue(N_("PM10, day, WHO")),
    "pm10-who_2021-year": MappedValue(N_("PM10, year, WHO")),
    "pm10-eu_2008_50-day": MappedValue(N_("PM10, day, EU")),
    "pm10-eu_2008_50-year": MappedValue(N_("PM10, year, EU")),
    "pm10-eu_2024_2881-day": MappedValue(N_("PM10, day, EU from")),
    "pm10-eu_2024_2881-year": MappedValue(N_("PM10, year, EU from")),
}
# What has to be done at an incident, and how urgent it is.
INCIDENTS: Mapping[str, MappedValue] = {
    "medical": MappedValue(N_("medical")),
    "fire": MappedValue(N_("fire")),
    "rescue": MappedValue(N_("rescue")),
    "technical": MappedValue(N_("technical help")),
    "supply": MappedValue(N_("supply")),
    "care": MappedValue(N_("care")),
    "evacuation": MappedValue(N_("evacuation")),
    "other": MappedValue(N_("other")),
}
PRIORITIES: Mapping[str, MappedValue] = {
    "priority-1": MappedValue(N_("1 at once"), colors.RED),
    "priority-2": MappedValue(N_("2 urgent"), colors.ORANGE),
    "priority-3": MappedValue(N_("3 normal")),
    "priority-4": MappedValue(N_("4 can wait")),
}
