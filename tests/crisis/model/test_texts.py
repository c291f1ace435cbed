"""Texts that people type: kept, except what cannot be stored or shown."""

from __future__ import annotations

import pytest

from crisis.model import texts


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Rauch im 2. Stock", "Rauch im 2. Stock"),
        ("  a\r\nb\rc\td \n", "a\nb\nc\td"),
        ("a\0b\x1b[31m\x7f", "a\ufffdb\ufffd[31m\ufffd"),
        ("a\ud800b\uffff", "a\ufffdb\ufffd"),
        ("حريق 🔥 👩‍👩‍👧", "حريق 🔥 👩‍👩‍👧"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_texts_are_kept_but_for_what_nobody_can_store_or_show(said: str, text: str) -> None:
    assert texts.clean(said) == text


def test_a_text_that_is_too_long_is_cut_where_asked() -> None:
    assert texts.clean("x" * 100_000, 10) == "x" * 9 + "…"
