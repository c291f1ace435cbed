"""Each test here runs on every tier: plain PostgreSQL, and TimescaleDB in its Apache and its Community edition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingest.registry import Registry
from ingest.store import Store
from kiezbox import db
from tests import servers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from kiezbox.settings import DatabaseSettings
    from tests.servers import Host


TIERS = [pytest.param(name, marks=pytest.mark.slow) for name in servers.NAMES]
# For what the Community edition's server in WebAssembly cannot show: it has one session.
native = pytest.mark.parametrize("host", [tier for tier in TIERS if tier.values[0] in servers.NATIVE], indirect=True)


@pytest.fixture(scope="session", params=TIERS)
def host(request: pytest.FixtureRequest, scratch: Path) -> Iterator[Host]:
    """A server of each tier in turn."""
    with servers.open_host(request.param, scratch) as host:
        yield host


@pytest.fixture
def database(host: Host) -> Iterator[DatabaseSettings]:
    """A new database with the whole schema."""
    with host.migrated() as settings:
        yield settings


@pytest.fixture
def empty_database(host: Host) -> Iterator[DatabaseSettings]:
    """A new database of its tier without any schema."""
    with host.empty() as settings:
        yield settings


@pytest.fixture
async def pool(database: DatabaseSettings) -> AsyncIterator[db.Pool]:
    """Connections to `database`; on the Community edition's server there is one."""
    async with db.pool(database, "tests") as pool:
        yield pool


@pytest.fixture
def store(pool: db.Pool, host: Host) -> Store:
    return Store(pool, Registry(), accept_unknown_boxes=True, can_copy=host.can_copy)
