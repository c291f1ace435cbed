"""Which boxes have a page, and where the public may know them to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices import boxes
from kiezbox import sql

if TYPE_CHECKING:
    from api.database import Database, Row


class NoSuchBoxError(Exception):
    """There is no such box, or it is not public: which of both is told to nobody."""


async def find(database: Database, box: str) -> Row:
    """The row of box.sql of a box that everybody may see. Raises NoSuchBoxError, Unavailable."""
    if not boxes.is_id(box):
        raise NoSuchBoxError(box)
    rows = await database.fetch(sql.load("api.site.boxes", "box"), box)
    if not rows:
        raise NoSuchBoxError(box)
    return rows[0]
