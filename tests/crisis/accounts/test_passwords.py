"""Passwords: right however they were typed, and compared in the same time when no password is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisis.accounts import passwords

if TYPE_CHECKING:
    import pytest

PASSWORD = "Kerzenlicht im Rathaus"


def test_a_password_is_right_however_the_keyboard_composed_it() -> None:
    stored = passwords.make_hash("Cafe\u0301 am Markt")

    assert passwords.verify(stored, "Caf\u00e9 am Markt")
    assert not passwords.verify(stored, "Cafe am Markt")


def test_nobody_s_password_is_never_right_and_computed_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    real = passwords._HASHER

    class Watched:
        hash = real.hash

        def verify(self, stored: str, password: str) -> bool:
            compared.append(stored)
            return real.verify(stored, password)

    monkeypatch.setattr(passwords, "_HASHER", Watched())

    assert not passwords.verify(None, PASSWORD)
    assert not passwords.verify(passwords.make_hash(PASSWORD), "x" * 100_000)
    assert [stored.split("$")[1:4] for stored in compared] == [["argon2id", "v=19", "m=19456,t=3,p=1"]] * 2
