"""When each backup succeeded last, as whoever makes it notes (`kiezbox backup`): Kiezbox itself makes none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiezbox import sql
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from kiezbox.db import Connection

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")  # as in 0038_backup.sql
_FAILURE_MAX = 300  # characters


@dataclass(frozen=True, slots=True)
class BackupState:
    """How one backup ended last. `every`: how often it should succeed; a quarter later it is overdue."""

    name: str
    every: timedelta
    succeeded_at: datetime | None
    failed_at: datetime | None
    failures: int
    failure: str | None
    is_failing: bool


def checked(name: str) -> str:
    """A name that a backup may have. Raises OperatorError."""
    if _NAME.fullmatch(name) is None:
        raise OperatorError(f"{name!r} cannot be a backup's name", "1 to 32 of a-z, 0-9, - and _, as in: database")
    return name


async def read(connection: Connection) -> list[BackupState]:
    """All that were ever noted, the failing ones first. Takes a database with our schema."""
    return [BackupState(*tuple(row)) for row in await connection.fetch(sql.load("storage", "backup_state"))]


async def note(connection: Connection, name: str, every: timedelta | None, failure: str | None = None) -> None:
    """A backup succeeded just now, or failed for this reason. `every` None: as it was noted before, else a day."""
    said = None if failure is None else _in_one_line(failure)
    await connection.execute(sql.load("storage", "note_backup"), checked(name), every, said)


async def forget(connection: Connection, name: str) -> bool:
    """A backup is not made any more. False when there was none of this name."""
    return await connection.fetchval(sql.load("storage", "delete_backup"), name) is not None


def _in_one_line(text: str) -> str:
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line[:_FAILURE_MAX] or "it failed"
