"""Which database role may do what with which relation: one table, from which migrate grants (docs/security.md).

The owner of the tables migrates and may everything. A process that runs with a role of its own may what stands here,
and no more. A relation that is missing here is nobody's but the owner's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

VERBS = ("select", "insert", "update", "delete")
_TERM = re.compile(r"(select|insert|update|delete)(?:\(([a-z_, ]+)\))?")


class Role(StrEnum):
    """The roles besides the owner, by the process that logs in with them."""

    INGEST = "kiezbox_ingest"
    API = "kiezbox_api"  # what the API reads
    WRITER = "kiezbox_api_writer"  # what the API writes: boxes, and the copy of the crisis log
    MAINTAIN = "kiezbox_maintain"
    READER = "kiezbox_reader"  # dashboards


# How the sessions of a role begin. A role can change these for itself: they are defaults, not walls. What outlasts
# KIEZBOX_MAINTENANCE_STATEMENT_SECONDS is ended by maintenance (0026_roles.sql).
SESSION: dict[Role, dict[str, str]] = {
    Role.INGEST: {},
    Role.API: {"default_transaction_read_only": "on", "statement_timeout": "60s"},
    Role.WRITER: {"statement_timeout": "60s"},
    Role.MAINTAIN: {},
    Role.READER: {"default_transaction_read_only": "on", "statement_timeout": "15s"},
}

_READ = "select"
_KEEP = "select insert update"
_ROLLUP = {Role.API: _READ, Role.READER: _READ, Role.MAINTAIN: _READ}
_SHOWN = {Role.READER: _READ}
_OPEN = {Role.API: _READ}  # what everybody may see of boxes
_CATALOGUE = {Role.INGEST: _READ, Role.API: _READ, Role.READER: _READ}

RIGHTS: dict[str, dict[Role, str]] = {
    "alarm": {Role.API: _READ, Role.WRITER: "select insert update delete", Role.READER: _READ},
    "alarm_list": {Role.API: _READ, Role.WRITER: "select insert update delete", Role.READER: _READ},
    "archived_share": _ROLLUP,
    "averaged_reading": _ROLLUP,
    "backup": {Role.MAINTAIN: "select insert update delete"},
    "bad_position": _CATALOGUE,
    "box": {Role.INGEST: _KEEP, Role.API: _READ, Role.WRITER: _KEEP, Role.READER: _READ},
    "box_change": {Role.WRITER: "select insert"},
    "box_credential": {},
    "box_state": {Role.API: _READ, Role.READER: _READ},
    "broker_access": {},
    "broker_session": {Role.INGEST: _KEEP},
    "civil_zone": _ROLLUP,
    "conversion": {**_ROLLUP, Role.INGEST: "select(newest_at)", Role.MAINTAIN: "select update"},
    "crisis_call": _SHOWN,
    "crisis_change": _SHOWN,
    "crisis_copied": {Role.WRITER: _KEEP},
    "crisis_duty": _SHOWN,
    "crisis_event": {Role.INGEST: "select(id) insert", Role.WRITER: _KEEP},
    "crisis_incident": _SHOWN,
    "crisis_notice": _SHOWN,
    "deferred": {Role.INGEST: "select insert delete", Role.API: "select(box, due_at)"},
    "district": {Role.API: _READ, Role.WRITER: _READ, Role.READER: _READ},
    "district_change": {},
    "feed": {Role.INGEST: "select insert delete", Role.API: _READ},
    "five_minutes": _ROLLUP,
    "folded_5m": {**_ROLLUP, Role.MAINTAIN: "select insert update delete"},
    "folded_share": _ROLLUP,
    "input_declaration": {Role.INGEST: "select insert update delete"},
    "input_key": {Role.INGEST: "select insert", Role.MAINTAIN: "select delete"},
    "input_mapping": {Role.INGEST: _READ, Role.API: _READ, Role.WRITER: "select insert update delete"},
    "input_name": {
        Role.INGEST: _KEEP,
        Role.API: _READ,
        Role.WRITER: "select delete",
        Role.MAINTAIN: "select delete",
    },
    "input_sender": {Role.INGEST: "select update(heard_at)"},
    "late_hour": {**_ROLLUP, Role.INGEST: "insert", Role.MAINTAIN: "select insert delete"},
    "latest": {Role.INGEST: _KEEP, Role.API: _READ, Role.MAINTAIN: _READ, Role.READER: _READ},
    "limit_source": _CATALOGUE,
    "limit_value": _CATALOGUE,
    "maintenance_part": {Role.MAINTAIN: _KEEP},
    "message_ledger": {Role.INGEST: _KEEP, Role.API: _READ, Role.MAINTAIN: "select delete", Role.READER: _READ},
    "open_alarm": _SHOWN,
    "outage": {Role.API: _READ, Role.WRITER: "select insert update delete", Role.READER: _READ},
    "place": {Role.INGEST: _KEEP, Role.API: _READ, Role.WRITER: _KEEP, Role.READER: _READ},
    "progress": {Role.INGEST: _KEEP, Role.API: _READ, Role.READER: _READ},
    "public_box": _OPEN,
    "public_box_all": _OPEN,
    "public_box_marked": _OPEN,
    "public_place": _OPEN,
    "publication": _OPEN,
    "quantity": _CATALOGUE,
    "quantity_class": _CATALOGUE,
    "reading": {Role.INGEST: _READ, Role.API: _READ, Role.MAINTAIN: _READ, Role.READER: _READ},
    "reading_before": {Role.MAINTAIN: _READ},  # until it is converted
    "reading_1d": _ROLLUP,
    "reading_1h": _ROLLUP,
    "reading_5m": _ROLLUP,
    "reject": {
        Role.INGEST: "select insert delete",
        Role.MAINTAIN: "select(id, received_at, box, reason) delete",
        Role.READER: "select(id, received_at, box, topic, reason, detail, readings)",
    },
    "removed": {Role.MAINTAIN: _KEEP, Role.READER: _READ},
    "retention": {Role.API: _READ, Role.MAINTAIN: _KEEP, Role.READER: _READ},
    "rolled_1d": {**_ROLLUP, Role.MAINTAIN: "select insert update delete"},
    "rolled_1h": {**_ROLLUP, Role.MAINTAIN: _KEEP},
    "rolled_5m": _ROLLUP,  # of TimescaleDB's Community edition
    "rolled_5m_before": {},  # there, of an upgraded database
    "rollup_progress": {**_ROLLUP, Role.INGEST: _READ, Role.MAINTAIN: "select update"},
    "schema_migration": dict.fromkeys(Role, _READ),
    "sender_without_credential": {Role.INGEST: _READ},
    "series": {
        Role.INGEST: "select insert update(decimals)",
        Role.API: _READ,
        Role.MAINTAIN: _READ,
        Role.READER: _READ,
    },
    "shown_box": {},  # the public views read it
    "status": {Role.INGEST: "select insert update(at)", Role.API: _READ, Role.READER: _READ},
    "storage_state": _SHOWN,
    "stored_reading": {**_ROLLUP, Role.INGEST: "select insert", Role.MAINTAIN: "select insert delete"},
    "unconverted_reading": _ROLLUP,
}
# Functions that do not run with the rights of whoever calls them; all others may be called by everybody.
FUNCTIONS: dict[str, frozenset[Role]] = {
    "count_publication()": frozenset(),  # of a trigger
    "end_long_statements(double precision)": frozenset({Role.MAINTAIN}),
    "drop_archive()": frozenset({Role.MAINTAIN}),
    "finish_conversion()": frozenset({Role.MAINTAIN}),
}
# TimescaleDB lets only the owner of a hypertable drop its chunks, refresh its rollups and set its policies.
OWNED_ON_TIMESCALE: dict[str, Role] = dict.fromkeys(
    ("stored_reading", "reading_before", "rolled_5m", "rolled_5m_before", "rolled_1h"), Role.MAINTAIN
)


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One verb on a relation, or on a column of it."""

    relation: str
    role: str
    verb: str
    column: str | None = None


def parse(relation: str, role: str, written: str) -> frozenset[Right]:
    """The rights of a cell as `select(id, box) delete`. Raises ValueError for anything else."""
    found = set()
    rest = _TERM.sub("", written)
    if rest.strip():
        raise ValueError(f"{relation}, {role}: {rest.strip()!r} is no right")
    for verb, columns in _TERM.findall(written):
        if columns:
            found |= {Right(relation, role, verb, column.strip()) for column in columns.split(",")}
        else:
            found.add(Right(relation, role, verb))
    return frozenset(found)


def wanted() -> frozenset[Right]:
    """Every right of every role."""
    return frozenset(
        right
        for relation, cells in RIGHTS.items()
        for role, cell in cells.items()
        for right in parse(relation, role, cell)
    )
