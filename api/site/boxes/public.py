"""Which boxes have a page, and where the public may know them to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices import boxes
from kiezbox import sql

if TYPE_CHECKING:
    from api.database import Database, Row


class NoSuchBoxError(Exception):
    """There is no such box, or it is not public."""

    def __init__(self, box: str, *, is_private: bool = False) -> None:
        super().__init__(box)
        self.box = box
        self.is_private = is_private


async def find(database: Database, box: str) -> Row:
    """The row of box.sql of a box that everybody may see. Raises NoSuchBoxError, Unavailable."""
    if not boxes.is_id(box):
        raise NoSuchBoxError(box)
    rows = await database.fetch(sql.load("api.site.boxes", "box"), box)
    if not rows:
        known = await database.fetch("SELECT FROM box WHERE id = $1", box)
        raise NoSuchBoxError(box, is_private=bool(known))
    return rows[0]


async def civil_zone(database: Database) -> str:
    """The time zone of the days that the database keeps. Raises Unavailable."""
    (row,) = await database.fetch("SELECT name FROM civil_zone")
    found: str = row["name"]
    return found
