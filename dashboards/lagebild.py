"""Lagebild (situation): who has power, who is silent, who called for help, what changed. For emergency staff."""

from __future__ import annotations

from dashboards import colors, mappings, units
from dashboards.dashboard import Dashboard, Row
from dashboards.fields import Field, age, number, text
from dashboards.panel import Panel
from translations.marks import N_

_NO_BOX = N_("No box is known yet: none has spoken, and none is registered in the chosen district.")
_SILENT = ((None, colors.GREEN), (900, colors.YELLOW), (3_600, colors.RED))
_EMPTYING = ((None, colors.RED), (24, colors.ORANGE), (72, colors.GREEN))
_NONE_IS_GOOD = ((None, colors.GREEN), (1, colors.RED))

OVERVIEW = Panel(
    "overview",
    "stat",
    N_("Boxes"),
    8,
    4,
    (
        number("mains", N_("on mains"), units.COUNT, (None, colors.GREEN)),
        number("battery", N_("on battery"), units.COUNT, (None, colors.GREEN), (1, colors.ORANGE)),
        number("unreachable", N_("unreachable"), units.COUNT, *_NONE_IS_GOOD),
        number("other", N_("power not known"), units.COUNT, (None, colors.GREY)),
        age(N_("last heard"), thresholds=_SILENT),
    ),
    _NO_BOX,
    N_("A box is unreachable when it is silent for three times its own rhythm."),
)
MODE = Panel(
    "mode",
    "stat",
    N_("Mode"),
    7,
    4,
    (
        text("mode", N_("whole city"), mappings.MODES),
        number("areas", N_("areas in emergency"), units.COUNT, *_NONE_IS_GOOD),
        age(N_("last change")),
    ),
    N_("Never set: nobody has confirmed a mode."),
    N_("As staff confirmed it last."),
)
CALLS = Panel(
    "calls",
    "stat",
    N_("Calls for help and reports"),
    9,
    4,
    (
        number("distress", N_("calls open"), units.COUNT, *_NONE_IS_GOOD),
        number("untaken", N_("not taken"), units.COUNT, *_NONE_IS_GOOD),
        number("reports", N_("reports open"), units.COUNT, (None, colors.BLUE)),
        age(N_("oldest waits")),
    ),
    N_("No call for help and no report is stored."),
    N_("What people wrote is on the staff's page only."),
)
OUTAGES = Panel(
    "outages",
    "table",
    N_("Without power"),
    24,
    6,
    (
        text("ortsteile", N_("where (Ortsteile)")),
        text("grade", N_("how sure"), mappings.OUTAGE_GRADES),
        number("boxes", N_("boxes without"), units.COUNT),
        number("heard", N_("of those heard"), units.COUNT),
        number("streets", N_("streets"), units.COUNT),
        Field("since", N_("since"), "dateTimeAsLocal"),
        Field("until", N_("until"), "dateTimeAsLocal"),
        age(N_("last word"), thresholds=((None, colors.GREEN), (600, colors.ORANGE))),
    ),
    N_("No box is without mains power."),
    N_("By what the boxes say, with the streets around them. One box alone may have a blown fuse."),
)
DISTRICTS = Panel(
    "districts",
    "table",
    N_("Districts"),
    15,
    10,
    (
        text("district", N_("district")),
        number("boxes", N_("boxes"), units.COUNT),
        number("mains", N_("on mains"), units.COUNT),
        number("battery", N_("on battery"), units.COUNT, (None, colors.GREY), (1, colors.ORANGE)),
        number("unreachable", N_("unreachable"), units.COUNT, (None, colors.GREY), (1, colors.RED)),
        number("trouble_s", N_("in trouble for"), units.DURATION),
        number("hours_left", N_("battery lasts"), units.HOURS, *_EMPTYING),
        text("mode", N_("mode"), mappings.MODES),
        age(N_("last heard"), thresholds=_SILENT),
    ),
    _NO_BOX,
    N_("The battery is the one that is empty first. Districts are named as their boxes begin: 71 in 71-01."),
)
MAP = Panel(
    "map",
    "geomap",
    N_("Map"),
    9,
    10,
    (
        Field("latitude", N_("latitude"), "degree", hidden=True),
        Field("longitude", N_("longitude"), "degree", hidden=True),
        Field("box", N_("box")),
        text("state", N_("state"), mappings.STATES),
        number("battery_percent", N_("battery"), units.PERCENT),
        number("hours_left", N_("lasts"), units.HOURS),
        age(N_("last heard")),
    ),
    N_("No box has a position yet."),
    N_("No map tiles from outside: it works without the internet. Boxes without a position are in the table."),
)
BOXES = Panel(
    "boxes",
    "table",
    N_("Boxes, the worst first"),
    24,
    11,
    (
        Field("box", N_("box"), link="kiezbox-box"),
        text("name", N_("name")),
        text("state", N_("state"), mappings.STATES),
        number("since_s", N_("for"), units.DURATION),
        number(
            "battery_percent", N_("battery"), units.PERCENT, (None, colors.RED), (20, colors.ORANGE), (60, colors.GREEN)
        ),
        number("hours_left", N_("lasts"), units.HOURS, *_EMPTYING),
        text("hours_by", N_("estimated"), mappings.ESTIMATES),
        text("mode", N_("mode of the box"), mappings.MODES),
        age(N_("last heard"), thresholds=_SILENT),
    ),
    _NO_BOX,
    N_(
        "Hours from the course since the mains went; where that is too short, from the goal that a full "
        "battery lasts five days."
    ),
)
OPEN = Panel(
    "open",
    "table",
    N_("Open calls for help and reports"),
    12,
    8,
    (
        text("family", N_("sort"), mappings.EVENT_FAMILIES),
        text("kind", N_("about"), mappings.KINDS),
        text("progress", N_("progress"), mappings.PROGRESS),
        Field("box", N_("box"), link="kiezbox-box"),
        number("people", N_("people"), units.COUNT),
        age(N_("waits for"), thresholds=((None, colors.GREEN), (120, colors.ORANGE), (600, colors.RED))),
    ),
    N_("Nobody waits: nothing is open."),
    N_("Whoever takes one does so on the staff's page."),
)
NOTICES = Panel(
    "notices",
    "table",
    N_("Notices that hold now"),
    12,
    8,
    (
        text("headline", N_("notice")),
        text("severity", N_("severity"), mappings.SEVERITIES),
        text("area", N_("area")),
        Field("until_at", N_("until"), "dateTimeAsLocal"),
        age(N_("published")),
    ),
    N_("No official notice holds at the moment."),
    N_("One without an end holds until it is withdrawn."),
)
CHANGES = Panel(
    "changes",
    "table",
    N_("What changed in the last hour"),
    24,
    8,
    (
        text("subject", N_("box or area")),
        text("what", N_("what"), mappings.CHANGES),
        text("before", N_("before"), {**mappings.STATES, **mappings.MODES}),
        text("after", N_("now"), {**mappings.STATES, **mappings.MODES}),
        age(N_("ago")),
    ),
    N_("Nothing changed in the last hour."),
    N_("Link, power and mode of boxes, and what staff decided."),
)

DASHBOARD = Dashboard(
    "lagebild",
    "kiezbox-lagebild",
    N_("Situation"),
    N_("Who has power, who is silent, who needs help."),
    (
        Row(N_("At a glance"), (OVERVIEW, MODE, CALLS)),
        Row(N_("What waits and what holds"), (OPEN, NOTICES)),
        Row(N_("Outages"), (OUTAGES,)),
        Row(N_("Districts"), (DISTRICTS, MAP)),
        Row(N_("Boxes"), (BOXES,)),
        Row(N_("Changes"), (CHANGES,)),
    ),
    ("district",),
    "now-6h",
)
