"""One-time codes: right for a minute and a half, and once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pyotp
import pytest

from crisis.accounts.factors import totp
from devices import readings
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from crisis.accounts.store import AccountStore

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # of RFC 6238, appendix B, whose codes have eight digits


def code(at: datetime = NOW) -> str:
    return pyotp.TOTP(SECRET).at(at)


@pytest.fixture
def enrolled(anna: AccountStore) -> AccountStore:
    assert totp.set_up(anna, "anna", SECRET, code(NOW - timedelta(hours=1)), NOW - timedelta(hours=1))
    return anna


def test_the_codes_are_those_of_the_standard() -> None:
    assert totp.step_of(SECRET, "081804", readings.moment(1_111_111_109_000)) == 37_037_036


@pytest.mark.parametrize(("off", "is_right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_off_by_one_code(enrolled: AccountStore, off: int, *, is_right: bool) -> None:
    assert totp.take(enrolled, "anna", code(NOW + timedelta(seconds=off)), NOW) is is_right


def test_a_code_is_taken_once_and_none_before_it_any_more(enrolled: AccountStore) -> None:
    earlier = code(NOW - timedelta(seconds=30))

    taken = [totp.take(enrolled, "anna", typed, NOW) for typed in (code(), code(), earlier)]

    assert taken == [True, False, False]


def test_the_code_that_set_it_up_signs_nobody_in(anna: AccountStore) -> None:
    assert totp.set_up(anna, "anna", SECRET, code(), NOW)

    assert not totp.take(anna, "anna", code(), NOW)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "١٢٣٤٥٦", "12345a", "-12345"])
def test_what_is_no_code_is_refused(enrolled: AccountStore, typed: str) -> None:
    assert not totp.take(enrolled, "anna", typed, NOW)


def test_a_code_may_be_typed_with_a_space(enrolled: AccountStore) -> None:
    assert totp.take(enrolled, "anna", f" {code()[:3]} {code()[3:]} ", NOW)


def test_a_wrong_code_sets_nothing_up(anna: AccountStore) -> None:
    assert not totp.set_up(anna, "anna", SECRET, code(NOW + timedelta(hours=1)), NOW)
    assert not totp.is_set_up(anna, "anna")


def test_the_address_for_the_app_names_the_account_and_the_node() -> None:
    assert totp.address(SECRET, "anna", "hub") == f"otpauth://totp/Kiezbox:anna%40hub?secret={SECRET}&issuer=Kiezbox"
