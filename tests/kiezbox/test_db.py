"""The database door: errors told apart by type, on a real server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from kiezbox import db
from kiezbox.errors import Refused, TimeLimitError, Unavailable

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings


async def test_rows_that_the_database_cannot_hold_are_refused(pool: db.Pool) -> None:
    with pytest.raises(Refused, match="invalid"):
        await pool.fetch("SELECT $1::text", "a\0b")
    with pytest.raises(Refused, match="CheckViolation"):
        await pool.execute("INSERT INTO box (id) VALUES ('NOT AN ID')")
    with pytest.raises(Refused):
        await pool.fetch("SELECT $1::int", 2**40)


async def test_a_killed_connection_is_unavailable_and_the_pool_recovers(pool: db.Pool) -> None:
    with pytest.raises(Unavailable):
        await pool.fetch("SELECT pg_terminate_backend(pg_backend_pid())")

    assert (await pool.fetch("SELECT 1 AS one"))[0]["one"] == 1


async def test_a_statement_that_takes_too_long_is_told_from_a_database_that_is_away(database: DatabaseSettings) -> None:
    hasty = database.model_copy(update={"command_timeout_seconds": 0.1})
    async with db.pool(hasty, "tests") as pool:
        with pytest.raises(TimeLimitError):
            await pool.fetch("SELECT pg_sleep(5)")
        with pytest.raises(TimeLimitError):
            await pool.execute("DO $$ BEGIN RAISE EXCEPTION 'unpacks too much' USING ERRCODE = '53400'; END $$")
        with pytest.raises(Unavailable) as caught:
            await pool.fetch("SELECT pg_terminate_backend(pg_backend_pid())")

    assert not isinstance(caught.value, TimeLimitError)


async def test_a_full_pool_is_unavailable_not_a_hang(database: DatabaseSettings) -> None:
    small = database.model_copy(update={"pool_max": 1, "connect_timeout_seconds": 0.2})
    async with db.pool(small, "tests") as pool, pool.connection():
        with pytest.raises(Unavailable) as caught:
            await pool.fetch("SELECT 1")

    assert not isinstance(caught.value, TimeLimitError)


async def test_a_mistake_in_our_own_sql_is_neither(pool: db.Pool) -> None:
    with pytest.raises(Exception, match="nothing") as caught:
        await pool.fetch("SELECT * FROM nothing")

    assert not isinstance(caught.value, Unavailable | Refused)


async def test_listening_hears_what_is_notified(database: DatabaseSettings, pool: db.Pool) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    lost = asyncio.Event()
    async with db.listening(database, "listener", "test_channel", heard.put_nowait, lost.set):
        await pool.execute("SELECT pg_notify('test_channel', 'hello')")
        async with asyncio.timeout(20):
            said = await heard.get()
        await pool.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'listener'")
        async with asyncio.timeout(20):
            await lost.wait()

    assert said == "hello"
