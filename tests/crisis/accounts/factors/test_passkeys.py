"""Passkeys in the file of the accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisis.accounts import accounts
from crisis.accounts.factors import passkeys
from crisis.model.roles import Role
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from crisis.accounts.store import AccountStore


def add(store: AccountStore, account: str, name: str, key: bytes, sign_count: int) -> bool:
    return passkeys.add(store, account, name, key=key, public_key=b"public", sign_count=sign_count, now=NOW)


def test_a_key_belongs_to_one_account_and_is_removed_by_it_alone(anna: AccountStore) -> None:
    accounts.add(anna, "bert", Role.OPERATOR, None, NOW)

    added = [add(anna, who, "telephone\n", b"key", 1) for who in ("anna", "bert")]

    assert added == [True, False]
    assert [key.name for key in passkeys.of(anna, "anna")] == ["telephone"]
    assert [passkeys.remove(anna, who, b"key") for who in ("bert", "anna")] == [False, True]


def test_the_use_of_a_key_and_its_count_are_kept(anna: AccountStore) -> None:
    add(anna, "anna", "", b"key", 1)

    passkeys.used(anna, "anna", b"key", 7, NOW)

    (key,) = passkeys.of(anna, "anna")
    assert (key.name, key.sign_count, key.seen_at) == (f"{NOW:%d.%m.%Y}", 7, NOW)


def test_nobody_collects_keys_without_end(anna: AccountStore) -> None:
    added = [add(anna, "anna", "", bytes([number]), 0) for number in range(11)]

    assert added == [True] * passkeys.PASSKEYS_MAX + [False]
