"""Districts are called on their pages as operators named them at the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.readings import area_names
from kiezbox.settings import Settings
from storage import districts
from storage.box_history import Author, Via
from tests.api.support import rows
from tests.api.support.rows import NewReading

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool

ANNA = Author("anna", Via.COMMAND)


async def test_the_page_of_a_district_calls_it_as_operators_do(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading(box="71-01"))
    async with pool.connection() as connection, connection.transaction():
        await districts.rename(connection, ANNA, "71", "Leopoldkiez")

    page = await client.get("/districts/district-71")

    assert "Leopoldkiez" in page.text


async def test_a_name_in_the_settings_of_the_process_counts_more(pool: Pool) -> None:
    async with pool.connection() as connection, connection.transaction():
        await districts.rename(connection, ANNA, "71", "Schöneberg")
        await districts.rename(connection, ANNA, "72", "Wedding")
    settings = Settings(crisis={"area_names": {"district-71": "Unser Kiez"}})

    found = await area_names.given(pool, settings)  # type: ignore[arg-type]  # a pool fetches as the reading side does

    assert found == {"district-71": "Unser Kiez", "district-72": "Wedding"}
