"""Which TimescaleDB a database begins with, what is said where it cannot, and that nothing of ours stops its update."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from kiezbox import db
from kiezbox.settings import DatabaseSettings
from storage import migrate, server_versions
from storage.migrate import SchemaMismatchError, Tier
from tests import servers
from tests.conftest import running
from tests.storage.support.database import execute, fetch

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers import Host

apache = pytest.mark.parametrize("host", [pytest.param("apache", marks=pytest.mark.slow)], indirect=True)
COMMANDS = ("docker compose up -d timescaledb", "ALTER EXTENSION timescaledb UPDATE")


async def migrated(database: DatabaseSettings) -> migrate.Outcome:
    async with db.connect(database, "tests") as connection:
        return await migrate.apply(connection)


@pytest.fixture
async def faulty(database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch) -> str:
    """The version of the server, which is taken for one with a fault."""
    ((version,),) = await fetch(database, "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'")
    monkeypatch.setattr(server_versions, "_FAULTS", {version: "it loses something"})
    return str(version)


@pytest.mark.parametrize("version", ["2.22.1", "2.23.0"])
def test_a_version_with_a_known_fault_is_named_with_both_commands(version: str) -> None:
    fault = server_versions.fault_of(version)

    assert fault is not None
    assert version in str(fault)
    assert all(command in fault.hint for command in COMMANDS)


@pytest.mark.parametrize("version", [None, "2.19.3", "2.22.0", "2.23.0-dev", "2.23.1", server_versions.COMPOSE_VERSION])
def test_other_versions_have_none(version: str | None) -> None:
    assert server_versions.fault_of(version) is None


def test_versions_compare_as_numbers() -> None:
    assert server_versions.parsed("2.23.0-dev") == (2, 23, 0)
    assert server_versions.parsed("2.9.0") < server_versions.MIN < server_versions.parsed("2.20.0")


@apache
async def test_a_new_database_does_not_begin_with_a_known_fault(
    empty_database: DatabaseSettings, host: Host, faulty: str
) -> None:
    assert isinstance(host, servers.Native)

    with pytest.raises(SchemaMismatchError, match=faulty) as caught:
        await migrated(empty_database)
    with host.bare() as bare, pytest.raises(SchemaMismatchError, match=faulty):
        await migrated(bare)  # the server would give it

    assert all(command in caught.value.hint for command in COMMANDS)
    assert await fetch(empty_database, "SELECT to_regclass('schema_migration')") == [(None,)]


@apache
async def test_an_existing_database_goes_on_with_a_warning(
    database: DatabaseSettings, faulty: str, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = await migrated(database)

    assert outcome.tier is Tier.APACHE
    assert f"TimescaleDB {faulty} has a fault" in caplog.text
    assert all(command in caplog.text for command in COMMANDS)


@apache
async def test_the_owner_of_a_database_gives_it_the_extension(host: Host) -> None:
    assert isinstance(host, servers.Native)
    with host.bare() as bare:
        outcome = await migrated(bare)

    assert outcome.tier is Tier.APACHE


@apache
async def test_a_role_that_may_not_create_the_extension_is_told_what_is_missing(
    host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(host, servers.Native)
    with host.bare() as bare:
        name = urlsplit(bare.url.get_secret_value()).path.lstrip("/")
        await execute(bare, f"REVOKE CREATE ON DATABASE {name} FROM CURRENT_USER")

        outcome = await migrated(bare)

    assert outcome.tier is Tier.PLAIN
    assert "this role may not create it (InsufficientPrivilegeError: permission denied" in caplog.text


@apache
async def test_a_server_that_does_not_load_the_library_is_told_so(
    host: Host, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(host, servers.Native)
    root = host.root
    assert root is not None
    root.run(
        "initdb", "--pgdata", f"{root.inside}/unloaded/data", "--no-sync", "--username", "postgres", "--auth", "trust"
    )
    link = tmp_path / "unloaded"
    link.symlink_to(root.folder / "unloaded")
    program = root.server("unloaded/data")
    words = tuple(word for word in program.command if word != "shared_preload_libraries=timescaledb")
    words = tuple(word for at, word in enumerate(words) if (word, *words[at + 1 : at + 2]) != ("-c", "-c"))
    admin = root.url(link)

    with running(dataclasses.replace(program, command=words), tmp_path, lambda: servers.answers(admin)):
        outcome = await migrated(DatabaseSettings.model_validate({"url": admin}))

    assert outcome.tier is Tier.PLAIN
    assert "set shared_preload_libraries = 'timescaledb'" in caplog.text


async def test_no_view_of_ours_depends_on_the_extension_s_own_views(host: Host, database: DatabaseSettings) -> None:
    if host.tier is Tier.PLAIN:
        pytest.skip("there is no extension")

    found = await fetch(
        database,
        "SELECT DISTINCT dependent.relname::text, needed.relname::text"
        " FROM pg_depend AS link"
        " JOIN pg_rewrite AS rule ON link.classid = 'pg_rewrite'::regclass AND rule.oid = link.objid"
        " JOIN pg_class AS dependent ON dependent.oid = rule.ev_class"
        " JOIN pg_class AS needed ON link.refclassid = 'pg_class'::regclass AND needed.oid = link.refobjid"
        " WHERE dependent.relnamespace = current_schema()::regnamespace"
        " AND needed.relnamespace = 'timescaledb_information'::regnamespace",
    )

    assert found == [], "ALTER EXTENSION timescaledb UPDATE cannot replace a view that another one depends on"


async def test_the_state_of_the_storage_is_shown_on_every_tier(database: DatabaseSettings) -> None:
    await execute(database, "SELECT * FROM storage_state")

    rows = await fetch(database, "SELECT relation, bytes >= 0 FROM storage_state ORDER BY relation")

    assert rows == [("reading", True), ("reading_1d", True), ("reading_1h", True), ("reading_5m", True)]
