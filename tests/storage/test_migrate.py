"""Migrations on a real server: once each, remembered, refused when they do not fit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from kiezbox import db
from kiezbox.errors import Unavailable
from kiezbox.settings import DatabaseSettings
from storage import migrate
from storage.migrate import Migration, SchemaMismatchError, Tier

if TYPE_CHECKING:
    from pathlib import Path


def folder(tmp_path: Path, **files: str) -> tuple[Migration, ...]:
    for name, sql in files.items():
        (tmp_path / f"{name.replace('__', '.')}.sql").write_text(sql)
    return migrate.migrations(tmp_path)


def test_files_run_by_number_and_the_plain_one_before_its_tiers(tmp_path: Path) -> None:
    found = folder(
        tmp_path,
        **{"0002_b": "", "0001_a__community": "", "0001_a__timescale": "", "0001_a": "", "0003_c__timescale": ""},
    )

    assert [migration.name for migration in found] == [
        "0001_a", "0001_a.timescale", "0001_a.community", "0002_b", "0003_c.timescale",
    ]  # fmt: skip


def test_a_file_with_another_name_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"notes\.sql is not named"):
        folder(tmp_path, notes="SELECT 1")


async def test_the_schema_applies_once_and_then_verifies(empty_database: DatabaseSettings) -> None:
    async with db.connect(empty_database, "tests") as connection:
        first = await migrate.apply(connection)
        second = await migrate.apply(connection)
        tier = await migrate.verify(connection)

    assert "0001_box" in first.applied
    assert second.applied == ()
    assert second.tier == tier


async def test_two_at_once_apply_each_migration_once(empty_database: DatabaseSettings) -> None:
    async def once() -> tuple[str, ...]:
        async with db.connect(empty_database, "tests") as connection:
            return (await migrate.apply(connection)).applied

    one, other = await asyncio.gather(once(), once())

    assert sorted(map(len, (one, other))) == [0, len(one) + len(other)]


async def test_a_tiers_migration_waits_as_pending_and_runs_when_the_server_gains_it(
    empty_database: DatabaseSettings, tmp_path: Path
) -> None:
    wanted = folder(
        tmp_path,
        **{
            "0001_measure": "CREATE TABLE measure (n int)",
            "0001_measure__timescale": "ALTER TABLE measure ADD COLUMN chunked boolean",
            "0001_measure__community": "ALTER TABLE measure ADD COLUMN compressed boolean",
            "0002_more": "INSERT INTO measure (n) VALUES (1)",
        },
    )
    async with db.connect(empty_database, "tests") as connection:
        plain = await migrate.apply(connection, wanted, Tier.PLAIN)
        remembered = await connection.fetchval("SELECT count(*) FROM schema_migration WHERE applied_at IS NULL")
        apache = await migrate.apply(connection, wanted, Tier.APACHE)
        community = await migrate.apply(connection, wanted, Tier.COMMUNITY)
        row = await connection.fetchrow("SELECT * FROM measure")

    assert plain.applied == ("0001_measure", "0002_more")
    assert plain.pending == ("0001_measure.timescale", "0001_measure.community")
    assert remembered == 2
    assert (apache.applied, apache.pending) == (("0001_measure.timescale",), ("0001_measure.community",))
    assert (community.applied, community.pending) == (("0001_measure.community",), ())
    assert row is not None
    assert dict(row) == {"n": 1, "chunked": None, "compressed": None}


async def test_what_earlier_tiers_say_of_tables_that_are_gone_is_skipped(
    empty_database: DatabaseSettings, tmp_path: Path
) -> None:
    wanted = folder(
        tmp_path,
        **{
            "0003_measure": "CREATE TABLE measure (n int)",
            "0003_measure__timescale": "ALTER TABLE measure ADD COLUMN chunked boolean",
            "0028_stored": "ALTER TABLE measure RENAME TO stored",
            "0028_stored__timescale": "ALTER TABLE stored ADD COLUMN chunked boolean",
        },
    )
    async with db.connect(empty_database, "tests") as connection:
        await migrate.apply(connection, wanted, Tier.PLAIN)
        apache = await migrate.apply(connection, wanted, Tier.APACHE)
        again = await migrate.apply(connection, wanted, Tier.APACHE)

    assert apache.applied == ("0028_stored.timescale",)
    assert again.applied == ()


async def test_a_migration_that_fails_leaves_nothing_behind(empty_database: DatabaseSettings, tmp_path: Path) -> None:
    wanted = folder(tmp_path, **{"0001_good": "CREATE TABLE good ()", "0002_bad": "CREATE TABLE half (); SELECT 1/0"})
    async with db.connect(empty_database, "tests") as connection:
        with pytest.raises(Exception, match="division by zero"):
            await migrate.apply(connection, wanted)
        good, half = (
            await connection.fetchval("SELECT to_regclass('good')"),
            await connection.fetchval("SELECT to_regclass('half')"),
        )

    assert good == "good"
    assert half is None


async def test_a_database_without_schema_is_refused_with_the_command(empty_database: DatabaseSettings) -> None:
    async with db.connect(empty_database, "tests") as connection:
        with pytest.raises(SchemaMismatchError) as caught:
            await migrate.verify(connection)

    assert caught.value.hint == "run: kiezbox migrate"


async def test_an_older_schema_is_refused_with_the_command(empty_database: DatabaseSettings, tmp_path: Path) -> None:
    wanted = folder(tmp_path, **{"0001_a": "SELECT 1", "0002_b": "SELECT 1"})
    async with db.connect(empty_database, "tests") as connection:
        await migrate.apply(connection, wanted[:1])
        with pytest.raises(SchemaMismatchError, match="older than this program: 0002_b") as caught:
            await migrate.verify(connection, wanted)

    assert caught.value.hint == "run: kiezbox migrate"


async def test_a_newer_schema_is_refused(empty_database: DatabaseSettings, tmp_path: Path) -> None:
    wanted = folder(tmp_path, **{"0001_a": "SELECT 1", "0002_b": "SELECT 1"})
    async with db.connect(empty_database, "tests") as connection:
        await migrate.apply(connection, wanted)
        with pytest.raises(SchemaMismatchError, match="newer than this program: it has 0002_b"):
            await migrate.verify(connection, wanted[:1])
        with pytest.raises(SchemaMismatchError, match="newer than this program"):
            await migrate.apply(connection, wanted[:1])


async def test_an_edited_migration_is_refused(empty_database: DatabaseSettings, tmp_path: Path) -> None:
    async with db.connect(empty_database, "tests") as connection:
        await migrate.apply(connection, folder(tmp_path, **{"0001_a": "SELECT 1"}))
        with pytest.raises(SchemaMismatchError, match="0001_a was edited"):
            await migrate.verify(connection, folder(tmp_path, **{"0001_a": "SELECT 2"}))


async def test_an_absent_database_is_unavailable(tmp_path: Path) -> None:
    nowhere = DatabaseSettings.model_validate({"url": f"postgresql:///x?host={tmp_path}"})
    with pytest.raises(Unavailable, match="database"):
        async with db.connect(nowhere, "tests"):
            pass
