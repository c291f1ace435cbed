from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


async def test_livez_touches_nothing_and_says_alive(client: httpx.AsyncClient) -> None:
    response = await client.get("/livez")

    assert (response.status_code, response.json()) == (200, {"alive": True})


async def test_version_names_the_program_its_schema_and_the_tier(client: httpx.AsyncClient) -> None:
    await client.get("/readyz")

    version = (await client.get("/version")).json()

    assert version["version"] == metadata.version("kiezbox")
    assert version["schema"].startswith("0")
    assert version["tier"] in {"plain", "apache", "community"}
