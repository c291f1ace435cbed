"""Columns that panels' SQL returns: their titles, units, and the words and colours for what stands in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dashboards.texts import Text, same

if TYPE_CHECKING:
    from collections.abc import Mapping

GREEN, YELLOW, ORANGE, RED, BLUE, GREY = "green", "yellow", "orange", "red", "blue", "text"


@dataclass(frozen=True, slots=True)
class Word:
    """How a value of a column is written, and in which colour."""

    text: Text
    color: str = GREY


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `unit` is Grafana's name of a unit, or a Text that follows the number; None for what is no number.

    `steps` colour a number: from each bound on. `hidden` columns are for links and the map only.
    """

    name: str
    title: Text
    unit: str | Text | None = None
    words: Mapping[str, Word] = field(default_factory=dict)
    steps: tuple[tuple[float | None, str], ...] = ()
    decimals: int | None = None
    hidden: bool = False
    link: str | None = None  # uid of the dashboard that shows this one


IN_NAME = same("")  # a chart's unit that stands in the names of its lines
BY_ROW = same("")  # a table's unit that stands in the column `unit`

AGE_UNIT, HOURS_UNIT, PERCENT_UNIT, CELSIUS_UNIT, PARTICLES_UNIT = "dtdurations", "h", "percent", "celsius", "conμgm3"
COUNT_UNIT = "none"  # a count: its title says of what


def age(title: Text | None = None, *, steps: tuple[tuple[float | None, str], ...] = ()) -> Column:
    """How old a row's newest part is, in seconds."""
    return Column("age_s", title or Text("Alter", "age"), AGE_UNIT, steps=steps)


def number(name: str, de: str, en: str, unit: str | Text, *steps: tuple[float | None, str]) -> Column:
    """A number with its unit."""
    return Column(name, Text(de, en), unit, steps=steps)


def text(name: str, de: str, en: str, words: Mapping[str, Word] | None = None) -> Column:
    """Words."""
    return Column(name, Text(de, en), None, words or {})


