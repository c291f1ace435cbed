"""Box: one box in depth. For those who maintain it."""

from __future__ import annotations

from dashboards import alarm_queries, alerts, colors, mappings, units
from dashboards.dashboard import Dashboard, Row
from dashboards.fields import Field, age, number, text
from dashboards.panel import Panel
from translations.marks import N_

_NO_STATUS = N_(
    "This box sent no status in the chosen time. Boxes without a status (ESPHome, Meshtastic) stay empty here."
)

POWER = Panel(
    "power",
    "stat",
    "${box:text}",
    8,
    5,
    (
        text("state", N_("state"), mappings.STATES),
        text("battery", N_("battery")),
        age(N_("last heard"), *colors.SILENT),
    ),
    N_("This box is not known. Choose another one above."),
    N_("How long the battery lasts is there without mains only."),
    value_size=16,
)
CONNECTION = Panel(
    "connection",
    "stat",
    N_("Connection and clock"),
    8,
    5,
    (
        text("uplink", N_("link by"), mappings.UPLINKS),
        text("clock", N_("clock is ahead by")),
        age(N_("last heard"), *colors.SILENT),
    ),
    N_("This box is not known. Choose another one above."),
    N_("A clock that is behind has a minus."),
)
HEARING = Panel(
    "hearing",
    "stat",
    N_("How well it is heard"),
    8,
    5,
    (
        text("rhythm", N_("measures every")),
        text("coverage", N_("heard of 24 h")),
        number("missing", N_("missing"), units.COUNT, (None, colors.GREY), (0, colors.GREEN), (1, colors.RED)),
        age(N_("last heard"), *colors.SILENT),
    ),
    N_("This box is not known. Choose another one above."),
    N_("Of the last 24 whole hours, how much has a reading. Missing are messages that never arrived."),
)
ALARMS = Panel(
    "alarms",
    "table",
    N_("What is wrong with it now"),
    24,
    5,
    (
        text("alarm", N_("alarm"), alerts.TITLES, width=90),
        text("value", N_("value"), width=76),
        age(N_("last heard"), width=53),
    ),
    N_("Nothing of the list of alarms holds for this box."),
    N_("By the limits of the list of alarms. The runbook says what to do."),
    before=f"WITH {alarm_queries.of_boxes()}\n",
)
LATEST = Panel(
    "latest",
    "table",
    N_("Newest values"),
    12,
    10,
    (
        text("quantity", N_("quantity"), width=90),
        text("source", N_("part"), mappings.SOURCES, width=56),
        text("value", N_("value"), mappings.FLAGS, width=88),
        age(N_("ago"), *colors.FRESH, width=52),
    ),
    N_("This box has never sent a value."),
    N_("The newest by the time of measuring."),
)
SERIES = Panel(
    "series",
    "timeseries",
    "${quantity:text}",
    12,
    10,
    (Field("value", N_("value"), units.IN_TITLE),),
    N_("This box did not measure the chosen quantity in this time. Choose another quantity above."),
    N_("The unit is in the title, a line is a part of the box."),
    is_long=True,
)
BATTERY = Panel(
    "battery",
    "timeseries",
    N_("Battery against the goal of five days"),
    12,
    9,
    (number("battery", N_("battery"), units.PERCENT), number("goal", N_("goal"), units.PERCENT)),
    _NO_STATUS,
    N_("The line of the goal begins when the mains goes."),
)
STATUS = Panel(
    "status",
    "state-timeline",
    N_("What the box said about itself"),
    12,
    9,
    (
        text("link", N_("link"), mappings.STATES),
        text("power", N_("power"), mappings.STATES),
        text("mode", N_("mode"), mappings.MODES),
        text("uplink", N_("link by"), mappings.UPLINKS),
    ),
    _NO_STATUS,
    N_("Each change is a new stretch."),
)
LINK = Panel(
    "link",
    "timeseries",
    N_("What waits in the box, and who uses its Wi-Fi"),
    12,
    8,
    (
        number("outbox", N_("messages in the outbox"), units.COUNT),
        number("clients", N_("devices in the Wi-Fi"), units.COUNT),
    ),
    _NO_STATUS,
    N_("An outbox that grows means: the hub does not confirm."),
)
COVERAGE = Panel(
    "coverage",
    "table",
    N_("Heard, by day"),
    12,
    9,
    (
        text("day", N_("day"), width=56),
        text("coverage", N_("heard"), width=62),
        text("valid", N_("valid"), mappings.VALID_DAYS, width=56),
        age(N_("last heard")),
    ),
    N_("No whole day of this box is stored yet."),
    N_(
        "Fourteen civil days that are over. A day counts in limits and rankings when three quarters of its hours "
        "were heard."
    ),
)
PLACES = Panel(
    "places",
    "table",
    N_("Where it has stood"),
    24,
    6,
    (
        text("place", N_("latitude, longitude"), width=96),
        text("since", N_("since"), width=80),
        age(N_("that is"), width=68),
    ),
    N_("This box never said where it is, and nobody entered a place."),
    N_("Readings belong to the place where the box stood when it measured them."),
)
GAPS = Panel(
    "gaps",
    "table",
    N_("Messages and clock, by start of the box"),
    12,
    8,
    (
        text("boot", N_("start"), width=78),
        text("messages", N_("messages"), mappings.MISSING, width=90),
        text("clock", N_("clock set by"), mappings.CLOCKS, width=80),
        age(N_("last heard"), width=53),
    ),
    N_("This box does not number its messages, or has sent none yet: gaps cannot be seen."),
    N_("A gap is a number that never arrived. Behind the clock: by how much it was ahead."),
)
REJECTS = Panel(
    "rejects",
    "table",
    N_("Rejects"),
    12,
    8,
    (
        text("reason", N_("reason"), mappings.REASONS, width=86),
        number("rejects", N_("cases"), units.COUNT, width=58),
        number("readings", N_("readings"), units.COUNT, width=84),
        age(N_("last"), width=53),
    ),
    N_("Nothing of this box was rejected in this time."),
    N_("kiezbox rejects shows what was rejected, and why."),
)

DASHBOARD = Dashboard(
    "box",
    "kiezbox-box",
    N_("Box"),
    N_("For those who look after boxes: how is this box, what is it missing, and what did it measure?"),
    (
        Row(N_("State"), (POWER, CONNECTION, HEARING, ALARMS)),
        Row(N_("Values"), (LATEST, SERIES)),
        Row(N_("Power and history"), (BATTERY, STATUS)),
        Row(N_("How well it is heard"), (COVERAGE, GAPS)),
        Row(N_("Link and rejects"), (LINK, REJECTS)),
        Row(N_("Places"), (PLACES,)),
    ),
    ("district", "box", "quantity"),
    "now-24h",
)
