"""Accounts: names, roles and weak passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crisis.accounts import accounts, passwords
from crisis.model.roles import Role
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from crisis.accounts.store import AccountStore

PASSWORD = "Kerzenlicht im Rathaus"


def test_a_password_is_stored_as_argon2id_only(found: AccountStore, tmp_path: Path) -> None:
    accounts.add(found, "anna", Role.OPERATOR, PASSWORD, NOW)

    stored = accounts.stored_password(found, "anna")

    assert stored is not None
    assert stored.startswith("$argon2id$v=19$m=19456,t=3,p=1$")
    assert all(PASSWORD.encode() not in path.read_bytes() for path in tmp_path.iterdir())


@pytest.mark.parametrize("password", ["short", "x" * 201, "aaaaabbbbbaaaaa", "anna123456"])
def test_a_weak_password_is_refused_and_makes_no_account(found: AccountStore, password: str) -> None:
    with pytest.raises(accounts.AccountError, match="password"):
        accounts.add(found, "anna", Role.OPERATOR, password, NOW)

    assert accounts.is_empty(found)


def test_a_password_from_before_the_rules_still_signs_in(found: AccountStore) -> None:
    accounts.add(found, "anna", Role.OPERATOR, None, NOW)
    found.run("UPDATE account SET password = :hash", {"hash": passwords.make_hash("hallo12345")})

    assert passwords.verify(accounts.stored_password(found, "anna"), "hallo12345")


@pytest.mark.parametrize("name", ["", "a", "71-01", "hub", "Resident", "anna müller", "a" * 33, "<b>", "anna\n", "-x"])
def test_an_invalid_name_is_refused(found: AccountStore, name: str) -> None:
    if name == "anna\n":  # what a shell leaves at the end is no part of it
        assert accounts.add(found, name, Role.VIEWER, None, NOW).name == "anna"
        return
    with pytest.raises(accounts.AccountError, match="cannot be an account's name"):
        accounts.add(found, name, Role.VIEWER, None, NOW)


def test_a_name_is_taken_however_it_is_written(anna: AccountStore) -> None:
    with pytest.raises(accounts.AccountError, match="there is an account anna already"):
        accounts.add(anna, "Anna", Role.ADMIN, None, NOW)

    assert accounts.get(anna, "ANNA").role is Role.OPERATOR
