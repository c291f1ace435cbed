"""What operators call districts, by `district-71`: as the hub's log and settings say, or the database without a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.assembly import SETTINGS
from api.crisis import area_names as of_node
from api.crisis.deps import CRISIS_DEPS
from api.readings import area_names as of_database

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Request

    from api.database import Database


async def given(request: Request, database: Database) -> Mapping[str, str]:
    """The names that operators gave. Raises Unavailable where another process has the log and the database is away."""
    found = CRISIS_DEPS.find(request.app)
    return await of_database.given(database, SETTINGS(request)) if found is None else of_node.given(found.node)
