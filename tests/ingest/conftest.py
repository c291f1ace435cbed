"""A store on a real database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingest.registry import Registry
from ingest.store import Store

if TYPE_CHECKING:
    from kiezbox import db


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def store(pool: db.Pool, registry: Registry) -> Store:
    return Store(pool, registry, accept_unknown_boxes=True)
