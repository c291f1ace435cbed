"""Box: one box in depth. For whoever looks after it."""

from __future__ import annotations

from dashboards import columns as c
from dashboards.columns import age, number, text
from dashboards.pages import Page, Row
from dashboards.panels import Panel
from dashboards.texts import Text

_NO_STATUS = Text(
    "Im gewählten Zeitraum hat diese Box keinen Status geschickt. Boxen ohne Status "
    "(ESPHome, Meshtastic) bleiben hier leer.",
    "This box sent no status in the chosen time. Boxes without a status (ESPHome, Meshtastic) stay empty here.",
)
_SILENT = ((None, c.GREEN), (900, c.YELLOW), (3_600, c.RED))

STATE = Panel(
    "state",
    "stat",
    Text("${box:text}", "${box:text}"),
    24,
    4,
    (
        text("state", "Zustand", "state", c.STATES),
        number("battery_percent", "Batterie", "battery", c.PERCENT_UNIT, (None, c.RED), (20, c.ORANGE), (60, c.GREEN)),
        number("hours_left", "reicht noch", "lasts", c.HOURS_UNIT, (None, c.RED), (24, c.ORANGE), (72, c.GREEN)),
        text("uplink", "Verbindung über", "link by"),
        number("clock_skew_s", "Uhr geht vor um", "clock is ahead by", "s"),
        number("rhythm_s", "misst alle", "measures every", c.AGE_UNIT),
        age(Text("zuletzt gehört vor", "last heard"), steps=_SILENT),
    ),
    Text("Diese Box ist nicht bekannt. Oben eine andere wählen.", "This box is not known. Choose another one above."),
    Text(
        "Die Stunden gelten nur ohne Netzstrom. Eine Uhr, die nachgeht, steht mit einem Minus.",
        "The hours are there without mains only. A clock that is behind has a minus.",
    ),
)
LATEST = Panel(
    "latest",
    "table",
    Text("Neueste Werte", "Newest values"),
    12,
    10,
    (
        text("quantity", "Messgröße", "quantity"),
        text("source", "Teil", "part"),
        number("value", "Wert", "value", c.BY_ROW),
        text("unit", "Einheit", "unit"),
        text("flag", "Vermerk", "flag", c.FLAGS),
        age(Text("gemessen vor", "measured"), steps=_SILENT),
    ),
    Text("Diese Box hat noch nie einen Wert geschickt.", "This box has never sent a value."),
    Text("Der neueste nach der Zeit der Messung.", "The newest by the time of measuring."),
)
SERIES = Panel(
    "series",
    "timeseries",
    Text("${quantity:text}", "${quantity:text}"),
    12,
    10,
    (c.Column("value", Text("Wert", "value"), c.IN_NAME),),
    Text(
        "Diese Box hat die gewählte Größe im Zeitraum nicht gemessen. Oben eine andere Größe wählen.",
        "This box did not measure the chosen quantity in this time. Choose another quantity above.",
    ),
    Text("Die Einheit steht im Namen der Linie.", "The unit is in the name of the line."),
    is_long=True,
)
BATTERY = Panel(
    "battery",
    "timeseries",
    Text("Batterie gegen das Ziel von fünf Tagen", "Battery against the goal of five days"),
    12,
    9,
    (number("battery", "Batterie", "battery", c.PERCENT_UNIT), number("goal", "Ziel", "goal", c.PERCENT_UNIT)),
    _NO_STATUS,
    Text("Die Ziellinie beginnt, wenn der Strom ausfällt.", "The line of the goal begins when the mains goes."),
)
STATUS = Panel(
    "status",
    "state-timeline",
    Text("Was die Box von sich sagte", "What the box said about itself"),
    12,
    9,
    (
        text("link", "Verbindung", "link", c.STATES),
        text("power", "Strom", "power", c.STATES),
        text("mode", "Modus", "mode", c.MODES),
        text("uplink", "über", "by"),
    ),
    _NO_STATUS,
    Text("Jede Änderung ein neues Stück.", "Each change is a new stretch."),
)
LINK = Panel(
    "link",
    "timeseries",
    Text("Was in der Box wartet, und wer ihr WLAN nutzt", "What waits in the box, and who uses its Wi-Fi"),
    12,
    8,
    (
        number("outbox", "Nachrichten im Ausgang", "messages in the outbox", c.COUNT_UNIT),
        number("clients", "Geräte im WLAN", "devices in the Wi-Fi", c.COUNT_UNIT),
    ),
    _NO_STATUS,
    Text(
        "Ein Ausgang, der wächst, heißt: Der Hub bestätigt nicht.",
        "An outbox that grows means: the hub does not confirm.",
    ),
)
GAPS = Panel(
    "gaps",
    "table",
    Text("Lücken und Uhr, je Start der Box", "Gaps and clock, by start of the box"),
    12,
    8,
    (
        text("boot", "Start", "start"),
        number("messages", "Nachrichten", "messages", c.COUNT_UNIT),
        number("missing", "davon fehlen", "of them missing", c.COUNT_UNIT, (None, c.GREEN), (1, c.RED)),
        text("clock", "Uhr gestellt nach", "clock set by"),
        number("clock_skew_s", "geht vor um", "ahead by", "s"),
        age(Text("zuletzt vor", "last")),
    ),
    Text(
        "Diese Box zählt ihre Nachrichten nicht, oder sie hat noch keine geschickt: Lücken sind nicht zu erkennen.",
        "This box does not number its messages, or has sent none yet: gaps cannot be seen.",
    ),
    Text("Eine Lücke ist eine Nummer, die nie ankam.", "A gap is a number that never arrived."),
)
REJECTS = Panel(
    "rejects",
    "table",
    Text("Abgewiesenes", "Rejects"),
    24,
    7,
    (
        text("reason", "Grund", "reason"),
        number("rejects", "Fälle", "cases", c.COUNT_UNIT),
        number("readings", "Messwerte", "readings", c.COUNT_UNIT),
        text("example", "zum Beispiel", "for example"),
        age(Text("zuletzt vor", "last")),
    ),
    Text("Von dieser Box wurde im Zeitraum nichts abgewiesen.", "Nothing of this box was rejected in this time."),
    Text("Die Gründe stehen in docs/operating.md.", "The reasons are in docs/operating.md."),
)

PAGE = Page(
    "box",
    "kiezbox-box",
    Text("Box", "Box"),
    Text("Eine Box mit allem, was man von ihr weiß.", "One box with everything that is known about it."),
    (
        Row(Text("Zustand", "State"), (STATE,)),
        Row(Text("Werte", "Values"), (LATEST, SERIES)),
        Row(Text("Strom und Verlauf", "Power and history"), (BATTERY, STATUS)),
        Row(Text("Verbindung", "Link"), (LINK, GAPS)),
        Row(Text("Abgewiesenes", "Rejects"), (REJECTS,)),
    ),
    ("district", "box", "quantity"),
    "now-24h",
)
