"""What happened to accounts and is not in the log yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crisis.accounts import accounts, outbox
from crisis.model.roles import Role
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from crisis.accounts.store import AccountStore


def test_changes_come_in_order_with_ids_of_their_own_until_they_are_deleted(found: AccountStore) -> None:
    outbox.put(found, "anna", outbox.SIGNED_IN, "anna", device="a1")
    outbox.put(found, "finn", outbox.ROLE, "anna", role="viewer")

    first, second = outbox.pending(found)
    outbox.delete(found, first)

    assert (first.actor, first.change, first.account, first.detail) == ("anna", "signed_in", "anna", {"device": "a1"})
    assert first.id != second.id
    assert outbox.pending(found) == (second,)
    assert outbox.pending(found, 0) == ()


def test_what_is_not_done_leaves_no_change(anna: AccountStore) -> None:
    before = outbox.pending(anna)

    with pytest.raises(accounts.AccountError):
        accounts.add(anna, "anna", Role.VIEWER, None, NOW)
    with pytest.raises(accounts.AccountError):
        accounts.set_password(anna, "anna", "short", NOW)
    accounts.set_role(anna, "anna", Role.OPERATOR)  # which she is

    assert outbox.pending(anna) == before
