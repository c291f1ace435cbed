"""The API and ingest through a pooler in transaction mode."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest
from pydantic import ValidationError

from ingest.registry import Registry
from ingest.store import Store
from kiezbox import db
from kiezbox.errors import Unavailable
from kiezbox.settings import DatabaseSettings
from tests.api.conftest import serving
from tests.api.support import rows
from tests.api.support.pgbouncer import pgbouncer
from tests.ingest.support.messages import telemetry

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiezbox.db import Pool
    from kiezbox.settings import Settings

PATHS = ("/v1/latest", "/v1/boxes", "/v1/readings", "/sensorthings/v1.1/Things", "/v1/ledger", "/v1/quantities")


@pytest.mark.slow
async def test_72_requests_at_once_are_answered_through_a_pooler(
    settings: Settings, pool: Pool, free_port: Callable[[], int]
) -> None:
    await rows.commit(pool, *rows.minutes(10))
    with pgbouncer(settings.database, free_port()) as url:
        database = DatabaseSettings(
            url=url,
            pooler=True,
            direct_url=settings.database.url,
            connect_timeout_seconds=60,  # a busy machine takes long for all of them
            command_timeout_seconds=60,
        )
        async with (
            serving(settings.model_copy(update={"database": database})) as served,
            httpx.AsyncClient(verify=False, base_url=served.url) as client,
        ):
            answers = await asyncio.gather(*(client.get(path) for path in PATHS * 12))
            ready = (await client.get("/readyz")).json()

    parts = {part["name"]: part["ok"] for part in ready["parts"]}
    assert {answer.text[:300] for answer in answers if answer.status_code != 200} == set()
    assert (parts["database"], parts["stream"]) == (True, True)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"ignore_startup_parameters": "jit,plan_cache_mode,random_page_cost"}])
async def test_without_the_setting_a_pooler_is_named_and_never_a_500(
    settings: Settings, pool: Pool, free_port: Callable[[], int], options: dict[str, str]
) -> None:
    await rows.commit(pool, *rows.minutes(10))
    with pgbouncer(settings.database, free_port(), **options) as url:
        database = settings.database.model_copy(update={"url": url})
        async with (
            serving(settings.model_copy(update={"database": database}), is_away=True) as served,
            httpx.AsyncClient(verify=False, base_url=served.url, timeout=30) as client,
        ):
            answers = await asyncio.gather(*(client.get(path) for path in PATHS * 12))
        if not options:
            with pytest.raises(Unavailable, match="KIEZBOX_DATABASE_POOLER=true"):
                async with db.connect(database, "tests"):
                    pass

    assert {answer.status_code for answer in answers} <= {200, 503}


def test_a_pooler_without_the_way_past_it_is_refused() -> None:
    with pytest.raises(ValidationError, match="KIEZBOX_DATABASE_DIRECT_URL"):
        DatabaseSettings(pooler=True)


@pytest.mark.slow
async def test_ingest_stores_each_reading_once_through_a_pooler(
    database: DatabaseSettings, pool: Pool, free_port: Callable[[], int]
) -> None:
    batches = [[telemetry(seq, {"pm2_5": 1.0 * seq, "noise": 50.0})] for seq in range(1, 21)]
    with pgbouncer(database, free_port()) as url:
        pooler = DatabaseSettings(url=url, pooler=True, direct_url=database.url)
        async with db.pool(pooler, "tests") as pooled:
            store = Store(pooled, Registry(), accept_unknown_boxes=True)
            await asyncio.gather(*(store.write(batch) for batch in batches))
            await asyncio.gather(*(store.write(batch) for batch in batches))

    row = await pool.fetchrow("SELECT count(*) AS readings FROM reading")
    assert row is not None
    assert row["readings"] == 40
