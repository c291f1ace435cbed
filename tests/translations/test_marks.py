from __future__ import annotations

from translations import marks
from translations.marks import N_, NP_


def test_a_mark_changes_nothing_about_a_text() -> None:
    assert N_("measured") == "measured"
    assert marks.split(N_("measured")) == (None, "measured")


def test_a_text_with_a_context_is_taken_apart_again() -> None:
    assert marks.split(NP_("a limit", "measured")) == ("a limit", "measured")
