"""Districts of boxes as operators name them. A district is the number with which the ids of its boxes begin.

Each function runs in the caller's transaction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from kiezbox import sql
from storage import boxes
from storage.box_errors import BoxStateError, InvalidBoxError

if TYPE_CHECKING:
    from kiezbox.db import Connection
    from storage.box_history import Author

_NUMBER = re.compile(r"(?:district-)?([0-9a-f]{2})")
_sql = partial(sql.load, "storage")


@dataclass(frozen=True, slots=True)
class District:
    """A district: its number as in the ids of its boxes (`71`), its name, and how many boxes in service it has."""

    id: str
    name: str | None
    boxes: int


def read(typed: str) -> int:
    """The number that somebody typed as `71` or `district-71`. Raises InvalidBoxError."""
    found = _NUMBER.fullmatch(typed.strip().lower())
    if found is None:
        raise InvalidBoxError(
            f"{typed!r} is no district",
            "write the two characters with which the ids of its boxes begin, for example 71",
        )
    return int(found[1], 16)


async def rename(connection: Connection, author: Author, typed: str, name: str) -> District:
    """Set the name that people read; an empty one removes it. Raises BoxError."""
    number, checked = read(typed), boxes.checked_name(name)
    before = await connection.fetchval(_sql("lock_district"), number)
    if before == checked:
        so = "has no name" if checked is None else "is called so already"
        raise BoxStateError(f"nothing would change: {number:02x} {so}", "kiezbox district list shows what has one")
    await connection.execute(_sql("delete_district" if checked is None else "put_district"), number, checked)
    await connection.execute(_sql("insert_district_change"), number, author.name, before, checked)
    (found,) = [each for each in await listed(connection, number) if each.id == f"{number:02x}"]
    return found


async def listed(connection: Connection, number: int | None = None) -> list[District]:
    """The districts that have boxes in service or a name, by number; or the one of this number, whatever it has."""
    rows = await connection.fetch(_sql("list_districts"), number)
    return [District(f"{row['id']:02x}", row["name"], row["boxes"]) for row in rows]
