"""Hitze und Luft (heat and air): by district and hour, tropical nights, days above limits. For the city's planners."""

from __future__ import annotations

from dashboards import colors, units
from dashboards.dashboard import Dashboard, Row
from dashboards.fields import Field, age, number, text
from dashboards.panel import Panel
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
        "A column a day, a cell the mean of an hour, Berlin's time. The colours hold in every season: "
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
    N_("A night is from 18 to 06 UTC and needs nine measured hours."),
)
EXCEEDANCES = Panel(
    "exceedances",
    "barchart",
    N_("Days above the WHO's value for a day"),
    12,
    9,
    (
        text("district", N_("district")),
        number("pm2_5_days", N_("PM2.5 above 15 µg/m³"), units.Suffix(N_("days"))),
        number("pm10_days", N_("PM10 above 45 µg/m³"), units.Suffix(N_("days"))),
    ),
    _NO_PARTICLES,
    N_("WHO global air quality guidelines 2021; days in UTC, means of the district."),
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
            (30, colors.ORANGE),
            (35, colors.RED),
        ),
        number(
            "pm2_5",
            N_("mean PM2.5"),
            units.MICROGRAMS_PER_M3,
            (None, colors.GREEN),
            (15, colors.YELLOW),
            (25, colors.RED),
        ),
        age(N_("measured")),
    ),
    N_("No box measured here in the chosen time."),
    N_("In the chosen time, 50 boxes at the most."),
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
