"""Recovery codes: each once, and only its own account's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisis.accounts import accounts
from crisis.accounts.factors import recovery_codes
from crisis.model.roles import Role
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from crisis.accounts.store import AccountStore


def test_a_code_is_good_once_and_for_its_own_account(anna: AccountStore) -> None:
    accounts.add(anna, "bert", Role.OPERATOR, None, NOW)
    code = recovery_codes.renew(anna, "anna")[0]

    taken = [recovery_codes.take(anna, who, code.lower()) for who in ("bert", "anna", "anna")]

    assert taken == [False, True, False]
    assert recovery_codes.left(anna, "anna") == recovery_codes.CODES - 1


def test_new_codes_end_those_of_before(anna: AccountStore) -> None:
    old = recovery_codes.renew(anna, "anna")

    new = recovery_codes.renew(anna, "anna")

    assert len({*old, *new}) == 2 * recovery_codes.CODES
    assert not recovery_codes.take(anna, "anna", old[0])
