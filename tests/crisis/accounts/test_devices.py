"""Browsers, told apart by a signed cookie."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crisis.accounts import accounts, devices
from crisis.accounts.devices import DEVICES_MAX
from crisis.model.roles import Role
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from crisis.accounts.store import AccountStore


def test_a_browser_is_known_to_an_account_once_it_has_signed_in_there(anna: AccountStore) -> None:
    accounts.add(anna, "bert", Role.VIEWER, None, NOW)
    device = devices.make(anna)
    devices.note(anna, device, "anna", NOW)

    found = {name: devices.read(anna, device.cookie, name) for name in ("anna", "bert")}

    assert {name: None if each is None else (each.id, each.is_known) for name, each in found.items()} == {
        "anna": (device.id, True),
        "bert": (device.id, False),
    }


def test_a_cookie_that_is_not_ours_is_no_browser(anna: AccountStore) -> None:
    cookie = devices.make(anna).cookie
    nonce, _, signature = cookie.partition(".")
    forged = (f"{'A' * 16}.{signature}", f"{nonce}.{'0' * 64}", nonce, "", f"{cookie}x", "x" * 4_000)

    assert [devices.read(anna, each, "anna") for each in forged] == [None] * len(forged)


def test_the_id_says_nothing_about_the_cookie(anna: AccountStore) -> None:
    device = devices.make(anna)

    assert device.id not in device.cookie
    assert device.cookie.partition(".")[0] not in device.id


def test_of_many_browsers_the_ones_used_last_are_remembered(anna: AccountStore) -> None:
    made = [devices.make(anna) for _ in range(DEVICES_MAX + 5)]
    for number, device in enumerate(made):
        devices.note(anna, device, "anna", NOW + timedelta(minutes=number))

    found = [devices.read(anna, device.cookie, "anna") for device in made]

    assert [each is not None and each.is_known for each in found] == [False] * 5 + [True] * DEVICES_MAX
