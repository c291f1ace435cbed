from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.alarm.channels import answers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("17 ok", "17"),
        (" 17  OK! ", "17"),
        ("H 17 ok", "H 17"),
        ("h17 Okay.", "H 17"),
        ("ok 17", "17"),
        ("Gesehen: H 17", "H 17"),
        ("17, verstanden", "17"),
        ("17ok", "17"),
        ("H 71-01/3 ok", "H 71-01/3"),
        ("71-01/3 OK", "71-01/3"),
        ("71-03 ok", "71-03"),
        ("ok h71-01/3", "H 71-01/3"),
        ("17", None),
        ("ok", None),
        ("17 nicht ok", None),
        ("17 ok, bin unterwegs und brauche Decken", None),
        ("1234567 ok", None),
        ("", None),
    ],
)
def test_a_number_and_an_ok_are_an_answer_and_nothing_else_is(text: str, number: str | None) -> None:
    assert answers.number_in(text) == number


@pytest.mark.parametrize(("text", "is_ok"), [("ok", True), ("Gesehen!", True), ("17 ok", False), ("nein", False)])
def test_an_ok_alone_counts_as_a_reply(text: str, is_ok: bool) -> None:
    assert answers.is_ok(text) is is_ok


@given(st.text(max_size=300))
def test_no_text_takes_long_or_raises(text: str) -> None:
    answers.number_in(text)
    answers.is_ok(text)
