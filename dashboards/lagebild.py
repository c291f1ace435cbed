"""Lagebild: who has power, who is silent, who called for help, what changed. For emergency staff."""

from __future__ import annotations

from dashboards import columns as c
from dashboards.columns import age, number, text
from dashboards.pages import Page, Row
from dashboards.panels import Panel
from dashboards.texts import Text

_NO_BOX = Text(
    "Noch keine Box bekannt: Es hat sich keine gemeldet, und keine ist im gewählten Bezirk registriert.",
    "No box is known yet: none has spoken, and none is registered in the chosen district.",
)
_SILENT = ((None, c.GREEN), (900, c.YELLOW), (3_600, c.RED))
_EMPTYING = ((None, c.RED), (24, c.ORANGE), (72, c.GREEN))
_NONE_IS_GOOD = ((None, c.GREEN), (1, c.RED))

OVERVIEW = Panel(
    "overview",
    "stat",
    Text("Boxen", "Boxes"),
    8,
    4,
    (
        number("mains", "am Netz", "on mains", c.COUNT_UNIT, (None, c.GREEN)),
        number("battery", "auf Batterie", "on battery", c.COUNT_UNIT, (None, c.GREEN), (1, c.ORANGE)),
        number("unreachable", "nicht erreichbar", "unreachable", c.COUNT_UNIT, *_NONE_IS_GOOD),
        number("other", "Strom unbekannt", "power not known", c.COUNT_UNIT, (None, c.GREY)),
        age(Text("zuletzt gehört vor", "last heard"), steps=_SILENT),
    ),
    _NO_BOX,
    Text(
        "Nicht erreichbar ist eine Box, die dreimal so lange schweigt, wie es ihrem eigenen Rhythmus entspricht.",
        "A box is unreachable when it is silent for three times its own rhythm.",
    ),
)
MODE = Panel(
    "mode",
    "stat",
    Text("Modus", "Mode"),
    7,
    4,
    (
        text("mode", "ganze Stadt", "whole city", c.MODES),
        number("areas", "Gebiete in der Krise", "areas in emergency", c.COUNT_UNIT, *_NONE_IS_GOOD),
        age(Text("letzte Änderung vor", "last change")),
    ),
    Text("Noch nie festgelegt: Niemand hat bisher einen Modus bestätigt.", "Never set: nobody has confirmed a mode."),
    Text("Wie ihn der Stab zuletzt bestätigt hat.", "As staff confirmed it last."),
)
CALLS = Panel(
    "calls",
    "stat",
    Text("Hilferufe und Meldungen", "Calls for help and reports"),
    9,
    4,
    (
        number("distress", "Hilferufe offen", "calls open", c.COUNT_UNIT, *_NONE_IS_GOOD),
        number("untaken", "nicht übernommen", "not taken", c.COUNT_UNIT, *_NONE_IS_GOOD),
        number("reports", "Meldungen offen", "reports open", c.COUNT_UNIT, (None, c.BLUE)),
        age(Text("ältester wartet", "oldest waits")),
    ),
    Text("Es ist kein Hilferuf und keine Meldung gespeichert.", "No call for help and no report is stored."),
    Text(
        "Was die Menschen schrieben, steht nur auf der Seite des Stabs.",
        "What people wrote is on the staff's page only.",
    ),
)
DISTRICTS = Panel(
    "districts",
    "table",
    Text("Bezirke", "Districts"),
    15,
    10,
    (
        text("district", "Bezirk", "district"),
        number("boxes", "Boxen", "boxes", c.COUNT_UNIT),
        number("mains", "am Netz", "on mains", c.COUNT_UNIT),
        number("battery", "auf Batterie", "on battery", c.COUNT_UNIT, (None, c.GREY), (1, c.ORANGE)),
        number("unreachable", "nicht erreichbar", "unreachable", c.COUNT_UNIT, (None, c.GREY), (1, c.RED)),
        number("trouble_s", "gestört seit", "in trouble for", c.AGE_UNIT),
        number("hours_left", "Batterie reicht noch", "battery lasts", c.HOURS_UNIT, *_EMPTYING),
        text("mode", "Modus", "mode", c.MODES),
        age(Text("zuletzt gehört vor", "last heard"), steps=_SILENT),
    ),
    _NO_BOX,
    Text(
        "Die Batterie ist die, die als erste leer ist. Bezirke heißen wie der Anfang ihrer Boxen: 71 bei 71-01.",
        "The battery is the one that is empty first. Districts are named as their boxes begin: 71 in 71-01.",
    ),
)
MAP = Panel(
    "map",
    "geomap",
    Text("Karte", "Map"),
    9,
    10,
    (
        c.Column("latitude", Text("Breite", "latitude"), "degree", hidden=True),
        c.Column("longitude", Text("Länge", "longitude"), "degree", hidden=True),
        c.Column("box", Text("Box", "box")),
        text("state", "Zustand", "state", c.STATES),
        number("battery_percent", "Batterie", "battery", c.PERCENT_UNIT),
        number("hours_left", "reicht noch", "lasts", c.HOURS_UNIT),
        age(Text("zuletzt gehört vor", "last heard")),
    ),
    Text("Keine Box hat bisher eine Position.", "No box has a position yet."),
    Text(
        "Ohne fremde Kartenkacheln: Sie funktioniert auch ohne Internet. Boxen ohne Position stehen in der Tabelle.",
        "No map tiles from outside: it works without the internet. Boxes without a position are in the table.",
    ),
)
BOXES = Panel(
    "boxes",
    "table",
    Text("Boxen, die schlimmsten zuerst", "Boxes, the worst first"),
    24,
    11,
    (
        c.Column("box", Text("Box", "box"), link="kiezbox-box"),
        text("name", "Name", "name"),
        text("state", "Zustand", "state", c.STATES),
        number("since_s", "seit", "for", c.AGE_UNIT),
        number("battery_percent", "Batterie", "battery", c.PERCENT_UNIT, (None, c.RED), (20, c.ORANGE), (60, c.GREEN)),
        number("hours_left", "reicht noch", "lasts", c.HOURS_UNIT, *_EMPTYING),
        text("hours_by", "geschätzt", "estimated", c.HOURS),
        text("mode", "Modus der Box", "mode of the box", c.MODES),
        age(Text("zuletzt gehört vor", "last heard"), steps=_SILENT),
    ),
    _NO_BOX,
    Text(
        "Stunden aus dem Verlauf seit dem Stromausfall; ist er zu kurz, aus dem Ziel, dass "
        "eine volle Batterie fünf Tage hält.",
        "Hours from the course since the mains went; where that is too short, from the "
        "goal that a full battery lasts five days.",
    ),
)
OPEN = Panel(
    "open",
    "table",
    Text("Offene Hilferufe und Meldungen", "Open calls for help and reports"),
    12,
    8,
    (
        text("family", "Art", "sort", c.FAMILIES),
        text("kind", "wegen", "about", c.KINDS),
        text("progress", "Stand", "progress", c.PROGRESS),
        c.Column("box", Text("Box", "box"), link="kiezbox-box"),
        number("people", "Menschen", "people", c.COUNT_UNIT),
        age(Text("wartet seit", "waits for"), steps=((None, c.GREEN), (120, c.ORANGE), (600, c.RED))),
    ),
    Text("Niemand wartet: Es gibt keinen offenen Hilferuf und keine offene Meldung.", "Nobody waits: nothing is open."),
    Text("Wer etwas übernimmt, tut das auf der Seite des Stabs.", "Whoever takes one does so on the staff's page."),
)
NOTICES = Panel(
    "notices",
    "table",
    Text("Mitteilungen, die jetzt gelten", "Notices that hold now"),
    12,
    8,
    (
        text("headline", "Mitteilung", "notice"),
        text("severity", "Schwere", "severity", c.SEVERITIES),
        text("area", "Gebiet", "area"),
        c.Column("until_at", Text("bis", "until"), "dateTimeAsLocal"),
        age(Text("veröffentlicht vor", "published")),
    ),
    Text("Es gilt gerade keine amtliche Mitteilung.", "No official notice holds at the moment."),
    Text("Ohne Ende gilt eine, bis sie zurückgezogen wird.", "One without an end holds until it is withdrawn."),
)
CHANGES = Panel(
    "changes",
    "table",
    Text("Was sich in der letzten Stunde änderte", "What changed in the last hour"),
    24,
    8,
    (
        text("subject", "Box oder Gebiet", "box or area"),
        text("what", "was", "what", c.CHANGES),
        text("before", "vorher", "before", c.STATES | c.MODES),
        text("after", "jetzt", "now", c.STATES | c.MODES),
        age(Text("vor", "ago")),
    ),
    Text("In der letzten Stunde hat sich nichts geändert.", "Nothing changed in the last hour."),
    Text(
        "Verbindung, Strom und Modus der Boxen, und was der Stab entschied.",
        "Link, power and mode of boxes, and what staff decided.",
    ),
)

PAGE = Page(
    "lagebild",
    "kiezbox-lagebild",
    Text("Lagebild", "Situation"),
    Text("Wer Strom hat, wer schweigt, wer Hilfe braucht.", "Who has power, who is silent, who needs help."),
    (
        Row(Text("Auf einen Blick", "At a glance"), (OVERVIEW, MODE, CALLS)),
        Row(Text("Was wartet und was gilt", "What waits and what holds"), (OPEN, NOTICES)),
        Row(Text("Bezirke", "Districts"), (DISTRICTS, MAP)),
        Row(Text("Boxen", "Boxes"), (BOXES,)),
        Row(Text("Änderungen", "Changes"), (CHANGES,)),
    ),
    ("district",),
    "now-6h",
)