STATES = {
    "mains": Word(Text("am Netz", "on mains"), GREEN),
    "battery": Word(Text("auf Batterie", "on battery"), ORANGE),
    "unreachable": Word(Text("nicht erreichbar", "unreachable"), RED),
    "reachable": Word(Text("erreichbar", "reachable"), BLUE),
    "unknown": Word(Text("noch nie gehört", "never heard of"), GREY),
}
MODES = {
    "normal": Word(Text("normal", "normal"), GREEN),
    "maintenance": Word(Text("Wartung", "maintenance"), BLUE),
    "emergency": Word(Text("Krise", "emergency"), RED),
    "emergency (exercise)": Word(Text("ÜBUNG: Krise", "EXERCISE: emergency"), ORANGE),
    "normal (exercise)": Word(Text("ÜBUNG: normal", "EXERCISE: normal"), GREEN),
    "maintenance (exercise)": Word(Text("ÜBUNG: Wartung", "EXERCISE: maintenance"), BLUE),
    "unknown": Word(Text("nicht bekannt", "not known"), GREY),
    "unset": Word(Text("nicht festgelegt", "not set"), GREY),
}
HOURS = {
    "measured": Word(Text("aus dem Verlauf", "from its course")),
    "goal": Word(Text("aus dem Ziel (5 Tage)", "from the goal (5 days)")),
}
KINDS = {
    "medical": Word(Text("medizinisch", "medical"), RED),
    "fire": Word(Text("Feuer", "fire"), RED),
    "crime": Word(Text("Straftat", "crime"), RED),
    "sick": Word(Text("krank", "sick"), ORANGE),
    "help": Word(Text("Hilfe", "help"), ORANGE),
    "need": Word(Text("Bedarf", "need"), YELLOW),
    "offer": Word(Text("Angebot", "offer"), GREEN),
    "information": Word(Text("Hinweis", "information"), BLUE),
}
FAMILIES = {
    "distress": Word(Text("Hilferuf", "call for help"), RED),
    "report": Word(Text("Meldung", "report"), BLUE),
}
PROGRESS = {
    "untaken": Word(Text("niemand kümmert sich", "nobody has taken it"), RED),
    "taken": Word(Text("übernommen", "taken"), GREEN),
    "unanswered": Word(Text("ohne Antwort", "not answered"), ORANGE),
}
SEVERITIES = {
    "extreme": Word(Text("extrem", "extreme"), RED),
    "severe": Word(Text("schwer", "severe"), RED),
    "moderate": Word(Text("mittel", "moderate"), ORANGE),
    "minor": Word(Text("gering", "minor"), YELLOW),
    "unknown": Word(Text("nicht bekannt", "not known")),
}
CHANGES = {
    "link": Word(Text("Verbindung", "link")),
    "power": Word(Text("Strom", "power")),
    "mode": Word(Text("Modus der Box", "mode of the box")),
    "mode_set": Word(Text("Modus festgelegt", "mode set"), ORANGE),
    "notice_published": Word(Text("Mitteilung", "notice"), BLUE),
    "notice_withdrawn": Word(Text("Mitteilung zurückgezogen", "notice withdrawn")),
}
PROGRAMS = {
    "maintenance": Word(same("kiezbox maintain")),
    "job": Word(same("TimescaleDB")),
}
UPKEEP = {
    "failing": Word(Text("scheitert", "fails"), RED),
    "well": Word(Text("in Ordnung", "well"), GREEN),
}
CLASSES = {
    "good": Word(Text("gut (unter dem WHO-Richtwert)", "good (under the WHO's value)"), GREEN),
    "raised": Word(Text("erhöht (über dem WHO-Richtwert)", "raised (above the WHO's value)"), YELLOW),
    "high": Word(Text("hoch (über dem EU-Grenzwert)", "high (above the EU's limit)"), RED),
    "frost": Word(Text("Frost (unter 0 °C)", "frost (under 0 °C)"), BLUE),
    "mild": Word(Text("gemäßigt (0 bis 25 °C)", "moderate (0 to 25 °C)"), GREEN),
    "summer": Word(Text("sommerlich (ab 25 °C)", "summery (from 25 °C)"), YELLOW),
    "hot": Word(Text("heiß (ab 30 °C)", "hot (from 30 °C)"), RED),
}
ORIGINS = {
    "who_2021": Word(Text("WHO 2021, Richtwert", "WHO 2021, guideline")),
    "eu_2008_50": Word(Text("EU 2008/50, Grenzwert heute", "EU 2008/50, limit today")),
    "eu_2024_2881": Word(Text("EU 2024/2881, Grenzwert ab 2030", "EU 2024/2881, limit from 2030")),
}
PERIODS = {"day": Word(Text("Tag (24 h)", "day (24 h)")), "year": Word(Text("Jahr", "year"))}
VERDICTS = {
    "within": Word(Text("eingehalten", "kept"), GREEN),
    "above": Word(Text("überschritten", "exceeded"), RED),
    "short": Word(Text("noch kein ganzes Jahr gemessen", "less than a year measured")),
    "missing": Word(Text("keine Messung", "not measured")),
}
PARTICLES = {"pm2_5": Word(Text("PM2,5", "PM2.5")), "pm10": Word(same("PM10"))}
FLAGS = {
    "fine": Word(Text("in Ordnung", "fine"), GREEN),
    "suspect": Word(Text("verdächtig (Startwert)", "suspect (start-up value)"), ORANGE),
    "clock_unset": Word(Text("Uhr war nicht gestellt", "clock was not set"), ORANGE),
}
SIDES = {"messages": Word(Text("Nachrichten", "messages")), "readings": Word(Text("Messwerte", "readings"))}
TIERS = {
    "plain": Word(Text("PostgreSQL ohne TimescaleDB", "PostgreSQL without TimescaleDB")),
    "apache": Word(same("TimescaleDB (Apache)")),
    "community": Word(same("TimescaleDB (Community)")),
}
RELATIONS = {
    "reading": Word(Text("Messwerte", "readings")),
    "reading_5m": Word(Text("5 Minuten", "5 minutes")),
    "reading_1h": Word(Text("Stunden", "hours")),
    "reading_1d": Word(Text("Tage", "days")),
}
