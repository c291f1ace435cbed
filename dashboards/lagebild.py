"""Lagebild (situation): who called for help, who has no power, who is silent, what changed. For emergency staff."""

from __future__ import annotations

from dashboards import colors, mappings, units
from dashboards.dashboard import Dashboard, Row
from dashboards.fields import Field, age, hidden, number, text
from dashboards.panel import Panel
from translations.marks import N_

_NO_BOX = N_("No box is known yet: none has spoken, and none is registered in the chosen district.")
_EMPTYING = ((0, colors.RED), (86_400, colors.ORANGE), (259_200, colors.GREEN))
_WAITING = ((0, colors.GREEN), (120, colors.ORANGE), (600, colors.RED))
_NONE_IS_GOOD = ((None, colors.GREY), (0, colors.GREEN), (1, colors.RED))

CALLS = Panel(
    "calls",
    "stat",
    N_("Calls for help"),
    6,
    5,
    (
        number("untaken", N_("nobody has taken"), units.COUNT, *_NONE_IS_GOOD),
        number("distress", N_("open"), units.COUNT, (None, colors.GREY), (1, colors.ORANGE)),
        age(N_("oldest waits"), *_WAITING),
    ),
    N_("No call for help is stored."),
    N_("Without drills. What people wrote is on the staff's page only."),
    value_size=24,
)
POWER = Panel(
    "overview",
    "stat",
    N_("Boxes"),
    6,
    5,
    (
        number("battery", N_("on battery"), units.COUNT, (None, colors.GREY), (0, colors.GREEN), (1, colors.ORANGE)),
        number("unreachable", N_("silent"), units.COUNT, *_NONE_IS_GOOD),
        number("boxes", N_("of boxes"), units.COUNT),
        age(N_("last heard"), *colors.SILENT),
    ),
    _NO_BOX,
    N_("A box is unreachable when it is silent for three times its own rhythm."),
    value_size=20,
)
MODE = Panel(
    "mode",
    "stat",
    N_("Mode"),
    7,
    5,
    (
        text("mode", N_("whole city"), mappings.MODES),
        number("areas", N_("areas in emergency"), units.COUNT, *_NONE_IS_GOOD),
        age(N_("last change")),
    ),
    N_("Never set: nobody has confirmed a mode."),
    N_("As staff confirmed it last. Drills are not counted."),
    value_size=16,
)
REPORTS = Panel(
    "reports",
    "stat",
    N_("Reports"),
    5,
    5,
    (
        number("reports", N_("without an answer"), units.COUNT, (None, colors.GREY), (1, colors.BLUE)),
        number("drills", N_("open in drills"), units.COUNT),
        age(N_("oldest waits")),
    ),
    N_("No report of a resident is stored."),
    N_("What residents need, offer or saw. Calls and reports of drills are counted apart."),
    value_size=20,
)
OPEN = Panel(
    "open",
    "table",
    N_("Open calls for help and reports"),
    12,
    9,
    (
        text("what", N_("what"), mappings.WAITING, width=91),
        text("progress", N_("progress"), mappings.PROGRESS, width=76),
        Field("box", N_("box"), link="kiezbox-box", width=57),
        age(N_("waits for"), *_WAITING, width=58),
    ),
    N_("Nobody waits: nothing is open."),
    N_("Whoever takes one does so on the staff's page. Drills come last."),
)
NOTICES = Panel(
    "notices",
    "table",
    N_("Notices that hold now"),
    12,
    9,
    (
        text("headline", N_("notice"), width=92),
        text("severity", N_("severity"), mappings.SEVERITIES, width=73),
        text("area", N_("where, until"), width=74),
        age(N_("since"), width=50),
    ),
    N_("No official notice holds at the moment."),
    N_("One without an end holds until it is withdrawn."),
)
INCIDENTS = Panel(
    "incidents",
    "table",
    N_("Incidents"),
    12,
    7,
    (
        text("sort", N_("what"), mappings.INCIDENTS, width=88),
        text("priority", N_("priority"), mappings.PRIORITIES, width=68),
        text("area", N_("where"), width=72),
        age(N_("open for")),
    ),
    N_("No incident is open: staff have opened none, or closed them all."),
    N_("What has to be done, and how urgent it is. What staff wrote is on their own page."),
)
DUTY = Panel(
    "duty",
    "table",
    N_("On duty"),
    12,
    7,
    (
        text("area", N_("area"), width=82),
        number("people", N_("people"), units.COUNT, (None, colors.GREY), (1, colors.GREEN), width=73),
        text("until", N_("until"), width=72),
        age(N_("since")),
    ),
    N_("Nobody is on duty: calls for help go to everybody."),
    N_("By the rota of the staff's page of alarms, which has the names."),
)
OUTAGES = Panel(
    "outages",
    "table",
    N_("Without power"),
    24,
    7,
    (
        text("extent", N_("where and how large"), width=90),
        text("grade", N_("how sure"), mappings.OUTAGE_GRADES, width=72),
        text("since", N_("since"), width=90),
        age(N_("last heard"), (0, colors.GREEN), (600, colors.ORANGE), width=53),
    ),
    N_("No box is without mains power."),
    N_("By what the boxes say, with the streets around them. One box alone may have a blown fuse."),
)
DISTRICTS = Panel(
    "districts",
    "table",
    N_("Districts"),
    14,
    12,
    (
        text("district", N_("district"), mappings.MODES, width=83),
        number("battery", N_("on battery"), units.COUNT, (None, colors.GREY), (1, colors.ORANGE), width=59),
        number("unreachable", N_("silent"), units.COUNT, (None, colors.GREY), (1, colors.RED), width=52),
        text("hours_left", N_("battery lasts"), width=59),
        age(N_("last heard"), *colors.SILENT, width=52),
    ),
    _NO_BOX,
    N_("The battery is the one that is empty first. A district that nobody has named is called by its boxes: 71-…."),
)
MAP = Panel(
    "map",
    "geomap",
    N_("Map"),
    10,
    12,
    (
        Field("latitude", N_("latitude"), units.DEGREES, hidden=True),
        Field("longitude", N_("longitude"), units.DEGREES, hidden=True),
        Field("box", N_("box")),
        text("state", N_("state"), mappings.STATES),
        number("battery_percent", N_("battery"), units.PERCENT),
        text("hours_left", N_("lasts")),
        age(N_("last heard")),
    ),
    N_("No box has a position yet."),
    N_("Works without the internet: the ground comes from our own API."),
    explained_by="legend",
)
LEGEND = Panel(
    "legend",
    "table",
    N_("The colours of the map"),
    24,
    6,
    (
        text("state", N_("state"), mappings.STATES, width=82),
        number("placed", N_("on the map"), units.COUNT, width=56),
        number("unplaced", N_("without a position"), units.COUNT, (None, colors.GREY), (1, colors.ORANGE), width=68),
        age(N_("last heard"), width=53),
    ),
    _NO_BOX,
    N_("Boxes without a position are in the table below only. Where no box has one, the map stays empty."),
)
BOXES = Panel(
    "boxes",
    "table",
    N_("Boxes, the worst first"),
    24,
    12,
    (
        hidden("box"),
        Field("name", N_("box"), link="kiezbox-box", width=92),
        text("state", N_("state and since when"), mappings.STATES, width=82),
        text("battery", N_("battery"), width=72),
        age(N_("last heard"), *colors.SILENT, width=53),
    ),
    _NO_BOX,
    N_(
        "How long the battery lasts: from its course since the mains went; where that is too short (≈), from the goal "
        "that a full one lasts five days."
    ),
)
CHANGES = Panel(
    "changes",
    "table",
    N_("What changed in the last hour"),
    24,
    8,
    (
        text("subject", N_("box or area"), width=54),
        text("what", N_("what"), mappings.CHANGES, width=88),
        text("after", N_("now"), {**mappings.STATES, **mappings.MODES}, width=92),
        age(N_("ago"), width=50),
    ),
    N_("Nothing changed in the last hour."),
    N_("Link, power and mode of boxes, and what staff decided."),
)

DASHBOARD = Dashboard(
    "lagebild",
    "kiezbox-lagebild",
    N_("Situation"),
    N_("For the shift leader: who needs help, who has no power, who is silent, and what do we not know?"),
    (
        Row(N_("At a glance"), (CALLS, POWER, MODE, REPORTS)),
        Row(N_("What waits and what holds"), (OPEN, NOTICES)),
        Row(N_("Incidents and duty"), (INCIDENTS, DUTY)),
        Row(N_("Outages"), (OUTAGES,)),
        Row(N_("Districts"), (DISTRICTS, MAP, LEGEND)),
        Row(N_("Boxes"), (BOXES,)),
        Row(N_("Changes"), (CHANGES,)),
    ),
    ("district",),
    "now-6h",
)
