"""Umwelt (environment): air, heat and noise, classified, and the limits of WHO and EU. For the public."""

from __future__ import annotations

from dashboards import classes, colors, mappings, units
from dashboards.dashboard import Dashboard, Row
from dashboards.fields import age, number, text
from dashboards.panel import Panel
from translations.marks import N_, NP_

_FRESH = ((None, colors.GREEN), (1_800, colors.YELLOW), (3_600, colors.RED))
_NO_READING = N_("No box measured here in the last hour: no box in the district, no such sensor, or no connection.")

TODAY = Panel(
    "today",
    "stat",
    N_("Now"),
    24,
    4,
    (
        number(
            "temperature",
            N_("temperature"),
            units.CELSIUS,
            *classes.thresholds("temperature", "newest"),
        ),
        number("humidity", N_("humidity"), units.PERCENT, (None, colors.BLUE)),
        number(
            "pm2_5",
            N_("particles PM2.5"),
            units.MICROGRAMS_PER_M3,
            *classes.thresholds("pm2_5", "day_mean"),
        ),
        number(
            "pm10",
            N_("particles PM10"),
            units.MICROGRAMS_PER_M3,
            *classes.thresholds("pm10", "day_mean"),
        ),
        number("noise", N_("noise"), units.Suffix("dB(A)"), (None, colors.BLUE)),
        age(N_("measured"), thresholds=_FRESH),
    ),
    _NO_READING,
    N_("Means of the boxes that measured in the last hour; suspect start-up values do not count."),
)
QUANTITIES = Panel(
    "quantities",
    "table",
    N_("Each quantity: now, compared, over day and year"),
    24,
    8,
    (
        text("quantity", N_("quantity")),
        number("value", N_("now here"), units.BY_ROW),
        text("unit", N_("unit")),
        text("class", N_("class"), mappings.CLASSES),
        number("city", N_("whole city"), units.BY_ROW),
        number("day", N_("mean of 24 hours"), units.BY_ROW),
        number("year", N_("mean of 365 days"), units.BY_ROW),
        number("days", N_("valid days"), units.COUNT),
        age(N_("measured"), thresholds=_FRESH),
    ),
    N_("In the last two days no box here measured anything that counts outdoors."),
    N_(
        "Particles by their mean of 24 hours: WHO 2021 and Directive (EU) 2024/2881. Temperature by the days of the "
        "German weather service. The others have no class. Now is the mean of the boxes that measured in the last "
        "hour. In the mean of 24 hours a box counts if 18 of them were heard, in the mean of 365 days if three "
        "quarters of the day were: such days are valid. Levels are averaged by their energy."
    ),
)
COURSE = Panel(
    "course",
    "timeseries",
    N_("Course: ${quantity:text}"),
    24,
    9,
    (
        number("here", N_("here"), units.IN_NAME),
        number("city", N_("whole city"), units.IN_NAME),
    ),
    N_("No box measured this quantity in the chosen time. Choose a longer time or another quantity."),
    N_(
        "The unit is in the title. Means in which each box counts once; of totals, how much they grew. Points of a day "
        "count boxes of which three quarters of the day were heard."
    ),
)
LIMITS = Panel(
    "limits",
    "table",
    N_("Particles against the values of WHO and EU"),
    24,
    13,
    (
        text("quantity", N_("quantity"), mappings.PARTICLES),
        text("origin", N_("source"), mappings.ORIGINS),
        text("period", N_("period"), mappings.PERIODS),
        text("since", N_("valid from")),
        number("bound", N_("value"), units.MICROGRAMS_PER_M3),
        number("measured", NP_("limit", "measured"), units.MICROGRAMS_PER_M3),
        number("days_above", N_("days above"), units.Suffix(N_("days"))),
        number("days_allowed", N_("allowed a year"), units.Suffix(N_("days"))),
        number("days_measured", N_("valid days"), units.Suffix(N_("days"))),
        number("days_by_message", N_("of them by message"), units.Suffix(N_("days"))),
        text("verdict", N_("verdict"), mappings.VERDICTS),
        age(N_("measured")),
    ),
    N_(
        "Not one whole day of particles in the last 365 days: no box in the district measures them, or "
        "only since today."
    ),
    N_(
        "Our sensors are not reference stations: the table puts values in their place, it finds no breach of law. A "
        "day is valid for a box that was heard in three quarters of its hours; a year needs nine tenths of its days. "
        "By message are days from before the upgrade whose readings are gone: a box that sent often counted more in "
        "them."
    ),
)
SOURCES = Panel(
    "sources",
    "text",
    N_("Where the values come from"),
    24,
    5,
    (),
    N_(
        "**WHO 2021**: *WHO global air quality guidelines*, Geneva 2021, table 0.1. PM2.5: 15 µg/m³ as the mean of a "
        "day, 5 of a year. PM10: 45 and 15. The day's value is the 99th percentile: three or four days a year above "
        "it.\n\n**Directive 2008/50/EC**, annexes XI and XIV, until 11 December 2026: PM10 above 50 µg/m³ on 35 days a"
        " year at the most, 40 as the mean of a year; PM2.5 25 as the mean of a year.\n\n**Directive (EU) 2024/2881**,"
        " annex I, section 1: from 12 December 2026 the same values (table 2), from 1 January 2030 (table 1) PM2.5 25 "
        "µg/m³ and PM10 45 µg/m³ as the mean of a day, each exceeded on 18 days at the most; 10 and 20 as the mean of "
        "a year."
    ),
    N_("Where the values in the table are written."),
)

DASHBOARD = Dashboard(
    "umwelt",
    "kiezbox-umwelt",
    N_("Environment"),
    N_("Air, warmth and noise in the neighbourhood, put in their place."),
    (
        Row(N_("Now"), (TODAY, QUANTITIES)),
        Row(N_("Course"), (COURSE,)),
        Row(N_("Limits"), (LIMITS, SOURCES)),
    ),
    ("district", "quantity"),
    "now-7d",
    "5m",
)
