"""The database role with which dashboards read: what it may see, and what never."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from kiezbox import db
from kiezbox.errors import OperatorError
from kiezbox.settings import DatabaseSettings
from stack import reader_role
from storage import migrate
from tests import servers
from tests.conftest import Server
from tests.dashboards.support import all_queries, sample_data

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers import Native

SECRETS = (
    "SELECT * FROM crisis_event",
    "SELECT payload FROM reject",
    "SELECT * FROM feed",
    "SELECT * FROM crisis_copied",
)


@pytest.fixture(scope="module")
def host(scratch: Path) -> Iterator[Native]:
    """A server of its own, because roles belong to all databases of a server."""
    folder = scratch / "reader-role"
    folder.mkdir()
    with servers.plain(folder) as found:
        yield found


@pytest.fixture
def database(host: Native) -> Iterator[DatabaseSettings]:
    """A new database with the whole schema."""
    with host.migrated() as settings:
        yield settings


@pytest.fixture
def empty_database(host: Native) -> Iterator[DatabaseSettings]:
    """A new database without any schema."""
    with host.empty() as settings:
        yield settings


@pytest.fixture
def owned(host: Native, database: DatabaseSettings) -> Iterator[DatabaseSettings]:
    """The database as a superuser sees it, who may make roles; the role is gone again afterwards."""
    name = urlsplit(database.url.get_secret_value()).path
    url = urlsplit(host.server.admin_url)._replace(path=name).geturl()
    yield DatabaseSettings(url=SecretStr(url))
    Server(url, host.server.role).run(f"DROP OWNED BY {reader_role.READER}")
    host.server.run(f"DROP ROLE {reader_role.READER}")


async def test_the_reader_answers_every_question_and_sees_no_secret(owned: DatabaseSettings) -> None:
    now = datetime.now(UTC)
    await reader_role.admit(owned, "geheim")

    async with db.connect(owned, "tests") as connection:
        await sample_data.fill(connection, now, 3, 3_600)
        await connection.execute(f"SET ROLE {reader_role.READER}")
        for query in all_queries.ALL:
            rows = await connection.fetch(query.sql(now, migrate.Tier.PLAIN))
            assert not any("Sauerstoff" in json.dumps([str(value) for value in row.values()]) for row in rows)
        for secret in SECRETS:
            with pytest.raises(db.Forbidden):
                await connection.fetch(secret)
        with pytest.raises(db.Forbidden):
            await connection.execute("DELETE FROM latest")


async def test_a_migration_without_the_right_to_make_roles_says_what_to_do(
    empty_database: DatabaseSettings, caplog: pytest.LogCaptureFixture
) -> None:
    async with db.connect(empty_database, "tests") as connection:
        outcome = await migrate.apply(connection)

    assert "0012_sight" in outcome.applied
    assert "CREATE ROLE kiezbox_reader NOLOGIN" in caplog.text


async def test_whoever_may_not_make_roles_is_told_so(database: DatabaseSettings) -> None:
    with pytest.raises(OperatorError, match="may not change roles"):
        await reader_role.admit(database, "geheim")


async def test_a_database_without_our_schema_is_told_so(empty_database: DatabaseSettings) -> None:
    with pytest.raises(OperatorError, match="no Kiezbox schema"):
        await reader_role.admit(empty_database, "geheim")


def test_the_verifier_is_the_one_of_rfc_7677() -> None:
    made = reader_role.verifier("pencil", b"saltSALTsaltSALT")

    assert made.startswith("SCRAM-SHA-256$4096:c2FsdFNBTFRzYWx0U0FMVA==$")
    assert made == reader_role.verifier("pencil", b"saltSALTsaltSALT")
    assert made != reader_role.verifier("pen", b"saltSALTsaltSALT")
