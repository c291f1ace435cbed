"""A small neighbourhood: two boxes with positions, one without; and how tests ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.support import rows
from tests.api.support.rows import START, NewReading

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool

ROOT = "/sensorthings/v1.1"
LATE = START + timedelta(days=40, microseconds=7)


async def fill(pool: Pool) -> None:
    """Datastreams 1 and 2 are of 71-01, 3 and 4 of 71-02, and 5 of `cellar`, which has neither number nor position."""
    await rows.add_box(
        pool,
        "71-01",
        name="Rathaus Schöneberg",
        district=0x71,
        number=1,
        latitude=52.4886,
        longitude=13.3425,
        registered_at=START - timedelta(days=1),
    )
    await rows.add_box(pool, "71-02", name="O'Hara's", district=0x71, number=2, latitude=52.55, longitude=13.5)
    await rows.add_box(pool, "cellar")
    await rows.commit(
        pool,
        *rows.minutes(5),
        *rows.minutes(3, quantity="noise", source="sensor-3"),
        *rows.minutes(4, box="71-02"),
        *rows.minutes(2, box="71-02", quantity="noise"),
        NewReading(
            box="cellar",
            quantity="humidity",
            value=55.5,
            flag=1,
            measured_at=START + timedelta(days=40, microseconds=7),
        ),
    )


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks the service, and demands that it answers with a result."""

    client: httpx.AsyncClient

    async def get(self, path: str, **options: str) -> Any:
        response = await self.client.get(f"{ROOT}/{path}", params={f"${name}": text for name, text in options.items()})
        assert response.status_code == 200, response.text
        return response.json()

    async def ids(self, path: str, **options: str) -> list[Any]:
        return [entity["@iot.id"] for entity in (await self.get(path, **options))["value"]]

    async def all_pages(self, path: str, **options: str) -> list[list[dict[str, Any]]]:
        """All pages from here on, by their next links."""
        page = await self.get(path, **options)
        pages = [page["value"]]
        while "@iot.nextLink" in page:
            response = await self.client.get(page["@iot.nextLink"])
            assert response.status_code == 200, response.text
            page = response.json()
            pages.append(page["value"])
        return pages


@pytest.fixture
async def ask(client: httpx.AsyncClient, pool: Pool) -> Asker:
    await fill(pool)
    return Asker(client)
