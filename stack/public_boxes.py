"""Whether everybody sees any box: where boxes are and none is public, map, data and API look as if nothing ran."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api import database
from kiezbox import sql
from stack.findings import Finding, Level

if TYPE_CHECKING:
    from kiezbox import db
    from kiezbox.settings.http import PublicBoxes

_PART = "public"


async def examine(connection: db.Connection, public_boxes: PublicBoxes | None) -> list[Finding]:
    """How many boxes in service are public by these settings; a warning where none is, nothing where no box is."""
    query = database.of_public_boxes(sql.load("stack.commands", "public_boxes"), public_boxes)
    row = await connection.fetchrow(query)
    if row is None or not row["boxes"]:
        return []
    if row["public"]:
        return [Finding(Level.OK, _PART, f"{row['public']:,} of {row['boxes']:,} boxes in service are public")]
    text = f"{row['boxes']:,} boxes are in service and none is public: map, /v1, SensorThings and files show nothing"
    advice = "mark one (kiezbox box set ID --public), or show all that speak protocol v1: KIEZBOX_API_PUBLIC_BOXES=all"
    return [Finding(Level.WARN, _PART, text, advice)]
