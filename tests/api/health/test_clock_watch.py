from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from api.health.clock_watch import ClockWatch
from kiezbox.errors import Unavailable
from tests.api.conftest import HANGING_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

    from kiezbox.db import Pool

GERMAN = {"Accept-Language": "de"}
DEFER = (
    "INSERT INTO deferred (box, received_at, topic, payload, due_at)"
    " SELECT '71-0' || n, now(), 'x', '', now() + interval '2 hours' FROM generate_series(1, 3) AS n"
)


@contextlib.asynccontextmanager
async def running(watch: ClockWatch) -> AsyncIterator[None]:
    task = asyncio.create_task(watch.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(watch: ClockWatch, waiting: int) -> None:
    async with asyncio.timeout(HANGING_SECONDS):
        while watch.waiting != waiting:
            await asyncio.sleep(0.01)


async def test_it_knows_how_many_messages_wait_for_the_clock(pool: Pool) -> None:
    watch = ClockWatch(pool.fetch, read_seconds=0.01)
    await pool.execute("INSERT INTO deferred (box, received_at, topic, payload) VALUES ('flood', now(), 'x', '')")
    await pool.execute(DEFER)

    async with running(watch):
        await until(watch, 3)
        await pool.execute("DELETE FROM deferred")
        await until(watch, 0)


async def test_an_outage_of_the_database_changes_nothing() -> None:
    answers: list[int | None] = [3, None]
    is_asked_again = asyncio.Event()

    async def fetch(_query: str) -> list[dict[str, int]]:
        answer = answers.pop(0) if answers else None
        if answer is None:
            is_asked_again.set()
            raise Unavailable("database", "start it")
        return [{"messages": answer, "boxes": 1}]

    watch = ClockWatch(fetch, read_seconds=0.0)
    async with running(watch):
        async with asyncio.timeout(HANGING_SECONDS):
            await is_asked_again.wait()
        assert watch.waiting == 3


async def test_the_public_page_says_how_many_messages_wait(client: httpx.AsyncClient, pool: Pool) -> None:
    await pool.execute(DEFER)

    async with asyncio.timeout(HANGING_SECONDS):
        while "Nachrichten, die so lange warten: 3" not in (page := await client.get("/", headers=GERMAN)).text:
            await asyncio.sleep(0.1)

    assert "Die Uhr der Zentrale geht falsch, seit " in page.text
