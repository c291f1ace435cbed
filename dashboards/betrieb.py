"""Betrieb (operations): whether readings arrive and the ledger adds up; the database. For operators."""

from __future__ import annotations

from dashboards import colors, mappings, units
from dashboards.dashboard import Dashboard, Row
from dashboards.fields import age, number, text
from dashboards.panel import Panel
from translations.marks import N_

_NOTHING = N_("No message arrived in the chosen time. Does ingest run? kiezbox doctor looks.")

ARRIVING = Panel(
    "arriving",
    "stat",
    N_("Do readings arrive"),
    6,
    5,
    (
        age(N_("last received"), (0, colors.GREEN), (120, colors.YELLOW), (600, colors.RED)),
        text("delay", N_("measuring to receiving (95 %)")),
    ),
    N_("Nothing has ever arrived: no box ever sent."),
    N_("How long 95 of 100 readings of the last hour were on their way."),
)
WAITING = Panel(
    "waiting",
    "stat",
    N_("What boxes hold back"),
    6,
    5,
    (
        number(
            "outbox", N_("messages wait"), units.COUNT, (None, colors.GREY), (0, colors.GREEN), (1_000, colors.ORANGE)
        ),
        number(
            "unreachable", N_("silent boxes"), units.COUNT, (None, colors.GREY), (0, colors.GREEN), (1, colors.ORANGE)
        ),
        age(N_("last heard"), *colors.SILENT),
    ),
    N_("No box is known yet: none has spoken, and none is registered."),
    N_("What waits in boxes is what their newest status says."),
    value_size=24,
)
SCHEMA = Panel(
    "schema",
    "stat",
    N_("Schema of the database"),
    6,
    5,
    (
        text("newest", N_("migration")),
        number("pending", N_("migrations wait"), units.COUNT),
        age(N_("changed")),
    ),
    N_("This database has no Kiezbox schema: kiezbox migrate."),
    N_("Migrations that wait run when the server gets TimescaleDB."),
)
SERVER = Panel(
    "server",
    "stat",
    N_("Programs of the database"),
    6,
    5,
    (text("postgres", "PostgreSQL"), text("timescaledb", "TimescaleDB"), age(N_("has been running for"))),
    N_("The database does not say what it is."),
    N_("Without TimescaleDB everything works, and takes more room."),
)
RATE = Panel(
    "rate",
    "timeseries",
    N_("Readings a minute"),
    24,
    9,
    (
        number("stored", N_("stored"), units.COUNT),
        number("duplicate", N_("duplicate"), units.COUNT),
        number("rejected", N_("rejected"), units.COUNT),
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
        text("what", N_("what"), mappings.LEDGER_ROWS, width=90),
        text("sums", N_("received = stored + duplicate + rejected"), width=90),
        text("difference", N_("difference"), mappings.BALANCE, width=77),
        age(N_("last"), width=53),
    ),
    _NOTHING,
    N_("A difference is a bug in Kiezbox; lost are numbers that are missing."),
)
REJECTS = Panel(
    "rejects",
    "table",
    N_("Rejected, by reason"),
    12,
    9,
    (
        text("reason", N_("reason"), mappings.REASONS, width=86),
        number("rejects", N_("cases"), units.COUNT, width=58),
        number("boxes", N_("boxes"), units.COUNT, width=62),
        age(N_("last"), width=53),
    ),
    N_("Nothing was rejected in the chosen time."),
    N_("kiezbox rejects shows what was rejected, and why. Kept as maintain's settings say."),
)
STORAGE = Panel(
    "storage",
    "table",
    N_("Chunks and rollups"),
    12,
    9,
    (
        text("relation", N_("what"), mappings.RELATIONS, width=83),
        text("tier", N_("tier"), mappings.TIERS, width=96),
        text("size", N_("size"), width=52),
        age(N_("refreshed"), width=90),
    ),
    N_("This database has no Kiezbox schema."),
    N_("Without the Community licence rollups are views: nothing to refresh."),
)
UPKEEP = Panel(
    "upkeep",
    "table",
    N_("Upkeep of the database"),
    24,
    9,
    (
        text("part", N_("what"), mappings.PARTS, width=110),
        text("state", N_("state"), mappings.UPKEEP, width=80),
        age(N_("last success"), width=76),
    ),
    N_("kiezbox maintain has never run."),
    N_("What fails is tried again by itself; the rest goes on. kiezbox doctor says why it failed."),
)

DASHBOARD = Dashboard(
    "betrieb",
    "kiezbox-betrieb",
    N_("Operations"),
    N_("For those who run the hub: do readings arrive, do the books balance, and is the database well?"),
    (
        Row(N_("Now"), (ARRIVING, WAITING, SCHEMA, SERVER)),
        Row(N_("Ingest"), (RATE, LEDGER)),
        Row(N_("Rejects and storage"), (REJECTS, STORAGE)),
        Row(N_("Upkeep"), (UPKEEP,)),
    ),
    (),
    "now-24h",
)
