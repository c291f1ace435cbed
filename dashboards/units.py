"""Units of fields: Grafana's own names, and words that follow a number."""

from __future__ import annotations

from dataclasses import dataclass

COUNT = "none"  # a count: the title says of what
DURATION = "dtdurations"  # seconds, written as `2 h 5 min`
HOURS, PERCENT, CELSIUS, MICROGRAMS_PER_M3 = "h", "percent", "celsius", "conμgm3"


@dataclass(frozen=True, slots=True)
class Suffix:
    """A word that follows the number, as Grafana's unit `suffix`."""

    text: str


IN_NAME = Suffix("")  # a chart's unit that stands in the names of its lines
BY_ROW = Suffix("")  # a table's unit that stands in the field `unit`

Unit = str | Suffix
