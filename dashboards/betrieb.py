"""Betrieb (operations): whether readings arrive and the ledger adds up; the database. For operators."""

from __future__ import annotations

from dashboards import colors, mappings, units
from dashboards.dashboard import Dashboard, Row
from dashboards.fields import age, number, text
from dashboards.panel import Panel
from translations.marks import N_

_RATE = units.Suffix(N_("readings/min"))
_NOTHING = N_("No message arrived in the chosen time. Does ingest run? kiezbox doctor looks.")

LAG = Panel(
    "lag",
    "stat",
    N_("Lag"),
    12,
    4,
    (
        age(N_("last received"), thresholds=((None, colors.GREEN), (120, colors.YELLOW), (600, colors.RED))),
        number("delay_s", N_("measuring to receiving (95 %)"), "dtdurations"),
        number(
            "outbox",
            N_("messages wait in boxes"),
            units.COUNT,
            (None, colors.GREEN),
            (1_000, colors.ORANGE),
        ),
        number("unreachable", N_("boxes unreachable"), units.COUNT, (None, colors.GREEN), (1, colors.ORANGE)),
    ),
    N_("Nothing has ever arrived: no box ever sent."),
    N_("What waits in boxes is what their newest status says."),
)
SCHEMA = Panel(
    "schema",
    "stat",
    N_("Database"),
    12,
    4,
    (
        text("newest", N_("schema")),
        number("pending", N_("migrations wait"), units.COUNT),
        text("postgres", "PostgreSQL"),
        text("timescaledb", "TimescaleDB"),
        age(N_("changed")),
    ),
    N_("This database has no Kiezbox schema: kiezbox migrate."),
    N_("Migrations that wait run when the server gets TimescaleDB."),
)
RATE = Panel(
    "rate",
    "timeseries",
    N_("Readings a minute"),
    24,
    9,
    (
        number("stored", N_("stored"), _RATE),
        number("duplicate", N_("duplicate"), _RATE),
        number("rejected", N_("rejected"), _RATE),
    ),
    _NOTHING,
    N_("From the ledger, by the time of receiving."),
)
LEDGER = Panel(
    "ledger",
    "table",
    N_("The books: received = stored + duplicate + rejected"),
    24,
    5,
    (
        text("what", N_("what"), mappings.LEDGER_ROWS),
        number("received", N_("received"), units.COUNT),
        number("stored", N_("stored"), units.COUNT),
        number("duplicate", N_("duplicate"), units.COUNT),
        number("rejected", N_("rejected"), units.COUNT),
        number(
            "difference",
            N_("difference (must be 0)"),
            units.COUNT,
            (None, colors.RED),
            (0, colors.GREEN),
            (1, colors.RED),
        ),
        number("lost", N_("messages lost"), units.COUNT),
        age(N_("newest entry")),
    ),
    _NOTHING,
    N_("A difference is a bug in Kiezbox; lost are numbers that are missing."),
)
REJECTS = Panel(
    "rejects",
    "table",
    N_("Rejected, by reason"),
    12,
    8,
    (
        text("reason", N_("reason")),
        number("rejects", N_("cases"), units.COUNT),
        number("boxes", N_("boxes"), units.COUNT),
        text("example", N_("for example")),
        age(N_("last")),
    ),
    N_("Nothing was rejected in the chosen time."),
    N_("Kept as maintain's settings say."),
)
STORAGE = Panel(
    "storage",
    "table",
    N_("Chunks and rollups"),
    12,
    8,
    (
        text("tier", N_("tier"), mappings.TIERS),
        text("relation", N_("what"), mappings.RELATIONS),
        number("chunks", N_("chunks"), units.COUNT),
        number("compressed", N_("compressed"), units.COUNT),
        number("bytes", N_("size"), "bytes"),
        age(N_("refreshed")),
    ),
    N_("This database has no Kiezbox schema."),
    N_("Without the Community licence rollups are views: nothing to refresh."),
)

UPKEEP = Panel(
    "upkeep",
    "table",
    N_("Upkeep of the database"),
    24,
    8,
    (
        text("part", N_("what")),
        text("program", N_("who"), mappings.PROGRAMS),
        text("state", N_("state"), mappings.UPKEEP),
        number("failures", N_("failures"), units.COUNT),
        text("failure", N_("the last one")),
        age(N_("succeeded")),
    ),
    N_("kiezbox maintain has never run."),
    N_("What fails is tried again by itself; the rest goes on."),
)

DASHBOARD = Dashboard(
    "betrieb",
    "kiezbox-betrieb",
    N_("Operations"),
    N_("Do readings arrive, do the books balance, how is the database."),
    (
        Row(N_("Now"), (LAG, SCHEMA)),
        Row(N_("Ingest"), (RATE, LEDGER)),
        Row(N_("Rejects and storage"), (REJECTS, STORAGE)),
        Row(N_("Upkeep"), (UPKEEP,)),
    ),
    (),
    "now-24h",
)
