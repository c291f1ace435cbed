"""Whatever is done to factors and badges is noted for the history, with who did it and without any secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyotp

from crisis.accounts import outbox
from crisis.accounts.factors import badges, changes, passkeys, recovery_codes, requirements, totp
from crisis.model.roles import Role
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from crisis.accounts.store import AccountStore


def test_every_change_is_noted_with_its_author_and_no_secret(anna: AccountStore) -> None:
    secret = totp.new_secret()
    totp.set_up(anna, "anna", secret, pyotp.TOTP(secret).at(NOW), NOW)
    passkeys.add(anna, "anna", "telephone", key=b"key", public_key=b"public", sign_count=0, now=NOW)
    passkeys.remove(anna, "anna", b"key")
    (code, *_) = recovery_codes.renew(anna, "anna")
    recovery_codes.take(anna, "anna", code)
    requirements.require(anna, {Role.ADMIN}, "dana", NOW)
    requirements.reset(anna, "anna", "finn")
    badge, badge_code = badges.make(anna, "anna", "finn", NOW)
    badges.use(anna, badge_code, "", NOW)
    badges.release(anna, badge.serial, "finn", NOW)
    badges.revoke(anna, badge.serial, "finn", NOW)

    found = outbox.pending(anna)

    noted = [(each.change, each.actor, each.account) for each in found if each.change in changes.ALL]
    assert noted == [
        ("factor_added", "anna", "anna"),
        ("factor_added", "anna", "anna"),
        ("factor_removed", "anna", "anna"),
        ("codes_renewed", "anna", "anna"),
        ("code_used", "anna", "anna"),
        ("factors_required", "dana", "dana"),
        ("factors_reset", "finn", "anna"),
        ("badge_made", "finn", "anna"),
        ("badge_bound", "anna", "anna"),
        ("badge_released", "finn", "anna"),
        ("badge_revoked", "finn", "anna"),
    ]
    assert {each[0] for each in noted} == changes.ALL
    assert all(hidden not in str(found) for hidden in (secret, code, badge_code))
