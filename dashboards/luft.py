"""Hitze und Luft (heat and air): by district and hour, tropical nights, days above limits. For the city's planners."""

from __future__ import annotations

from dashboards import classes, colors, units
from dashboards.dashboard import Dashboard, Row
from dashboards.fields import Field, age, number, text
from dashboards.panel import Panel
from devices import limits
from translations.marks import N_

_NO_TEMPERATURE = N_("No box of these districts measured a temperature in the chosen time.")
_NO_PARTICLES = N_("No box of these districts measured particles in the chosen time.")

HOURLY = Panel(
    "hourly",
    "timeseries",
    N_("Temperature by district"),
    12,
    9,
    (Field("value", N_("temperature"), units.CELSIUS, decimals=1),),
    _NO_TEMPERATURE,
    N_("Means of a district's boxes."),
    is_long=True,
)
PARTICLES = Panel(
    "particles",
    "timeseries",
    N_("PM2.5 by district"),
    12,
    9,
    (Field("value", N_("PM2.5"), units.MICROGRAMS_PER_M3, decimals=1),),
    _NO_PARTICLES,
    N_("Means of a district's boxes."),
    is_long=True,
)
HEAT = Panel(
    "heat",
    "heatmap",
    N_("Warmth by day and hour"),
    24,
    11,
    tuple(Field(f"{hour:02}", f"{hour:02} h", units.CELSIUS, decimals=1) for hour in range(24)),
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
            units.Suffix(N_("nights")),
        ),
        number("hot_days", N_("hot days (from 30 °C)"), units.Suffix(N_("days"))),
    ),
    _NO_TEMPERATURE,
    N_(
        "A night is from 18 to 06 UTC, and a box counts that was heard in nine hours of it; a day is one of the city's"
        " time, and a box counts that was heard in three quarters of it. Means of the district's boxes. Behind the "
        "district: how many nights (n) and days (d) counted."
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
        number("pm2_5_days", N_("PM2.5 above the value"), units.Suffix(N_("days"))),
        number("pm10_days", N_("PM10 above the value"), units.Suffix(N_("days"))),
    ),
    _NO_PARTICLES,
    N_(
        "WHO global air quality guidelines 2021, as in the table of limits. Days are over and of the city's time; "
        "means of the district's boxes, of which those count that were heard in three quarters of the day. Behind the "
        "district: how many such days (d) there were."
    ),
)
RANKING = Panel(
    "ranking",
    "table",
    N_("Ranking: the warmest places"),
    24,
    11,
    (
        Field("box", N_("box"), link="kiezbox-box"),
        text("name", N_("name")),
        number("temperature", N_("mean temperature"), units.CELSIUS),
        number(
            "temperature_max",
            N_("highest value"),
            units.CELSIUS,
            (None, colors.GREEN),
            (limits.lower_bound("temperature", "day_max", "hot_day"), colors.ORANGE),
            (limits.lower_bound("temperature", "hour_mean", "heat"), colors.RED),
        ),
        number(
            "pm2_5",
            N_("mean PM2.5"),
            units.MICROGRAMS_PER_M3,
            *classes.thresholds("pm2_5", "day_mean"),
        ),
        number("days", N_("valid days"), units.COUNT),
        age(N_("measured")),
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
    N_("Where it is too hot and too dusty, and for how long."),
    (
        Row(N_("Course"), (HOURLY, PARTICLES)),
        Row(N_("Warmth"), (HEAT,)),
        Row(N_("Counted"), (NIGHTS, EXCEEDANCES)),
        Row(N_("Ranking"), (RANKING,)),
    ),
    ("district",),
    "now-30d",
    "5m",
)
