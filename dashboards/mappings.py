"""Value mappings, as Grafana calls them: how the values of a field are written, and in which colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboards import colors
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class MappedValue:
    """How a value is written, and in which colour."""

    text: str
    color: str = colors.GREY


STATES: Mapping[str, MappedValue] = {
    "mains": MappedValue(N_("on mains"), colors.GREEN),
    "battery": MappedValue(N_("on battery"), colors.ORANGE),
    "unreachable": MappedValue(N_("unreachable"), colors.RED),
    "reachable": MappedValue(N_("reachable"), colors.BLUE),
    "unknown": MappedValue(N_("never heard of"), colors.GREY),
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
# How the hours that a battery lasts were estimated.
ESTIMATES: Mapping[str, MappedValue] = {
    "measured": MappedValue(N_("from its course")),
    "goal": MappedValue(N_("from the goal (5 days)")),
}
# Kinds of calls for help and of reports.
KINDS: Mapping[str, MappedValue] = {
    "medical": MappedValue(N_("medical"), colors.RED),
    "fire": MappedValue(N_("fire"), colors.RED),
    "crime": MappedValue(N_("crime"), colors.RED),
    "sick": MappedValue(N_("sick"), colors.ORANGE),
    "help": MappedValue(N_("help"), colors.ORANGE),
    "need": MappedValue(N_("need"), colors.YELLOW),
    "offer": MappedValue(N_("offer"), colors.GREEN),
    "information": MappedValue(N_("information"), colors.BLUE),
}
EVENT_FAMILIES: Mapping[str, MappedValue] = {
    "distress": MappedValue(N_("call for help"), colors.RED),
    "report": MappedValue(N_("report"), colors.BLUE),
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
PROGRAMS: Mapping[str, MappedValue] = {
    "maintenance": MappedValue("kiezbox maintain"),
    "job": MappedValue("TimescaleDB"),
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
}
# Who sets a limit.
ORIGINS: Mapping[str, MappedValue] = {
    "who_2021": MappedValue(N_("WHO 2021, guideline")),
    "eu_2008_50": MappedValue(N_("EU 2008/50, limit")),
    "eu_2024_2881": MappedValue(N_("EU 2024/2881, limit")),
}
PERIODS: Mapping[str, MappedValue] = {"day": MappedValue(N_("day (24 h)")), "year": MappedValue(N_("year"))}
VERDICTS: Mapping[str, MappedValue] = {
    "within": MappedValue(N_("kept"), colors.GREEN),
    "above": MappedValue(N_("exceeded"), colors.RED),
    "short": MappedValue(N_("less than a year measured")),
    "missing": MappedValue(N_("no valid day")),
}
PARTICLES: Mapping[str, MappedValue] = {"pm2_5": MappedValue(N_("PM2.5")), "pm10": MappedValue("PM10")}
FLAGS: Mapping[str, MappedValue] = {
    "fine": MappedValue(N_("fine"), colors.GREEN),
    "suspect": MappedValue(N_("suspect (start-up value)"), colors.ORANGE),
    "clock_unset": MappedValue(N_("clock was not set"), colors.ORANGE),
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
