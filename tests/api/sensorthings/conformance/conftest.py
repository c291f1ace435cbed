"""The neighbourhood of the other tests, with a box that has moved."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.api.sensorthings.conftest import Asker, fill
from tests.api.support.rows import START

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool


@pytest.fixture
async def ask(client: httpx.AsyncClient, pool: Pool) -> Asker:
    """Of the four readings of 71-02 the last two are of its new place."""
    await fill(pool)
    moved_at = START + timedelta(minutes=2)
    await pool.execute(
        "UPDATE box SET latitude = 52.6, longitude = 13.2, located_at = $1, registered_at = first_seen"
        " WHERE id = '71-02'",
        moved_at,
    )
    return Asker(client)
