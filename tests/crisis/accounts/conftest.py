"""Accounts in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crisis.accounts import accounts, store
from crisis.model.roles import Role
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crisis.accounts.store import AccountStore


@pytest.fixture
def found(tmp_path: Path) -> Iterator[AccountStore]:
    """No accounts yet."""
    with store.opened(tmp_path) as made:
        yield made


@pytest.fixture
def anna(found: AccountStore) -> AccountStore:
    """Accounts with anna, an operator who has tokens only: hashing a password is slow."""
    accounts.add(found, "anna", Role.OPERATOR, None, NOW)
    return found
