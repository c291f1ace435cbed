"""Where an account of the hub may be used."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crisis.accounts import accounts, grants, outbox
from crisis.accounts.grants import Grant
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from crisis.accounts.store import AccountStore


def test_areas_are_granted_once_and_taken_back(anna: AccountStore) -> None:
    new = grants.grant(anna, "Anna", ["district-71", " 65-02 ", "district-71"], NOW, "finn")
    again = grants.grant(anna, "anna", ["district-71"], NOW + timedelta(days=1))
    gone = grants.revoke(anna, "anna", ["65-02", "all"], "finn")

    assert (new, again, gone) == (("district-71", "65-02"), (), ("65-02",))
    assert grants.of(anna) == {"anna": (Grant("district-71", NOW),)}
    noted = [(each.change, each.actor, each.detail) for each in outbox.pending(anna)][-2:]
    assert noted == [
        ("granted", "finn", {"areas": ["district-71", "65-02"]}),
        ("revoked", "finn", {"areas": ["65-02"]}),
    ]


@pytest.mark.parametrize("area", ["Steglitz!", "-", "district 71", "x" * 40])
def test_what_is_no_area_is_refused_and_nothing_granted(anna: AccountStore, area: str) -> None:
    with pytest.raises(accounts.AccountError, match="no area"):
        grants.grant(anna, "anna", ["all", area], NOW)

    assert grants.of(anna) == {}


def test_an_unknown_account_is_granted_nothing(found: AccountStore) -> None:
    with pytest.raises(accounts.AccountError, match="no account 'bert'"):
        grants.grant(found, "bert", ["all"], NOW)


def test_too_many_areas_at_once_are_refused(anna: AccountStore) -> None:
    with pytest.raises(accounts.AccountError, match="at most"):
        grants.grant(anna, "anna", [f"71-{number:02x}" for number in range(201)], NOW)
