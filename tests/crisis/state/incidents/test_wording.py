"""How alike messages are."""

from __future__ import annotations

import pytest

from crisis.state.incidents import wording


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("Aufzug steckt fest", "Aufzug steckt", True),
        ("Rauch im Keller", "rauch KELLER!", True),
        ("Beatmung, Akku leer", "Akku vom Beatmungsgerät leer", True),
        ("Aufzug steckt fest", "Es brennt im Keller", False),
        ("", "", False),
        ("Hilfe bitte schnell", "bitte Hilfe", False),  # says nothing of what it is about
    ],
)
def test_messages_are_alike_by_their_words(one: str, other: str, *, is_alike: bool) -> None:
    likeness = wording.likeness(wording.words(one), wording.words(other))

    assert 0 <= likeness <= 1
    assert (likeness >= 0.5) is is_alike


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        ("Mann am Beatmungsgerät", {"breathing"}),
        ("Im Fahrstuhl eingeschlossen", {"lift"}),
        ("Es riecht nach Gas", {"gas"}),
        ("oxygen and insulin", {"breathing", "medicine"}),
        ("Guten Tag", set()),
    ],
)
def test_a_message_is_about_something(text: str, themes: set[str]) -> None:
    assert wording.themes(text) == themes
