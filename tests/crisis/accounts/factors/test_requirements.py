"""Which roles need a second factor, and how a lost one is reset."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crisis.accounts.factors import passkeys, recovery_codes, requirements
from crisis.model.roles import Role
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from crisis.accounts.store import AccountStore


def test_no_role_needs_a_second_factor_until_somebody_says_so(found: AccountStore) -> None:
    assert not any(requirements.is_required(found, role) for role in Role)


def test_a_role_keeps_since_when_and_by_whom_it_was_required(found: AccountStore) -> None:
    requirements.require(found, {Role.ADMIN}, "dana", NOW)

    requirements.require(found, {Role.ADMIN, Role.COMMANDER}, "finn", NOW + timedelta(days=1))

    assert [(each.role, each.by, each.since_at - NOW) for each in requirements.required(found)] == [
        (Role.ADMIN, "dana", timedelta()),
        (Role.COMMANDER, "finn", timedelta(days=1)),
    ]
    requirements.require(found, (), "dana", NOW)
    assert requirements.required(found) == ()


def test_a_reset_forgets_every_second_factor(anna: AccountStore) -> None:
    passkeys.add(anna, "anna", "telephone", key=b"key", public_key=b"public", sign_count=0, now=NOW)
    recovery_codes.renew(anna, "anna")
    assert requirements.of(anna, "anna").is_any

    requirements.reset(anna, "anna", "finn")

    assert requirements.of(anna, "anna") == requirements.Factors(has_totp=False, passkeys=(), codes_left=0)


def test_recovery_codes_alone_are_no_second_factor(anna: AccountStore) -> None:
    recovery_codes.renew(anna, "anna")

    assert not requirements.of(anna, "anna").is_any
