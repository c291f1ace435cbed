"""Database roles on real servers: each may what rights.py says, and nothing else.

Ingest's tests and the API's run with the roles of these processes.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from kiezbox import db
from storage import migrate, rights, roles
from storage.migrate import Tier
from storage.rights import Right, Role
from tests import servers
from tests.servers import Native
from tests.storage.support.database import execute, fetch, fill, maintain
from tests.support.database_roles import as_role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from kiezbox.settings import DatabaseSettings

TIERS = ["plain", pytest.param("apache", marks=pytest.mark.slow)]


@pytest.fixture(scope="module", params=TIERS)
def server(request: pytest.FixtureRequest, scratch: Path) -> Iterator[Native]:
    """A server of its own, because roles belong to all databases of a server."""
    folder = scratch / f"roles-{request.param}"
    folder.mkdir()
    if servers.GIVEN:
        pytest.skip("roles belong to a server that is ours")
    with servers.open_host(request.param, folder) as host:
        assert isinstance(host, Native)
        yield host


@pytest.fixture(scope="module")
def server_with_one_role(scratch: Path) -> Iterator[Native]:
    folder = scratch / "one-role"
    folder.mkdir()
    with servers.plain(folder) as host:
        yield host


@pytest.fixture
def empty(server_with_one_role: Native) -> Iterator[DatabaseSettings]:
    """A database on a server that has no role of ours but the owner."""
    with server_with_one_role.empty() as settings:
        yield settings


@pytest.fixture
def owner(server: Native) -> Iterator[DatabaseSettings]:
    with server.empty() as settings:
        yield settings


@pytest.fixture
async def split(owner: DatabaseSettings) -> DatabaseSettings:
    """A migrated database whose processes have roles of their own; as its owner."""
    async with db.connect(as_role(owner, "postgres"), "tests") as connection:
        await roles.make(connection, "kiezbox")
    async with db.connect(owner, "tests") as connection:
        outcome = await migrate.apply(connection)
        await roles.apply(connection, outcome.tier)
    async with db.connect(as_role(owner, "postgres"), "tests") as connection:
        await connection.execute(roles.HAND_OVER)
    return owner


async def is_allowed(connection: db.Connection, statement: str) -> bool:
    """Whether the server lets this session do that. Changes nothing."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("SET LOCAL transaction_read_only = off")
        await connection.execute(statement)
    except db.Forbidden:
        return False
    except db.ServerError:  # a column needs a value, a reference keeps the table: it was not for the role
        return True
    finally:
        await transaction.rollback()
    return True


def attempts(relation: str, kind: str, columns: Sequence[str]) -> dict[Right, str]:
    """For every right on a relation the statement that needs it; the role is left out."""
    made = {Right(relation, "", "select", column): f"SELECT {column} FROM {relation} LIMIT 0" for column in columns}
    if kind == "r":
        made[Right(relation, "", "insert")] = f"INSERT INTO {relation} DEFAULT VALUES"
        made[Right(relation, "", "update")] = f"UPDATE {relation} SET {columns[-1]} = DEFAULT WHERE false"
        made[Right(relation, "", "delete")] = f"DELETE FROM {relation} WHERE false"
        made[Right(relation, "", "truncate")] = f"TRUNCATE {relation} CASCADE"
        made[Right(relation, "", "drop")] = f"DROP TABLE {relation} CASCADE"
    return made


def expects(right: Right, role: Role, tier: Tier) -> bool:
    if tier is not Tier.PLAIN and rights.OWNED_ON_TIMESCALE.get(right.relation) is role:
        return True
    cell = rights.parse(right.relation, role, rights.RIGHTS[right.relation].get(role, ""))
    return bool({Right(right.relation, role, right.verb, column) for column in (right.column, None)} & cell)


RELATIONS = """
SELECT class.relname::text, class.relkind::text, array_agg(attribute.attname::text ORDER BY attribute.attnum)
FROM pg_class AS class JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid
WHERE class.relnamespace = 'public'::regnamespace AND class.relkind IN ('r', 'v', 'm')
  AND attribute.attnum > 0 AND NOT attribute.attisdropped
GROUP BY 1, 2
"""


