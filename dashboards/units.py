"""Units of fields, by Grafana's own names. Durations, dates and values of mixed units are texts that the SQL writes."""

from __future__ import annotations

COUNT = "none"  # a count: the title says of what
PERCENT, CELSIUS, MICROGRAMS_PER_M3, DEGREES = "percent", "celsius", "conμgm3", "degree"
# Of a chart whose title says the unit: written as the reader's browser writes numbers, 12,3 in German. Every other unit
# of Grafana has a decimal point.
IN_TITLE = "locale"
