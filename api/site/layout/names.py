"""What operators call districts, by `district-71`: as the database says, or while it is away the hub's log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.assembly import SETTINGS
from api.crisis.deps import CRISIS_DEPS
from api.readings import area_names as of_database
from crisis.state.conclusions import area_names as of_node
from kiezbox.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Request

    from api.database import Database


async def given(request: Request, database: Database) -> Mapping[str, str]:
    """The names that operators gave; only those of the settings while database and log are both out of reach."""
    settings = SETTINGS(request)
    try:
        return await of_database.given(database, settings)
    except Unavailable:
        found = CRISIS_DEPS.find(request.app)
        return settings.crisis.area_names if found is None else of_node.given(found.node)
