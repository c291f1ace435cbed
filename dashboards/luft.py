"""Hitze und Luft (heat and air): by district and hour, tropical nights, days above limits. For the city's planners."""

from __future__ import annotations

from dashboards import mappings, units
from dashboards.dashboard import Dashboard, Row
from dashboards.fields import Field, age, hidden, number, text
from dashboards.panel import LIMIT_LINES, Panel
from translations.marks import N_

_NO_TEMPERATURE = N_("No box of these districts measured a temperature in the chosen time.")
_NO_PARTICLES = N_("No box of these districts measured particles in the chosen time.")

HOURLY = Panel(
    "hourly",
    "timeseries",
    N_("Temperature by district (°C)"),
    12,
    9,
    (Field("value", N_("temperature"), units.IN_TITLE, decimals=1),),
    _NO_TEMPERATURE,
    N_("Means of a district's boxes."),
    is_long=True,
)
PARTICLES = Panel(
    "particles",
    "timeseries",
    N_("PM2.5 by district (µg/m³)"),
    12,
    9,
    (Field("value", N_("PM2.5"), units.IN_TITLE, decimals=1),),
    _NO_PARTICLES,
    N_(
        "Means of a district's boxes. Dashed: the limits for a day that hold now. Days of which too little was "
        "heard are left out."
    ),
    is_long=True,
    limits=LIMIT_LINES,
)
HEAT = Panel(
    "heat",
    "heatmap",
    N_("Warmth by day and hour (°C)"),
    24,
    11,
    tuple(Field(f"{hour:02}", f"{hour:02} h", units.IN_TITLE, decimals=1) for hour in range(24)),
    _NO_TEMPERATURE,
    N_(
        "A column a day, a cell the mean of an hour, both in the city's time. The colours hold in every season: "
        "blue is -10 °C, red 40 °C."
    ),
)
NIGHTS = Panel(
    "nights",
    "barchart",
    N_("Tropical nights and hot days"),
    12,
    9,
    (
        text("district", N_("district")),
        number(
            "tropical_nights",
            N_("tropical nights (never under 20 °C)"),
            units.COUNT,
        ),
        number("hot_days", N_("hot days (from 30 °C)"), units.COUNT),
    ),
    _NO_TEMPERATURE,
    N_(
        "A night is from 18 to 06 UTC, and a box counts that was heard in nine hours of it; a day is one of the city's"
        " time, and a box counts that was heard in three quarters of it. Means of the district's boxes. Behind the "
        "district: how many nights (N) and days (T) counted."
    ),
)
EXCEEDANCES = Panel(
    "exceedances",
    "barchart",
    N_("Days above the WHO's value for a day"),
    12,
    9,
    (
        text("district", N_("district")),
        number("pm2_5_days", N_("PM2.5 above the value"), units.COUNT),
        number("pm10_days", N_("PM10 above the value"), units.COUNT),
    ),
    _NO_PARTICLES,
    N_(
        "WHO global air quality guidelines 2021, as in the table of limits. Days are over and of the city's time; "
        "means of the district's boxes, of which those count that were heard in three quarters of the day. Behind the "
        "district: how many such days (T) there were."
    ),
)
RANKING = Panel(
    "ranking",
    "table",
    N_("Ranking: the warmest places"),
    24,
    11,
    (
        hidden("box"),
        Field("place", N_("place"), link="kiezbox-box", width=91),
        text("warmth", N_("warmth: mean, highest"), mappings.CLASSES, width=86),
        text("dust", N_("mean PM2.5"), mappings.CLASSES, width=86),
        age(N_("days, ago"), width=56),
        hidden("temperature", units.CELSIUS),
        hidden("pm2_5", units.MICROGRAMS_PER_M3),
        hidden("days", units.COUNT),
    ),
    N_("No box here was heard in three quarters of a day in the chosen time."),
    N_(
        "In the chosen time, 50 boxes at the most: the mean of the days that are over and of which three quarters of "
        "the hours were heard."
    ),
)

DASHBOARD = Dashboard(
    "luft",
    "kiezbox-luft",
    N_("Heat and air"),
    N_("For the city's planners: where is it too hot and too dusty, how often, and for how long?"),
    (
        Row(N_("Course"), (HOURLY, PARTICLES)),
        Row(N_("Warmth"), (HEAT,)),
        Row(N_("Counted"), (NIGHTS, EXCEEDANCES)),
        Row(N_("Ranking"), (RANKING,)),
    ),
    ("district",),
    "now-30d",
    "5m",
    is_public=True,
)
