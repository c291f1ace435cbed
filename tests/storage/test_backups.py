"""What is noted of backups, and when one is missing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kiezbox import db, sql
from kiezbox.errors import OperatorError
from storage import backups

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings

DAY = timedelta(days=1)


async def test_a_backup_is_well_after_a_success_and_fails_after_a_failure(database: DatabaseSettings) -> None:
    async with db.connect(database, "tests") as connection:
        await backups.note(connection, "database", timedelta(hours=12))
        (well,) = await backups.read(connection)
        await backups.note(connection, "database", None, "pg_dump ended with 1:\n\x1b[31mno space left")
        (failing,) = await backups.read(connection)
        await backups.note(connection, "database", None)
        (again,) = await backups.read(connection)

    assert (well.every, well.is_failing, well.failures) == (timedelta(hours=12), False, 0)
    assert (failing.is_failing, failing.failures) == (True, 1)
    assert failing.failure == "pg_dump ended with 1: [31mno space left"
    assert failing.succeeded_at == well.succeeded_at
    assert (again.every, again.is_failing, again.failures) == (timedelta(hours=12), False, 1)


async def test_a_backup_is_missing_a_quarter_later_than_it_was_due(database: DatabaseSettings) -> None:
    async with db.connect(database, "tests") as connection:
        for name, hours in (("late", 31), ("due", 29)):
            await backups.note(connection, name, DAY)
            await connection.execute(
                "UPDATE backup SET succeeded_at = now() - $2::interval WHERE name = $1", name, timedelta(hours=hours)
            )
        await backups.note(connection, "never", DAY, "no")
        await connection.execute(
            "UPDATE backup SET failed_at = NULL, noted_at = now() - interval '2 days' WHERE name = 'never'"
        )
        found = {each.name: each for each in await backups.read(connection)}

    assert {name: each.is_failing for name, each in found.items()} == {"late": True, "due": False, "never": True}
    assert found["late"].failure == "it is overdue: nothing was noted since"


async def test_the_list_of_alarms_sees_it(database: DatabaseSettings) -> None:
    async with db.connect(database, "tests") as connection:
        await backups.note(connection, "database", DAY, "no")
        rows = await connection.fetch(sql.load("crisis.alarm.sources", "backup"))

    assert [tuple(row) for row in rows] == [("database", 1.0)]


async def test_maintenance_that_does_not_run_is_an_alarm_of_upkeep(database: DatabaseSettings) -> None:
    async with db.connect(database, "tests") as connection:
        statement = sql.load("crisis.alarm.sources", "upkeep")
        assert await connection.fetch(statement) == []  # never: a hub that was set up just now
        await connection.execute("INSERT INTO maintenance_part VALUES ('ledger', now() - interval '25 hours')")
        rows = await connection.fetch(statement)

    assert ("every part", "kiezbox maintain", 1.0) in [tuple(row) for row in rows]


async def test_a_backup_is_forgotten_by_its_name(database: DatabaseSettings) -> None:
    async with db.connect(database, "tests") as connection:
        await backups.note(connection, "weekly", DAY)

        assert await backups.forget(connection, "weekly")
        assert not await backups.forget(connection, "weekly")
        assert await backups.read(connection) == []


@pytest.mark.parametrize("name", ["", "Datenbank", "../x", "a" * 33, "-a"])
def test_a_name_that_cannot_be_is_explained(name: str) -> None:
    with pytest.raises(OperatorError, match="name"):
        backups.checked(name)
