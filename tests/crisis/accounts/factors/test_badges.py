"""Badges: one device each, revoked at once, nothing in the file that signs anybody in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crisis.accounts import accounts, sessions
from crisis.accounts import store as stores
from crisis.accounts.factors import badges
from crisis.accounts.factors.badges import BadgeRefusedError, Why
from crisis.model.roles import Role
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from crisis.accounts.store import AccountStore


def refused(store: AccountStore, code: str, device: str = "") -> Why:
    with pytest.raises(BadgeRefusedError) as error:
        badges.use(store, code, device, NOW)
    return error.value.why


def test_the_first_device_keeps_the_badge_for_itself(anna: AccountStore) -> None:
    badge, code = badges.make(anna, "anna", "finn", NOW)

    first = badges.use(anna, code, "", NOW)
    again = badges.use(anna, code, first.device, NOW)

    assert (first.account, first.serial, again.device) == ("anna", badge.serial, first.device)
    assert refused(anna, code) is Why.OTHER_DEVICE
    assert refused(anna, code, "somebody else's") is Why.OTHER_DEVICE


def test_a_device_keeps_the_mark_of_its_first_badge_for_the_next(anna: AccountStore) -> None:
    codes_ = [badges.make(anna, "anna", "finn", NOW)[1] for _ in range(2)]

    first = badges.use(anna, codes_[0], "", NOW)

    assert badges.use(anna, codes_[1], first.device, NOW).device == first.device


def test_a_released_badge_goes_to_the_next_device(anna: AccountStore) -> None:
    badge, code = badges.make(anna, "anna", "finn", NOW)
    badges.use(anna, code, "", NOW)

    badges.release(anna, badge.serial.lower(), "finn", NOW)

    assert badges.use(anna, code, "", NOW).account == "anna"


def test_a_revoked_badge_is_good_for_nothing_and_cannot_be_released(anna: AccountStore) -> None:
    badge, code = badges.make(anna, "anna", "finn", NOW)
    device = badges.use(anna, code, "", NOW).device

    badges.revoke(anna, badge.serial, "finn", NOW)

    assert refused(anna, code, device) is Why.REVOKED
    with pytest.raises(accounts.AccountError):
        badges.release(anna, badge.serial, "finn", NOW)


def test_the_badge_of_a_disabled_account_is_as_unknown_as_a_made_up_one(anna: AccountStore) -> None:
    code = badges.make(anna, "anna", "finn", NOW)[1]
    accounts.set_enabled(anna, "anna", is_enabled=False)

    assert [refused(anna, typed) for typed in (code, "ABCD-ABCD-ABCD-ABCD", "", "ß" * 500)] == [Why.UNKNOWN] * 4


def test_a_code_may_be_typed_as_it_is_read(anna: AccountStore) -> None:
    code = badges.make(anna, "anna", "finn", NOW)[1]
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")

    assert badges.use(anna, typed, "", NOW).account == "anna"


def test_the_file_holds_neither_the_code_nor_the_device_s_mark(anna: AccountStore, tmp_path: Path) -> None:
    code = badges.make(anna, "anna", "finn", NOW)[1]
    device = badges.use(anna, code, "", NOW).device

    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert all(secret.encode() not in stored for secret in (code, code.replace("-", ""), device))


def test_nobody_collects_badges_without_end(anna: AccountStore) -> None:
    for _ in range(badges.BADGES_MAX):
        badges.make(anna, "anna", "finn", NOW)

    with pytest.raises(accounts.AccountError, match="revoke one first"):
        badges.make(anna, "anna", "finn", NOW)


def test_a_box_takes_over_the_hub_s_badges_and_keeps_their_devices(anna: AccountStore, tmp_path: Path) -> None:
    _, code = badges.make(anna, "anna", "finn", NOW)
    with stores.opened(tmp_path / "box") as box:
        accounts.add(box, "anna", Role.OPERATOR, None, NOW)

        assert not badges.take_over(box, "anna", badges.shared(anna)["anna"], NOW)
        device = badges.use(box, code, "", NOW).device
        assert not badges.take_over(box, "anna", badges.shared(anna)["anna"], NOW)

        assert badges.use(box, code, device, NOW).account == "anna"
        assert refused(box, code) is Why.OTHER_DEVICE


def test_a_badge_that_the_hub_revoked_is_revoked_at_the_box_and_one_that_the_box_revoked_stays_so(
    anna: AccountStore, tmp_path: Path
) -> None:
    made = [badges.make(anna, "anna", "finn", NOW) for _ in range(2)]
    with stores.opened(tmp_path / "box") as box:
        accounts.add(box, "anna", Role.OPERATOR, None, NOW)
        badges.take_over(box, "anna", badges.shared(anna)["anna"], NOW)
        badges.revoke(box, made[1][0].serial, "cem", NOW)
        badges.revoke(anna, made[0][0].serial, "finn", NOW)

        assert badges.take_over(box, "anna", badges.shared(anna)["anna"], NOW)

        assert [refused(box, code) for _, code in made] == [Why.REVOKED, Why.REVOKED]
    badges.revoke(anna, made[1][0].serial, "finn", NOW)
    assert badges.shared(anna) == {"anna": ()}, "boxes have to hear that there is none any more"


def test_a_revoked_badge_ends_the_sessions_of_its_account_and_leaves_its_programs(anna: AccountStore) -> None:
    badge, _ = badges.make(anna, "anna", "finn", NOW)
    terms = sessions.Terms(timedelta(hours=8), timedelta(days=1))
    secret = sessions.begin(anna, "anna", NOW, terms)
    token = sessions.add_token(anna, "anna", "screen", NOW, None)

    badges.revoke(anna, badge.serial, "finn", NOW)

    assert sessions.find(anna, secret, NOW, terms) is None
    assert sessions.bearer(anna, token, NOW) is not None
