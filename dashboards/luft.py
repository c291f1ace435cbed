"""Hitze und Luft: by district and by hour, tropical nights, days above the limits, ranking. For the city's planners."""

from __future__ import annotations

from dashboards import columns as c
from dashboards.columns import age, number, text
from dashboards.pages import Page, Row
from dashboards.panels import Panel
from dashboards.texts import Text, same

_NO_TEMPERATURE = Text(
    "Im gewählten Zeitraum hat keine Box in diesen Bezirken eine Temperatur gemessen.",
    "No box of these districts measured a temperature in the chosen time.",
)
_NO_PARTICLES = Text(
    "Im gewählten Zeitraum hat keine Box in diesen Bezirken Feinstaub gemessen.",
    "No box of these districts measured particles in the chosen time.",
)

HOURLY = Panel(
    "hourly",
    "timeseries",
    Text("Temperatur nach Bezirk", "Temperature by district"),
    12,
    9,
    (c.Column("value", Text("Temperatur", "temperature"), c.CELSIUS_UNIT, decimals=1),),
    _NO_TEMPERATURE,
    Text("Mittel der Boxen eines Bezirks.", "Means of a district's boxes."),
    is_long=True,
)
PARTICLES = Panel(
    "particles",
    "timeseries",
    Text("PM2,5 nach Bezirk", "PM2.5 by district"),
    12,
    9,
    (c.Column("value", Text("PM2,5", "PM2.5"), c.PARTICLES_UNIT, decimals=1),),
    _NO_PARTICLES,
    Text("Mittel der Boxen eines Bezirks.", "Means of a district's boxes."),
    is_long=True,
)
HEAT = Panel(
    "heat",
    "heatmap",
    Text("Wärme nach Tag und Stunde", "Warmth by day and hour"),
    24,
    11,
    tuple(c.Column(f"{hour:02}", same(f"{hour:02} h"), c.CELSIUS_UNIT, decimals=1) for hour in range(24)),
    _NO_TEMPERATURE,
    Text(
        "Jede Spalte ein Tag, jede Zelle das Mittel einer Stunde, Berliner Zeit. Die Farben sind zu jeder Jahreszeit "
        "dieselben: Blau ist -10 °C, Rot 40 °C.",
        "A column a day, a cell the mean of an hour, Berlin's time. The colours hold in every season: blue is -10 °C, "
        "red 40 °C.",
    ),
)
NIGHTS = Panel(
    "nights",
    "barchart",
    Text("Tropennächte und heiße Tage", "Tropical nights and hot days"),
    12,
    9,
    (
        text("district", "Bezirk", "district"),
        number(
            "tropical_nights",
            "Tropennächte (nie unter 20 °C)",
            "tropical nights (never under 20 °C)",
            Text("Nächte", "nights"),
        ),
        number("hot_days", "heiße Tage (ab 30 °C)", "hot days (from 30 °C)", Text("Tage", "days")),
    ),
    _NO_TEMPERATURE,
    Text(
        "Eine Nacht geht von 18 bis 6 Uhr UTC und braucht neun gemessene Stunden.",
        "A night is from 18 to 06 UTC and needs nine measured hours.",
    ),
)
EXCEEDANCES = Panel(
    "exceedances",
    "barchart",
    Text("Tage über dem Tageswert der WHO", "Days above the WHO's value for a day"),
    12,
    9,
    (
        text("district", "Bezirk", "district"),
        number("pm2_5_days", "PM2,5 über 15 µg/m³", "PM2.5 above 15 µg/m³", Text("Tage", "days")),
        number("pm10_days", "PM10 über 45 µg/m³", "PM10 above 45 µg/m³", Text("Tage", "days")),
    ),
    _NO_PARTICLES,
    Text(
        "WHO global air quality guidelines 2021; Tage in UTC, Mittel des Bezirks.",
        "WHO global air quality guidelines 2021; days in UTC, means of the district.",
    ),
)
RANKING = Panel(
    "ranking",
    "table",
    Text("Rangliste: die wärmsten Orte", "Ranking: the warmest places"),
    24,
    11,
    (
        c.Column("box", Text("Box", "box"), link="kiezbox-box"),
        text("name", "Name", "name"),
        number("temperature", "Temperatur im Mittel", "mean temperature", c.CELSIUS_UNIT),
        number(
            "temperature_max",
            "höchster Wert",
            "highest value",
            c.CELSIUS_UNIT,
            (None, c.GREEN),
            (30, c.ORANGE),
            (35, c.RED),
        ),
        number(
            "pm2_5", "PM2,5 im Mittel", "mean PM2.5", c.PARTICLES_UNIT, (None, c.GREEN), (15, c.YELLOW), (25, c.RED)
        ),
        age(Text("gemessen vor", "measured")),
    ),
    Text("Im gewählten Zeitraum hat hier keine Box gemessen.", "No box measured here in the chosen time."),
    Text("Im gewählten Zeitraum, höchstens 50 Boxen.", "In the chosen time, 50 boxes at the most."),
)

PAGE = Page(
    "luft",
    "kiezbox-luft",
    Text("Hitze und Luft", "Heat and air"),
    Text("Wo es wie lange zu heiß und zu staubig ist.", "Where it is too hot and too dusty, and for how long."),
    (
        Row(Text("Verlauf", "Course"), (HOURLY, PARTICLES)),
        Row(Text("Wärme", "Warmth"), (HEAT,)),
        Row(Text("Gezählt", "Counted"), (NIGHTS, EXCEEDANCES)),
        Row(Text("Rangliste", "Ranking"), (RANKING,)),
    ),
    ("district",),
    "now-30d",
    "5m",
)
