"""Reads cards from the database, and what their pages need: style, script and its texts."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request

from api.database import Database
from api.http import public_address
from api.live import outages
from api.site.cards import cards
from api.site.cards.cards import Card
from api.site.layout import assets
from api.site.layout.assets import Script
from api.site.layout.reader import Reader
from kiezbox import sql
from translations import units
from translations.words import SHORT_AGES

STYLE = assets.read(__package__, "cards.css")
SCRIPT = Script("live.js", outages.script() + assets.AGES + assets.read(__package__, "live.js"))
# What the script needs to write ages and flags as the server does.
TEXTS = {**SHORT_AGES, **{f"flag_{slug}": text for slug, text in cards.FLAGS.items()}}
_VALUES = {"units": dict(units.SIGNS), "old_s": cards.OLD_S}


def script_values(request: Request, followed: str) -> dict[str, Any]:
    """What the script needs besides texts. `followed`: the query of the stream that the page follows."""
    address = f"{public_address.prefix(request.scope)}/v1/stream"
    return {**_VALUES, "stream_address": f"{address}?{followed}" if followed else address}


async def read(database: Database, boxes: Sequence[str], reader: Reader) -> Mapping[str, Card]:
    """The cards of these boxes, by box; of those that are public. Raises Unavailable."""
    if not boxes:
        return {}
    rows = await database.fetch(sql.load("api.readings", "boxes"), list(boxes), None, None, len(boxes))
    readings = await database.fetch(
        sql.load("api.site.cards", "newest"), [row["id"] for row in rows], reader.words.language.tag
    )
    return cards.of(rows, readings, reader.now, reader.words)
