"""`kiezbox database roles`: one role becomes one for each process, as often as somebody runs it."""

from __future__ import annotations

import asyncio
import subprocess
from typing import TYPE_CHECKING

import pytest

from kiezbox import db
from kiezbox.errors import OperatorError
from stack.commands import database as command
from stack.commands import doctor
from stack.embedded import postgres
from stack.findings import Level
from storage import migrate, rights, roles
from storage.migrate import Tier
from storage.rights import Role
from tests import servers
from tests.support.database_roles import as_role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kiezbox.settings import DatabaseSettings

LATER = migrate.Migration(9001, "9001_later", None, "CREATE TABLE later (words text)")


@pytest.fixture
def one_role(scratch: Path, tmp_path: Path) -> Iterator[DatabaseSettings]:
    """An installation of today: one role, on a server of its own, because roles belong to all databases of a server."""
    folder = scratch / f"one-role-{tmp_path.name}"
    folder.mkdir()
    with servers.plain(folder) as host, host.migrated() as settings:
        yield settings


async def standing(settings: DatabaseSettings) -> roles.Standing:
    async with db.connect(settings, "tests") as connection:
        return await roles.standing(connection, Tier.PLAIN)


async def test_one_role_is_split_once_and_a_second_run_changes_nothing(one_role: DatabaseSettings) -> None:
    superuser = as_role(one_role, postgres.SUPERUSER)

    first = await command.split(superuser)
    again = await command.split(superuser)

    assert set(first.urls) == {Role.INGEST, Role.API, Role.WRITER, Role.MAINTAIN}
    assert again == command.Split({}, 0)
    assert await standing(one_role) == roles.Standing("kiezbox", (), ())
    passwords = {url.split(":")[2].split("@")[0] for url in first.urls.values()}
    assert len(passwords) == 4
    assert all(url in command.describe(first) for url in first.urls.values())
    async with db.connect(superuser, "tests") as connection:
        kept = await connection.fetch("SELECT rolname, rolpassword FROM pg_authid WHERE rolname ~ '^kiezbox_'")
    assert {row["rolname"] for row in kept if (row["rolpassword"] or "").startswith("SCRAM-SHA-256$")} == set(
        first.urls
    )


async def test_what_it_prints_does_the_same_in_psql_with_migrate(one_role: DatabaseSettings) -> None:
    printed = await command.script(one_role)

    admin = as_role(one_role, postgres.SUPERUSER).url.get_secret_value()
    psql = [str(postgres.binary("psql")), "-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction", admin]
    await asyncio.to_thread(subprocess.run, psql, input=printed, text=True, check=True)
    async with db.connect(one_role, "tests") as connection:
        await roles.apply(connection, Tier.PLAIN)

    assert await standing(one_role) == roles.Standing("kiezbox", (), ())
    assert "CREATE ROLE" not in await command.script(one_role)


async def test_a_table_of_a_later_migration_is_granted_by_migrate_to_whom_it_names(
    one_role: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await command.split(as_role(one_role, postgres.SUPERUSER))
    monkeypatch.setitem(rights.RIGHTS, "later", {Role.INGEST: "insert"})

    async with db.connect(one_role, "tests") as connection:
        await migrate.apply(connection, (*migrate.migrations(), LATER), Tier.PLAIN)
        assert await roles.apply(connection, Tier.PLAIN) == ['GRANT insert ON "later" TO kiezbox_ingest']

    async with db.connect(as_role(one_role, Role.INGEST), "tests") as connection:
        await connection.execute("INSERT INTO later VALUES ('x')")
    async with db.connect(as_role(one_role, Role.API), "tests") as connection:
        with pytest.raises(db.Forbidden):
            await connection.fetch("SELECT * FROM later")


async def test_doctor_names_one_role_a_wrong_right_and_is_content_after_the_split(one_role: DatabaseSettings) -> None:
    async def found() -> tuple[Level, str]:
        finding = next(each for each in await doctor.database(one_role) if each.part == "roles")
        return finding.level, str(finding)

    level, text = await found()
    assert level is Level.WARN
    assert "the role kiezbox, which may read and change everything" in text
    assert "kiezbox database roles" in text

    await command.split(as_role(one_role, postgres.SUPERUSER))
    assert (await found())[0] is Level.OK

    async with db.connect(one_role, "tests") as connection:
        await connection.execute("GRANT SELECT ON crisis_event TO kiezbox_reader")
    level, text = await found()
    assert level is Level.WARN
    assert "as kiezbox: kiezbox migrate" in text


async def test_whoever_may_not_make_roles_is_told_who_can(one_role: DatabaseSettings) -> None:
    with pytest.raises(OperatorError, match="may not make roles") as refused:
        await command.split(one_role)

    assert "superuser" in (refused.value.hint or "")
    assert len((await standing(one_role)).missing) == len(Role)


async def test_a_database_without_our_schema_is_told_so(empty_database: DatabaseSettings) -> None:
    with pytest.raises(OperatorError, match="no Kiezbox schema"):
        await command.script(empty_database)


def test_a_password_stands_escaped_in_a_url() -> None:
    url = command.with_role("postgresql://kiezbox:old@db:5432/kiezbox?sslmode=require", "kiezbox_api", "a/b@c")

    assert url == "postgresql://kiezbox_api:a%2Fb%40c@db:5432/kiezbox?sslmode=require"
