"""What operators changed about boxes, and who it was: the table `box_change`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from kiezbox.db import Connection


class Via(StrEnum):
    """The way by which a change was asked for."""

    COMMAND = "command"
    API = "api"


class ChangeKind(StrEnum):
    """What operators do with a box."""

    REGISTER = "register"
    RENAME = "rename"
    MOVE = "move"
    RETIRE = "retire"
    CREDENTIAL = "credential"  # a new password at the broker
    REVOKE = "revoke"  # it may not sign in at the broker any more
    PUBLISH = "publish"  # who may see it, and how exactly where it stands


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes a change: an account of staff, or a user of the machine."""

    name: str
    via: Via


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that an operator changed."""

    at: datetime
    author: Author
    kind: ChangeKind
    before: Mapping[str, Any]
    after: Mapping[str, Any]


async def write(
    connection: Connection,
    author: Author,
    kind: ChangeKind,
    box: str,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """Write down a change of a box that there is, in the caller's transaction."""
    what = json.dumps(before), json.dumps(after)
    await connection.execute(
        sql.load("storage", "insert_change"), box, author.name, author.via.value, kind.value, *what
    )


async def of(connection: Connection, box: str, limit: int) -> list[Change]:
    """The newest changes of a box, the newest first."""
    return [
        Change(
            row["at"],
            Author(row["actor"], Via(row["via"])),
            ChangeKind(row["change"]),
            json.loads(row["before"]),
            json.loads(row["after"]),
        )
        for row in await connection.fetch(sql.load("storage", "changes_of_box"), box, limit)
    ]
