"""What operators call districts: in the database (`kiezbox district`), or in the settings of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.database import Database
    from kiezbox.settings import Settings


async def given(database: Database, settings: Settings) -> Mapping[str, str]:
    """The names of districts by their areas (`district-71`); the settings count more. Raises Unavailable."""
    rows = await database.fetch(sql.load("api.readings", "area_names"))
    return {row["area"]: row["name"] for row in rows} | settings.crisis.area_names
