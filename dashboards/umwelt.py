"""Umwelt: what people breathe and feel, with its class in words and the limits of WHO and EU. For the public."""

from __future__ import annotations

from dashboards import columns as c
from dashboards.columns import age, number, text
from dashboards.pages import Page, Row
from dashboards.panels import Panel
from dashboards.texts import Text

_FRESH = ((None, c.GREEN), (1_800, c.YELLOW), (3_600, c.RED))
_NO_READING = Text(
    "In der letzten Stunde hat hier keine Box gemessen: keine Box im Bezirk, kein Sensor "
    "dafür, oder die Verbindung fehlt.",
    "No box measured here in the last hour: no box in the district, no such sensor, or no connection.",
)

TODAY = Panel(
    "today",
    "stat",
    Text("Jetzt", "Now"),
    24,
    4,
    (
        number(
            "temperature",
            "Temperatur",
            "temperature",
            c.CELSIUS_UNIT,
            (None, c.BLUE),
            (0, c.GREEN),
            (25, c.YELLOW),
            (30, c.RED),
        ),
        number("humidity", "Luftfeuchte", "humidity", c.PERCENT_UNIT, (None, c.BLUE)),
        number(
            "pm2_5",
            "Feinstaub PM2,5",
            "particles PM2.5",
            c.PARTICLES_UNIT,
            (None, c.GREEN),
            (15, c.YELLOW),
            (25, c.RED),
        ),
        number(
            "pm10", "Feinstaub PM10", "particles PM10", c.PARTICLES_UNIT, (None, c.GREEN), (45, c.YELLOW), (50, c.RED)
        ),
        number("noise", "Lärm", "noise", Text("dB(A)", "dB(A)"), (None, c.BLUE)),
        age(Text("gemessen vor", "measured"), steps=_FRESH),
    ),
    _NO_READING,
    Text(
        "Mittel der Boxen, die in der letzten Stunde gemessen haben; verdächtige Startwerte zählen nicht.",
        "Means of the boxes that measured in the last hour; suspect start-up values do not count.",
    ),
)
QUANTITIES = Panel(
    "quantities",
    "table",
    Text("Jede Messgröße: jetzt, im Vergleich, über Tag und Jahr", "Each quantity: now, compared, over day and year"),
    24,
    8,
    (
        text("quantity", "Messgröße", "quantity"),
        number("value", "jetzt hier", "now here", c.BY_ROW),
        text("unit", "Einheit", "unit"),
        text("class", "Einordnung", "class", c.CLASSES),
        number("city", "ganze Stadt", "whole city", c.BY_ROW),
        number("day", "Mittel 24 Stunden", "mean of 24 hours", c.BY_ROW),
        number("year", "Mittel 365 Tage", "mean of 365 days", c.BY_ROW),
        age(Text("gemessen vor", "measured"), steps=_FRESH),
    ),
    Text(
        "In den letzten zwei Tagen hat hier keine Box etwas gemessen, das draußen zählt.",
        "In the last two days no box here measured anything that counts outdoors.",
    ),
    Text(
        "Feinstaub wird nach seinem Mittel über 24 Stunden eingeordnet: WHO 2021 und "
        "Richtlinie (EU) 2024/2881 bei PM2,5 "
        "(15 und 25 µg/m³), WHO 2021 und Richtlinie 2008/50/EG bei PM10 (45 und 50 µg/m³). Temperatur nach den "
        "Kenntagen des Deutschen Wetterdienstes. Die anderen haben keine Einordnung. Jetzt ist das Mittel der Boxen, "
        "die in der letzten Stunde gemessen haben.",
        "Particles by their mean of 24 hours: WHO 2021 and Directive (EU) 2024/2881 for "
        "PM2.5 (15 and 25 µg/m³), WHO 2021 "
        "and Directive 2008/50/EC for PM10 (45 and 50 µg/m³). Temperature by the days of "
        "the German weather service. The "
        "others have no class. Now is the mean of the boxes that measured in the last hour.",
    ),
)
COURSE = Panel(
    "course",
    "timeseries",
    Text("Verlauf: ${quantity:text}", "Course: ${quantity:text}"),
    24,
    9,
    (
        number("here", "hier", "here", c.IN_NAME),
        number("city", "ganze Stadt", "whole city", c.IN_NAME),
    ),
    Text(
        "Im gewählten Zeitraum hat keine Box diese Größe gemessen. Einen längeren Zeitraum "
        "oder eine andere Größe wählen.",
        "No box measured this quantity in the chosen time. Choose a longer time or another quantity.",
    ),
    Text("Die Einheit steht im Titel.", "The unit is in the title."),
)
LIMITS = Panel(
    "limits",
    "table",
    Text("Feinstaub gegen die Werte von WHO und EU", "Particles against the values of WHO and EU"),
    24,
    10,
    (
        text("quantity", "Messgröße", "quantity", c.PARTICLES),
        text("origin", "Quelle", "source", c.ORIGINS),
        text("period", "Zeitraum", "period", c.PERIODS),
        number("bound", "Wert", "value", c.PARTICLES_UNIT),
        number("measured", "gemessen", "measured", c.PARTICLES_UNIT),
        number("days_above", "Tage darüber", "days above", Text("Tage", "days")),
        number("days_allowed", "erlaubt im Jahr", "allowed a year", Text("Tage", "days")),
        number("days_measured", "Tage gemessen", "days measured", Text("Tage", "days")),
        text("verdict", "Stand", "verdict", c.VERDICTS),
        age(Text("gemessen vor", "measured")),
    ),
    Text(
        "Noch kein ganzer Tag Feinstaub in den letzten 365 Tagen: keine Box im Bezirk misst ihn, oder erst seit heute.",
        "Not one whole day of particles in the last 365 days: no box in the district "
        "measures them, or only since today.",
    ),
    Text(
        "Unsere Sensoren sind keine geeichten Messstationen: Die Tabelle ordnet ein, sie "
        "stellt keinen Rechtsverstoß fest.",
        "Our sensors are not reference stations: the table puts values in their place, it finds no breach of law.",
    ),
)
SOURCES = Panel(
    "sources",
    "text",
    Text("Woher die Werte stammen", "Where the values come from"),
    24,
    5,
    (),
    Text(
        "**WHO 2021**: *WHO global air quality guidelines*, Genf 2021, Tabelle 0.1. PM2,5: "
        "15 µg/m³ im Tagesmittel, 5 im "
        "Jahresmittel. PM10: 45 und 15. Der Tageswert ist das 99. Perzentil, also drei bis "
        "vier Tage im Jahr darüber.\n\n"
        "**Richtlinie 2008/50/EG**, Anhänge XI und XIV, heute: PM10 50 µg/m³ an höchstens "
        "35 Tagen im Jahr überschritten, 40 "
        "im Jahresmittel; PM2,5 25 im Jahresmittel.\n\n"
        "**Richtlinie (EU) 2024/2881**, Anhang I, zu erreichen bis 1. Januar 2030: PM2,5 25 µg/m³ und PM10 45 µg/m³ im "
        "Tagesmittel, je an höchstens 18 Tagen überschritten; 10 und 20 im Jahresmittel.",
        "**WHO 2021**: *WHO global air quality guidelines*, Geneva 2021, table 0.1. PM2.5: "
        "15 µg/m³ as the mean of a day, 5 of "
        "a year. PM10: 45 and 15. The day's value is the 99th percentile: three or four days a year above it.\n\n"
        "**Directive 2008/50/EC**, annexes XI and XIV, today: PM10 above 50 µg/m³ on 35 "
        "days a year at the most, 40 as the "
        "mean of a year; PM2.5 25 as the mean of a year.\n\n"
        "**Directive (EU) 2024/2881**, annex I, to be attained by 1 January 2030: PM2.5 25 "
        "µg/m³ and PM10 45 µg/m³ as the mean "
        "of a day, each exceeded on 18 days at the most; 10 and 20 as the mean of a year.",
    ),
    Text("Die Fundstellen der Werte in der Tabelle.", "Where the values in the table are written."),
)

PAGE = Page(
    "umwelt",
    "kiezbox-umwelt",
    Text("Umwelt", "Environment"),
    Text(
        "Luft, Wärme und Lärm im Kiez, mit Einordnung.",
        "Air, warmth and noise in the neighbourhood, put in their place.",
    ),
    (
        Row(Text("Jetzt", "Now"), (TODAY, QUANTITIES)),
        Row(Text("Verlauf", "Course"), (COURSE,)),
        Row(Text("Grenzwerte", "Limits"), (LIMITS, SOURCES)),
    ),
    ("district", "quantity"),
    "now-7d",
    "5m",
)
