"""Which passwords are refused and why."""

from __future__ import annotations

import pytest

from crisis.accounts import password_strength
from crisis.accounts.password_strength import Weakness, weakness


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elf Zeichen", Weakness.SHORT),
        ("x" * 201, Weakness.LONG),
        ("aaaaabbbbbaaaaa", Weakness.REPEATED),
        ("Schöneberg123", Weakness.NAMES),
        ("Anna.Berlin.2026", Weakness.NAMES),
        ("Bezirksamt Mitte", Weakness.NAMES),
        ("P4ssw0rt2024!", Weakness.NAMES),
        ("password123456", Weakness.COMMON),
        ("abcdefghijklm", Weakness.SEQUENCE),
        ("9876543ertyu", Weakness.KEYBOARD),
        ("xy 12.03.1985", Weakness.DATE),
        ("bernd9bernd9", Weakness.REPEATED),
    ],
)
def test_a_password_that_is_guessed_early_is_refused_with_the_reason(password: str, why: Weakness) -> None:
    assert weakness(password, "anna") is why


@pytest.mark.parametrize(
    "password",
    [
        "Kerzenlicht im Rathaus",
        "zwölf lila Gurken",
        "tB7$kq92mLpz",
        "correct horse battery staple",
        "Die Gurke fliegt heute nicht, " * 6,
    ],
)
def test_words_that_do_not_belong_together_and_random_characters_are_taken(password: str) -> None:
    assert weakness(password, "anna") is None


def test_the_names_of_the_place_count_as_words_that_are_tried_first() -> None:
    assert weakness("Gropiusstadt-7-7-7", "anna", ["gropiusstadt"]) is Weakness.NAMES


def test_every_weakness_has_its_sentence() -> None:
    assert set(password_strength.SENTENCES) == set(Weakness)
