"""How the parts of maintenance stand, as the database notes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg

from kiezbox import db, sql
from kiezbox.errors import Refused, Unavailable
from storage import health
from storage.health import Kind

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings

NEXT_MOMENT = "SELECT pg_sleep(0.005)"  # PostgreSQL in WebAssembly counts whole milliseconds


async def test_a_failing_part_comes_first_and_keeps_its_last_success(database: DatabaseSettings) -> None:
    async with db.connect(database, "tests") as connection:
        for part, failure in (("ledger", None), ("rejects", None), ("rejects", "disk full"), ("rejects", "locked")):
            await connection.execute(sql.load("storage", "note_part"), part, failure)
            await connection.execute(NEXT_MOMENT)

        failing, working = await health.read(connection)

    assert (failing.kind, failing.part, failing.is_failing) == (Kind.MAINTENANCE, "rejects", True)
    assert (failing.failures, failing.failure) == (2, "locked")
    assert failing.succeeded_at is not None
    assert (working.part, working.is_failing, working.failures, working.failed_at) == ("ledger", False, 0, None)


async def test_a_part_that_works_again_is_not_failing(database: DatabaseSettings) -> None:
    async with db.connect(database, "tests") as connection:
        for failure in ("disk full", None):
            await connection.execute(sql.load("storage", "note_part"), "rejects", failure)
            await connection.execute(NEXT_MOMENT)

        (found,) = await health.read(connection)

    assert (found.is_failing, found.failures, found.failure) == (False, 1, "disk full")


def test_a_failure_is_one_line_of_what_the_server_said() -> None:
    assert health.failure_of(Unavailable("database", "connection refused")) == "connection refused"
    assert health.failure_of(Unavailable("database")) == "database"
    assert health.failure_of(Refused("value out of range")) == "value out of range"
    assert "\n" not in health.failure_of(asyncpg.PostgresError("two\nlines"))
