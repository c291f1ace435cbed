"""The schema as it is written down, and the way to it from each earlier one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kiezbox import db
from storage import migrate
from tests.storage.support import dumps
from tests.storage.support.database import LEVELS, execute, fetch

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings
    from tests.servers import Host


@pytest.mark.parametrize("host", [pytest.param("plain", marks=pytest.mark.slow)], indirect=True)
def test_the_schema_is_the_one_that_is_written_down(database: DatabaseSettings) -> None:
    assert dumps.taken(database, "--schema-only") == dumps.NEWEST.read_text(), f"after a migration: {dumps.COMMAND}"


@pytest.mark.parametrize("number", dumps.released())
async def test_each_released_schema_is_brought_up_to_date_with_its_rows(
    number: int, empty_database: DatabaseSettings, host: Host
) -> None:
    # A dump makes functions before the tables that they read.
    dump = dumps.released_dump(number).read_text()
    await execute(empty_database, f"SET check_function_bodies = off;\n{dump}")
    before = {table: await fetch(empty_database, f"SELECT * FROM {table} ORDER BY 1, 2") for table in dumps.TABLES}

    async with db.connect(empty_database, "tests") as connection:
        outcome = await migrate.apply(connection)
        assert await migrate.verify(connection) is host.tier

    assert outcome.applied or number == dumps.newest()
    assert len(before["reading"]) == 90
    for table, rows in before.items():
        after = await fetch(empty_database, f"SELECT * FROM {table} ORDER BY 1, 2")
        assert [row[: len(rows[0])] for row in after] == rows  # a later schema may have more columns
    for level in LEVELS:
        assert await fetch(empty_database, f"SELECT sum(count)::int FROM reading_{level}") == [(90,)]