async def test_each_role_may_exactly_what_the_table_says(split: DatabaseSettings, server: Native) -> None:
    relations = await fetch(split, RELATIONS)
    elsewhere = {"rolled_5m", "rolled_5m_before", "reading_before"}  # of other tiers, and of upgraded databases
    assert {name for name, _, _ in relations} == set(rights.RIGHTS) - elsewhere
    wrong = []

    for role in Role:
        async with db.connect(as_role(split, "postgres"), "tests") as connection:
            await connection.execute(f"SET SESSION AUTHORIZATION {role}")
            for relation, kind, columns in relations:
                for right, statement in attempts(relation, kind, columns).items():
                    if await is_allowed(connection, statement) != expects(right, role, server.tier):
                        wrong.append((role, statement))

    assert wrong == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE ROLE mine",
        "ALTER TABLE box ADD COLUMN mine int",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SELECT rolpassword FROM pg_authid",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY box TO PROGRAM 'cat'",
        "SET SESSION AUTHORIZATION postgres",
        "SET ROLE kiezbox",
        "SELECT * FROM end_long_statements(0)",
        "CALL grant_sight('kiezbox_ingest')",
        "ALTER VIEW reading OWNER TO kiezbox_ingest",
    ],
)
async def test_no_role_makes_anything_or_becomes_somebody_else(split: DatabaseSettings, statement: str) -> None:
    for role in set(Role) - {Role.READER}:
        async with db.connect(as_role(split, role), "tests") as connection:
            may_end = role is Role.MAINTAIN and "end_long_statements" in statement
            assert await is_allowed(connection, statement) == may_end, role


async def test_a_right_that_is_none_of_the_table_is_taken_back_and_a_missing_one_given(split: DatabaseSettings) -> None:
    async with db.connect(split, "tests") as connection:
        await connection.execute("GRANT SELECT ON crisis_event TO kiezbox_api; REVOKE SELECT ON box FROM kiezbox_api")
        tier = await migrate.detect_tier(connection)
        await connection.execute("GRANT SELECT (payload) ON reject TO kiezbox_reader")

        assert len((await roles.standing(connection, tier)).differing) == 3
        assert len(await roles.apply(connection, tier)) == 3
        assert (await roles.standing(connection, tier)).differing == ()

    async with db.connect(as_role(split, Role.API), "tests") as connection:
        assert await connection.fetchval("SELECT count(*) FROM box") == 0
        with pytest.raises(db.Forbidden):
            await connection.fetchval("SELECT body FROM crisis_event")


async def test_nobody_makes_what_stands_in_for_ours_also_in_a_database_from_before_postgresql_15(
    split: DatabaseSettings,
) -> None:
    async with db.connect(as_role(split, "postgres"), "tests") as connection:
        await connection.execute("GRANT CREATE ON SCHEMA public TO PUBLIC, kiezbox_api_writer")
        database = await connection.fetchval("SELECT current_database()")
        await connection.execute(f'GRANT TEMPORARY ON DATABASE "{database}" TO kiezbox_ingest')
    async with db.connect(split, "tests") as connection:
        tier = await migrate.detect_tier(connection)

        assert len(await roles.apply(connection, tier)) == 2
        assert (await roles.standing(connection, tier)).differing == ()

    for role in (Role.INGEST, Role.WRITER):
        async with db.connect(as_role(split, role), "tests") as connection:
            assert not await is_allowed(connection, "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'")
            assert not await is_allowed(connection, "CREATE TEMPORARY TABLE mine (id int)")


async def test_a_temporary_table_does_not_stand_in_for_one_of_ours_where_a_function_has_its_owner_s_rights(
    empty: DatabaseSettings,
) -> None:
    """In a database with one role everybody who signs in may make temporary tables: so it is PostgreSQL's default."""
    async with db.connect(empty, "tests") as connection:
        await migrate.apply(connection)
    async with db.connect(as_role(empty, "postgres"), "tests") as connection:
        await connection.execute("CREATE ROLE somebody LOGIN")

    async with db.connect(as_role(empty, "somebody"), "tests") as connection:
        await connection.execute(
            "CREATE FUNCTION pg_temp.planted() RETURNS text LANGUAGE sql AS 'SELECT current_user::text';"
            "CREATE TEMPORARY VIEW maintenance_part AS SELECT pg_temp.planted() AS part, now() AS succeeded_at,"
            " now() AS failed_at, 0::bigint AS failures, '' AS failure;"
            "GRANT SELECT ON maintenance_part TO PUBLIC"
        )
        said = await connection.fetch("SELECT part FROM upkeep_state()")
        paths = await connection.fetch(
            "SELECT proname::text, proconfig FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
        )

    assert [row["part"] for row in said] == []
    assert {row["proname"] for row in paths} >= {"upkeep_state", "end_long_statements"}
    assert {tuple(row["proconfig"]) for row in paths} == {("search_path=public, pg_temp",)}


