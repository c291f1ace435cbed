"""The database as routes use it: nothing is asked of a schema that is not known to be ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.database import Database
from kiezbox import db
from kiezbox.errors import Unavailable
from storage import migrate

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings
    from storage.migrate import Tier


async def test_the_schema_is_checked_once_before_the_first_query(
    pool: db.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = []
    verify = migrate.verify_pool

    async def counted(checked: db.Pool) -> Tier:
        checks.append(checked)
        return await verify(checked)

    monkeypatch.setattr(migrate, "verify_pool", counted)
    database = Database(pool)

    found = [(await database.fetch("SELECT $1::int AS n", number))[0]["n"] for number in range(3)]
    first = len(checks), database.tier is not None
    database.distrust()
    distrusted = database.tier is not None
    await database.fetch("SELECT 1")

    assert found == [0, 1, 2]
    assert (first, distrusted, len(checks)) == ((1, True), False, 2)


async def test_a_database_with_another_schema_is_unavailable_and_asked_again(empty_database: DatabaseSettings) -> None:
    async with db.pool(empty_database, "tests") as pool:
        database = Database(pool)

        for _ in range(2):
            with pytest.raises(Unavailable):
                await database.fetch("SELECT 1")

        assert database.tier is None


async def test_a_schema_that_ceases_to_fit_is_noticed(pool: db.Pool) -> None:
    database = Database(pool)
    await database.verify()

    await pool.execute("INSERT INTO schema_migration (name, checksum) VALUES ('9999_future', 'x')")
    try:
        still = await database.fetch("SELECT 1 AS n")
        with pytest.raises(Unavailable):
            await database.verify()
    finally:  # all tests of the API share this database
        await pool.execute("DELETE FROM schema_migration WHERE name = '9999_future'")

    assert [row["n"] for row in still] == [1]
    assert database.tier is None
