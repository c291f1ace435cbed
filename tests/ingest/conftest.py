"""A store on a real database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingest.registry import Registry
from ingest.store import Store
from kiezbox import db
from storage.rights import Role
from tests.support import input_programs
from tests.support.database_roles import as_role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from kiezbox.settings import DatabaseSettings


@pytest.fixture
async def pool(database: DatabaseSettings) -> AsyncIterator[db.Pool]:
    """Connections with the role of ingest: what it may is all that these tests need, but for what operators do."""
    async with db.pool(as_role(database, Role.INGEST), "tests") as pool:
        yield pool


@pytest.fixture
async def owner(database: DatabaseSettings) -> AsyncIterator[db.Pool]:
    """Connections with the role that owns the tables: for what operators do, and to see what ingest may not read."""
    async with db.pool(database, "tests") as pool:
        yield pool


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def store(pool: db.Pool, registry: Registry) -> Store:
    return Store(pool, registry, accept_unknown_boxes=True)


@pytest.fixture(scope="session")
def programs() -> Path:
    """The Python of an environment with other people's programs."""
    return input_programs.python()
