"""Umwelt (environment): air, heat and noise, classified, and the limits of WHO and EU. For the public."""

from __future__ import annotations

from dashboards import colors, mappings, units
from dashboards.dashboard import Dashboard, Row
from dashboards.fields import Field, age, hidden, text
from dashboards.panel import LIMIT_LINES, Panel
from translations.marks import N_, NP_

_NO_READING = N_("No box measured here in the last hour: no box in the district, no such sensor, or no connection.")

AIR = Panel(
    "air",
    "stat",
    N_("The air now"),
    12,
    5,
    (
        text("pm2_5", N_("particles PM2.5")),
        text("pm10", N_("particles PM10")),
        age(N_("measured"), *colors.FRESH),
    ),
    _NO_READING,
    N_(
        "Means of the boxes that measured in the last hour; suspect start-up values do not count. Particles are "
        "classed "
        "by their day: see the table."
    ),
)
WEATHER = Panel(
    "weather",
    "stat",
    N_("Warmth and noise now"),
    12,
    5,
    (
        text("temperature", N_("temperature")),
        text("noise", N_("noise")),
        age(N_("measured"), *colors.FRESH),
    ),
    _NO_READING,
    N_("Means of the boxes that measured in the last hour; suspect start-up values do not count."),
)
QUANTITIES = Panel(
    "quantities",
    "table",
    N_("Each quantity now"),
    12,
    10,
    (
        text("quantity", N_("quantity"), width=90),
        text("here", N_("here"), mappings.CLASSES, width=86),
        text("city", N_("whole city"), width=60),
        age(N_("ago"), *colors.FRESH, width=52),
        hidden("value", units.COUNT),
    ),
    N_("In the last two days no box here measured anything that counts outdoors."),
    N_(
        "The mean of the boxes that measured in the last hour. Temperature has the words of the German weather "
        "service. "
        "Levels are averaged by their energy."
    ),
)
MEANS = Panel(
    "means",
    "table",
    N_("Each quantity over day and year"),
    12,
    10,
    (
        text("quantity", N_("quantity"), width=90),
        text("day", N_("24 hours"), mappings.CLASSES, width=86),
        text("year", N_("365 days"), width=60),
        age(N_("ago"), *colors.FRESH, width=52),
    ),
    N_("In the last two days no box here measured anything that counts outdoors."),
    N_(
        "Particles by their mean of 24 hours: WHO 2021 and Directive (EU) 2024/2881. In it a box counts if 18 of "
        "the hours "
        "were heard, in the mean of 365 days if three quarters of the day were: such days are valid."
    ),
)
COURSE = Panel(
    "course",
    "timeseries",
    N_("Course: ${quantity:text}"),
    24,
    9,
    (Field("value", N_("value"), units.IN_TITLE),),
    N_("No box measured this quantity in the chosen time. Choose a longer time or another quantity."),
    N_(
        "The unit is in the title. Means in which each box counts once; of totals, how much they grew. Points of a day "
        "count boxes of which three quarters of the day were heard. Dashed: the limits for a day that hold now."
    ),
    is_long=True,
    limits=LIMIT_LINES,
)
LIMITS = Panel(
    "limits",
    "table",
    N_("Particles against the values of WHO and EU"),
    24,
    13,
    (
        text("rule", N_("limit"), mappings.LIMITS, width=80),
        text("shown", NP_("limit", "measured"), mappings.VERDICTS, width=82),
        text("days", N_("days"), width=81),
        age(N_("ago"), width=50),
        *(hidden(name) for name in ("quantity", "origin", "period")),
        *(hidden(name, units.COUNT) for name in ("bound", "measured", "days_above", "days_allowed", "days_measured")),
        hidden("days_by_message", units.COUNT),
        hidden("verdict"),
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
    N_("For everybody: how is the air here, how warm and how loud is it, and is that a lot?"),
    (
        Row(N_("Now"), (AIR, WEATHER)),
        Row(N_("Compared"), (QUANTITIES, MEANS)),
        Row(N_("Course"), (COURSE,)),
        Row(N_("Limits"), (LIMITS, SOURCES)),
    ),
    ("district", "quantity"),
    "now-7d",
    "5m",
    is_public=True,
)
