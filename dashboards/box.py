"""Box: one box in depth. For those who maintain it."""

from __future__ import annotations

from dashboards import colors, mappings, units
from dashboards.dashboard import Dashboard, Row
from dashboards.fields import Field, age, number, text
from dashboards.panel import Panel
from translations.marks import N_

_NO_STATUS = N_(
    "This box sent no status in the chosen time. Boxes without a status (ESPHome, Meshtastic) stay empty here."
)
_SILENT = ((None, colors.GREEN), (900, colors.YELLOW), (3_600, colors.RED))

STATE = Panel(
    "state",
    "stat",
    "${box:text}",
    24,
    4,
    (
        text("state", N_("state"), mappings.STATES),
        number(
            "battery_percent", N_("battery"), units.PERCENT, (None, colors.RED), (20, colors.ORANGE), (60, colors.GREEN)
        ),
        number("hours_left", N_("lasts"), units.HOURS, (None, colors.RED), (24, colors.ORANGE), (72, colors.GREEN)),
        text("uplink", N_("link by")),
        number("clock_skew_s", N_("clock is ahead by"), "s"),
        number("rhythm_s", N_("measures every"), units.DURATION),
        age(N_("last heard"), thresholds=_SILENT),
    ),
    N_("This box is not known. Choose another one above."),
    N_("The hours are there without mains only. A clock that is behind has a minus."),
)
LATEST = Panel(
    "latest",
    "table",
    N_("Newest values"),
    12,
    10,
    (
        text("quantity", N_("quantity")),
        text("source", N_("part")),
        number("value", N_("value"), units.BY_ROW),
        text("unit", N_("unit")),
        text("flag", N_("flag"), mappings.FLAGS),
        age(N_("measured"), thresholds=_SILENT),
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
    (Field("value", N_("value"), units.IN_NAME),),
    N_("This box did not measure the chosen quantity in this time. Choose another quantity above."),
    N_("The unit is in the name of the line."),
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
        text("uplink", N_("by")),
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
GAPS = Panel(
    "gaps",
    "table",
    N_("Gaps and clock, by start of the box"),
    12,
    8,
    (
        text("boot", N_("start")),
        number("messages", N_("messages"), units.COUNT),
        number("missing", N_("of them missing"), units.COUNT, (None, colors.GREEN), (1, colors.RED)),
        text("clock", N_("clock set by")),
        number("clock_skew_s", N_("ahead by"), "s"),
        age(N_("last")),
    ),
    N_("This box does not number its messages, or has sent none yet: gaps cannot be seen."),
    N_("A gap is a number that never arrived."),
)
REJECTS = Panel(
    "rejects",
    "table",
    N_("Rejects"),
    24,
    7,
    (
        text("reason", N_("reason")),
        number("rejects", N_("cases"), units.COUNT),
        number("readings", N_("readings"), units.COUNT),
        text("example", N_("for example")),
        age(N_("last")),
    ),
    N_("Nothing of this box was rejected in this time."),
    N_("The reasons are in docs/operating.md."),
)

DASHBOARD = Dashboard(
    "box",
    "kiezbox-box",
    N_("Box"),
    N_("One box with everything that is known about it."),
    (
        Row(N_("State"), (STATE,)),
        Row(N_("Values"), (LATEST, SERIES)),
        Row(N_("Power and history"), (BATTERY, STATUS)),
        Row(N_("Link"), (LINK, GAPS)),
        Row(N_("Rejects"), (REJECTS,)),
    ),
    ("district", "box", "quantity"),
    "now-24h",
)