async def test_a_database_with_one_role_is_left_alone(empty: DatabaseSettings) -> None:
    async with db.connect(empty, "tests") as connection:
        outcome = await migrate.apply(connection)

        assert await roles.apply(connection, outcome.tier) == []
        assert not (await roles.standing(connection, outcome.tier)).is_split


async def test_maintenance_does_everything_with_its_own_role(split: DatabaseSettings) -> None:
    count = await fill(split, (0, 100, 400))
    await execute(
        split,
        "INSERT INTO message_ledger (minute, box) VALUES (now() - INTERVAL '1 year', '71-01')",
        "INSERT INTO reject (received_at, topic, payload, reason, detail)"
        " VALUES (now() - INTERVAL '1 year', 'kb/v1/71-01/telemetry', '', 'bad_json', '')",
    )

    removed = await maintain(as_role(split, Role.MAINTAIN))
    again = await maintain(as_role(split, Role.MAINTAIN))

    assert removed == {"reading": count // 3 * 2, "folded_5m": 3 * 72, "reject": 1, "message_ledger": 1}
    assert again == {}
    assert await fetch(split, "SELECT DISTINCT failures FROM maintenance_part") == [(0,)]


async def test_a_statement_that_outlasts_its_time_is_ended_though_its_role_lifted_its_limit(
    split: DatabaseSettings,
) -> None:
    async with (
        db.connect(as_role(split, Role.API), "tests") as reader,
        db.connect(as_role(split, Role.INGEST), "tests") as ingest,
        db.connect(as_role(split, Role.MAINTAIN), "tests") as maintainer,
    ):
        assert await reader.fetchval("SHOW statement_timeout") == "1min"
        await reader.execute("SET statement_timeout = 0")
        running = asyncio.create_task(reader.execute("SELECT pg_sleep(600)"))
        others = asyncio.create_task(ingest.fetchval("SELECT pg_sleep(2)"))
        ended: list[str] = []
        while not ended:
            ended = await roles.end_long_statements(maintainer, 0.2)

        assert ended == [Role.API]
        with pytest.raises(db.ServerError, match="administrator command"):
            await running
        await others  # what ingest does is not ended


async def test_an_open_transaction_of_a_reader_is_ended_too(split: DatabaseSettings) -> None:
    async with (
        db.connect(as_role(split, Role.API), "tests") as reader,
        db.connect(as_role(split, Role.MAINTAIN), "tests") as maintainer,
    ):
        await reader.execute("BEGIN")
        await reader.fetchval("SELECT count(*) FROM box")
        ended: list[str] = []
        while not ended:
            ended = await roles.end_long_statements(maintainer, 0.2)

    assert ended == [Role.API]


async def test_maintenance_converts_an_upgraded_database_with_its_own_role(owner: DatabaseSettings) -> None:
    async with db.connect(as_role(owner, "postgres"), "tests") as connection:
        await roles.make(connection, "kiezbox")
    async with db.connect(owner, "tests") as connection:
        before = [migration for migration in migrate.migrations() if migration.number <= 26]
        await migrate.apply(connection, before)
    async with db.connect(as_role(owner, "postgres"), "tests") as connection:
        await connection.execute(roles.HAND_OVER)
    count = await fill(owner, (0, 1, 2))
    async with db.connect(owner, "tests") as connection:
        await roles.apply(connection, (await migrate.apply(connection)).tier)
    async with db.connect(as_role(owner, "postgres"), "tests") as connection:
        await connection.execute(roles.HAND_OVER)

    assert await fetch(as_role(owner, Role.API), "SELECT count(*) FROM reading") == [(count,)]

    assert await maintain(as_role(owner, Role.MAINTAIN)) == {}

    assert await fetch(owner, "SELECT count(*) FROM stored_reading") == [(count,)]
    assert await fetch(as_role(owner, Role.API), "SELECT count(*) FROM reading") == [(count,)]
    assert await fetch(owner, "SELECT to_regclass('reading_before') IS NULL") == [(True,)]
    assert await maintain(as_role(owner, Role.MAINTAIN)) == {}
