"""How the parts of maintenance and the database's own background jobs stand: last success, failures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from kiezbox import db, sql
from kiezbox.errors import Refused, Unavailable

if TYPE_CHECKING:
    from datetime import datetime

    from kiezbox.db import Connection


class Kind(StrEnum):
    """Who does the work."""

    MAINTENANCE = "maintenance"  # kiezbox maintain
    JOB = "job"  # a background job of TimescaleDB


@dataclass(frozen=True, slots=True)
class PartHealth:
    """One part of maintenance, or one job, whose name is its policy and its relation ("refresh rolled_5m")."""

    kind: Kind
    part: str
    succeeded_at: datetime | None
    failed_at: datetime | None
    failures: int
    failure: str | None
    is_failing: bool


async def read(connection: Connection) -> list[PartHealth]:
    """All of them, the failing ones first. Takes a database with our schema."""
    rows = await connection.fetch(sql.load("storage", "upkeep_state"))
    return [PartHealth(Kind(row["kind"]), *tuple(row)[1:]) for row in rows]


def failure_of(error: BaseException) -> str:
    """The server's error, in one line."""
    if isinstance(error, Unavailable):
        return error.hint or error.what
    return str(error) if isinstance(error, Refused) else db.describe(error)
