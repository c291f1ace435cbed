"""Betrieb: do readings arrive, do the books balance, how does the database stand. For operators."""

from __future__ import annotations

from dashboards import columns as c
from dashboards.columns import age, number, text
from dashboards.pages import Page, Row
from dashboards.panels import Panel
from dashboards.texts import Text

_RATE = Text("Werte/min", "readings/min")
_NOTHING = Text(
    "Im gewählten Zeitraum kam keine Nachricht an. Läuft ingest? kiezbox doctor sieht nach.",
    "No message arrived in the chosen time. Does ingest run? kiezbox doctor looks.",
)

LAG = Panel(
    "lag",
    "stat",
    Text("Rückstand", "Lag"),
    12,
    4,
    (
        age(Text("letzter Empfang vor", "last received"), steps=((None, c.GREEN), (120, c.YELLOW), (600, c.RED))),
        number("delay_s", "Messung bis Empfang (95 %)", "measuring to receiving (95 %)", "dtdurations"),
        number(
            "outbox",
            "Nachrichten warten in Boxen",
            "messages wait in boxes",
            c.COUNT_UNIT,
            (None, c.GREEN),
            (1_000, c.ORANGE),
        ),
        number(
            "unreachable", "Boxen nicht erreichbar", "boxes unreachable", c.COUNT_UNIT, (None, c.GREEN), (1, c.ORANGE)
        ),
    ),
    Text("Es ist noch nie etwas angekommen: Keine Box hat je gesendet.", "Nothing has ever arrived: no box ever sent."),
    Text("Was in Boxen wartet, sagt ihr letzter Status.", "What waits in boxes is what their newest status says."),
)
SCHEMA = Panel(
    "schema",
    "stat",
    Text("Datenbank", "Database"),
    12,
    4,
    (
        text("newest", "Schema", "schema"),
        number("pending", "Migrationen warten", "migrations wait", c.COUNT_UNIT),
        text("postgres", "PostgreSQL", "PostgreSQL"),
        text("timescaledb", "TimescaleDB", "TimescaleDB"),
        age(Text("geändert vor", "changed")),
    ),
    Text(
        "Diese Datenbank hat kein Schema von Kiezbox: kiezbox migrate.",
        "This database has no Kiezbox schema: kiezbox migrate.",
    ),
    Text(
        "Wartende Migrationen laufen, wenn der Server TimescaleDB bekommt.",
        "Migrations that wait run when the server gets TimescaleDB.",
    ),
)
RATE = Panel(
    "rate",
    "timeseries",
    Text("Messwerte je Minute", "Readings a minute"),
    24,
    9,
    (
        number("stored", "gespeichert", "stored", _RATE),
        number("duplicate", "doppelt", "duplicate", _RATE),
        number("rejected", "abgewiesen", "rejected", _RATE),
    ),
    _NOTHING,
    Text("Aus dem Hauptbuch, nach der Zeit des Empfangs.", "From the ledger, by the time of receiving."),
)
LEDGER = Panel(
    "ledger",
    "table",
    Text(
        "Die Bücher: empfangen = gespeichert + doppelt + abgewiesen",
        "The books: received = stored + duplicate + rejected",
    ),
    24,
    5,
    (
        text("what", "was", "what", c.SIDES),
        number("received", "empfangen", "received", c.COUNT_UNIT),
        number("stored", "gespeichert", "stored", c.COUNT_UNIT),
        number("duplicate", "doppelt", "duplicate", c.COUNT_UNIT),
        number("rejected", "abgewiesen", "rejected", c.COUNT_UNIT),
        number(
            "difference",
            "Differenz (muss 0 sein)",
            "difference (must be 0)",
            c.COUNT_UNIT,
            (None, c.RED),
            (0, c.GREEN),
            (1, c.RED),
        ),
        number("lost", "Nachrichten verloren", "messages lost", c.COUNT_UNIT),
        age(Text("neueste Buchung vor", "newest entry")),
    ),
    _NOTHING,
    Text(
        "Eine Differenz ist ein Fehler in Kiezbox; verloren sind Nummern, die fehlen.",
        "A difference is a bug in Kiezbox; lost are numbers that are missing.",
    ),
)
REJECTS = Panel(
    "rejects",
    "table",
    Text("Abgewiesen, nach Grund", "Rejected, by reason"),
    12,
    8,
    (
        text("reason", "Grund", "reason"),
        number("rejects", "Fälle", "cases", c.COUNT_UNIT),
        number("boxes", "Boxen", "boxes", c.COUNT_UNIT),
        text("example", "zum Beispiel", "for example"),
        age(Text("zuletzt vor", "last")),
    ),
    Text("Im gewählten Zeitraum wurde nichts abgewiesen.", "Nothing was rejected in the chosen time."),
    Text("Aufbewahrt nach den Einstellungen von maintain.", "Kept as maintain's settings say."),
)
STORAGE = Panel(
    "storage",
    "table",
    Text("Chunks und Rollups", "Chunks and rollups"),
    12,
    8,
    (
        text("tier", "Stufe", "tier", c.TIERS),
        text("relation", "was", "what", c.RELATIONS),
        number("chunks", "Chunks", "chunks", c.COUNT_UNIT),
        number("compressed", "komprimiert", "compressed", c.COUNT_UNIT),
        number("bytes", "Größe", "size", "bytes"),
        age(Text("aufgefrischt vor", "refreshed")),
    ),
    Text("Diese Datenbank hat kein Schema von Kiezbox.", "This database has no Kiezbox schema."),
    Text(
        "Ohne Community-Lizenz sind Rollups Sichten: nichts aufzufrischen.",
        "Without the Community licence rollups are views: nothing to refresh.",
    ),
)

UPKEEP = Panel(
    "upkeep",
    "table",
    Text("Wartung der Datenbank", "Upkeep of the database"),
    24,
    8,
    (
        text("part", "was", "what"),
        text("program", "wer", "who", c.PROGRAMS),
        text("state", "Zustand", "state", c.UPKEEP),
        number("failures", "gescheitert", "failures", c.COUNT_UNIT),
        text("failure", "zuletzt woran", "the last one"),
        age(Text("gelungen vor", "succeeded")),
    ),
    Text("kiezbox maintain lief noch nie.", "kiezbox maintain has never run."),
    Text(
        "Was scheitert, wird von selbst wieder versucht; das Übrige läuft weiter.",
        "What fails is tried again by itself; the rest goes on.",
    ),
)

PAGE = Page(
    "betrieb",
    "kiezbox-betrieb",
    Text("Betrieb", "Operations"),
    Text(
        "Kommen Messwerte an, stimmen die Bücher, wie steht die Datenbank.",
        "Do readings arrive, do the books balance, how is the database.",
    ),
    (
        Row(Text("Jetzt", "Now"), (LAG, SCHEMA)),
        Row(Text("Aufnahme", "Ingest"), (RATE, LEDGER)),
        Row(Text("Abgewiesenes und Ablage", "Rejects and storage"), (REJECTS, STORAGE)),
        Row(Text("Wartung", "Upkeep"), (UPKEEP,)),
    ),
    (),
    "now-24h",
)
